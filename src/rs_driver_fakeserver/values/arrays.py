"""Arrays as the server sees them: bounds and elements; their literals, read and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MAX_DIMENSIONS = 6
"""PostgreSQL's."""


@dataclass(frozen=True)
class Array:
    """``lengths`` and ``lower_bounds``: one a dimension. ``elements``: row by row, None is NULL.

    An array without elements has no dimensions.
    """

    lengths: tuple[int, ...]
    lower_bounds: tuple[int, ...]
    elements: tuple[object, ...]

    def nested(self) -> list[object]:
        """As lists of lists."""
        found: list[object] = list(self.elements)
        for length in reversed(self.lengths[1:]):
            found = [found[at : at + length] for at in range(0, len(found), length)]
        return found


def from_lists(value: Sequence[object]) -> Array:
    """An array of nested lists, whose bounds begin at 1.

    ValueError where they do not have equal lengths, or go deeper than six levels.
    """
    lengths: list[int] = []
    level: list[object] = [list(value)]
    while any(isinstance(item, list) for item in level):
        widths = {len(item) if isinstance(item, list) else -1 for item in level}
        if len(widths) > 1:
            raise ValueError("the lists in an array have different lengths or depths")
        if len(lengths) == MAX_DIMENSIONS:
            raise ValueError(f"an array has at most {MAX_DIMENSIONS} dimensions")
        lengths.append(widths.pop())
        level = [part for item in level if isinstance(item, list) for part in item]
    if not level:
        return Array((), (), ())
    return Array(tuple(lengths), (1,) * len(lengths), tuple(level))


_SPACE = " \t\n\r\f\v"
_BOUNDS = re.compile(r"((?:\[[+-]?\d{1,9}(?::[+-]?\d{1,9})?\])+)=", re.ASCII)
_BOUND = re.compile(r"\[([+-]?\d+)(?::([+-]?\d+))?\]", re.ASCII)
_TOKEN = re.compile(
    r'\s*(?P<mark>[{},])\s*|\s*"(?P<quoted>(?:[^"\\]|\\.)*)"\s*'
    r"|(?P<bare>(?:[^{},\"\\]|\\.)+)",
    re.DOTALL | re.ASCII,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parsed(literal: str, read: Callable[[str], object]) -> Array:
    """The array that a literal such as ``[0:1]={1,NULL}`` is; ``read`` reads an element.

    ValueError for a literal that is none.
    """
    literal = literal.strip(_SPACE)
    given = _BOUNDS.match(literal)
    found = from_lists(_Literal(literal[given.end() if given else 0 :], read).lists())
    if given is None:
        return found
    bounds = [(int(b or a), int(a) if b else 1) for a, b in _BOUND.findall(given[1])]
    if tuple(upper - lower + 1 for upper, lower in bounds) != found.lengths:
        raise ValueError("the bounds of an array do not fit its elements")
    return Array(found.lengths, tuple(lower for _, lower in bounds), found.elements)


class _Literal:
    """Reads ``{...}`` from left to right, without recursion."""

    def __init__(self, literal: str, read: Callable[[str], object]) -> None:
        self._literal = literal
        self._read = read

    def lists(self) -> list[object]:
        open_lists: list[list[object]] = []
        whole: list[object] | None = None
        due = True  # an element or a list may come; else a comma or a brace
        for match in self._tokens():
            mark = match["mark"]
            if whole is not None or (not open_lists and mark != "{"):
                raise self._malformed()
            if mark == "{" and due and len(open_lists) < MAX_DIMENSIONS:
                opened: list[object] = []
                if open_lists:
                    open_lists[-1].append(opened)
                open_lists.append(opened)
            elif mark == "}" and (not due or not open_lists[-1]):
                closed = open_lists.pop()
                whole, due = (None if open_lists else closed), False
            elif mark == "," and not due:
                due = True
            elif mark is None and due:
                open_lists[-1].append(self._element(match))
                due = False
            else:
                raise self._malformed()
        if whole is None:
            raise self._malformed()
        return whole

    def _tokens(self) -> Iterator[re.Match[str]]:
        at = 0
        while at < len(self._literal):
            match = _TOKEN.match(self._literal, at)
            if match is None:
                raise self._malformed()
            yield match
            at = match.end()

    def _element(self, match: re.Match[str]) -> object:
        if match["quoted"] is not None:
            return self._read(_ESCAPED.sub(r"\1", match["quoted"]))
        bare = match["bare"].strip(_SPACE)
        return None if bare.upper() == "NULL" else self._read(_ESCAPED.sub(r"\1", bare))

    def _malformed(self) -> ValueError:
        return ValueError("malformed array literal")


_NEEDS_QUOTES = re.compile(r'[\s{},"\\]|\A\Z|\A[nN][uU][lL][lL]\Z', re.ASCII)


def literal(array: Array, write: Callable[[object], str]) -> str:
    """``{1,"a b",NULL}`` as the server writes it; ``write`` writes an element."""
    texts = ["NULL" if item is None else _quoted(write(item)) for item in array.elements]
    if not texts:
        return "{}"
    for length in reversed(array.lengths):
        texts = [
            "{" + ",".join(texts[at : at + length]) + "}" for at in range(0, len(texts), length)
        ]
    if set(array.lower_bounds) == {1}:
        return texts[0]
    bounds = zip(array.lower_bounds, array.lengths, strict=True)
    head = "".join(f"[{lower}:{lower + length - 1}]" for lower, length in bounds)
    return f"{head}={texts[0]}"


def _quoted(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
