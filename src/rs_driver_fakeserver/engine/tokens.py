"""The words of a SQL text, by DuckDB's tokenizer: strings and comments cannot fool it.

DuckDB gives the kind and the first byte of each token, so the end of one is found from
the start of the next, without the blanks and comments in between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Token", "outermost", "tokens"]

_WORD: Final = re.compile(rb"[A-Za-z_\x80-\xff][\w$\x80-\xff]*")
_OPENING: Final = frozenset("([{")
_CLOSING: Final = frozenset(")]}")


@dataclass(frozen=True)
class Token:
    """``start`` and ``stop`` count bytes of the UTF-8 text.

    ``word`` is the upper-case word of a keyword or an unquoted identifier, else "".
    """

    start: int
    stop: int
    text: str
    word: str
    is_identifier: bool


def tokens(sql: str, tokenize: Callable[[str], Sequence[tuple[int, object]]]) -> Iterator[Token]:
    """The tokens of ``sql`` without its comments. ``tokenize`` is DuckDB's."""
    data = sql.encode()
    marks = tokenize(sql)
    ends = [*(start for start, _ in marks), len(data)][1:]
    for (start, kind), end in zip(marks, ends, strict=bool(marks)):
        name = str(kind).rpartition(".")[2]
        if name != "comment":
            yield _token(data, start, end, name)


def outermost(found: Iterable[Token]) -> Iterator[Token]:
    """The tokens that no bracket encloses, and not the brackets."""
    depth = 0
    for token in found:
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif depth == 0:
            yield token


def _token(data: bytes, start: int, end: int, kind: str) -> Token:
    slice_ = data[start:end]
    word = _WORD.match(slice_) if kind in ("keyword", "identifier") else None
    if kind == "operator":
        slice_ = re.split(rb"\s|--|/\*", slice_, maxsplit=1)[0]
    elif word is not None:
        slice_ = word[0]
    text = slice_.rstrip()
    return Token(
        start,
        start + len(text),
        text.decode(),
        text.decode().upper() if word is not None else "",
        kind == "identifier",
    )
