"""As much of SQL's lexis as a server's front door needs: where statements and literals end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rs_driver_fakeserver.engine.port import SqlError

MAX_PARAMETERS = 32767
"""The most parameters that a statement can have: a Bind counts them by an int16."""


class Token(NamedTuple):
    """``kind``: space, comment, string, name (quoted), parameter, word, number or symbol."""

    kind: str
    text: str


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    |(?P<comment>--[^\n]*|/\*)
    |(?P<escaped>[eE]'(?:[^'\\]+|\\.|'')*'?)
    |(?P<string>')
    |(?P<name>"(?:[^"]+|"")*"?)
    |(?P<dollar>\$(?:[^\W\d]\w*)?\$)
    |(?P<parameter>\$\d+)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<number>\d[\w.]*)
    |(?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"'(?:[^']+|'')*'?")
_BACKSLASH = re.compile(r"'(?:[^'\\]+|\\.|'')*'?", re.DOTALL)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_TIGHT = frozenset("(),;")
_OPERATOR = r"[-+*/<>=~!@#%^&|?.:\[\]]"
_BESIDE = re.compile(rf" (?={_OPERATOR})|(?<={_OPERATOR}) ")


def tokens(sql: str, *, backslashes: bool = False) -> Iterator[Token]:
    """The tokens of ``sql``; joined they give it back.

    ``backslashes``: whether a backslash escapes in plain ``'...'`` literals, as it does
    on Redshift. What is not terminated reaches to the end.
    """
    literal = _BACKSLASH if backslashes else _PLAIN
    at = 0
    while match := _TOKEN.match(sql, at):
        kind, end = match.lastgroup or "symbol", match.end()
        if kind == "string":
            found = literal.match(sql, at)
            end = found.end() if found else end
        elif kind == "escaped":
            kind = "string"
        elif kind == "dollar":
            kind = "string"
            close = sql.find(match.group(), end)
            end = len(sql) if close < 0 else close + len(match.group())
        elif match.group() == "/*":
            end = _comment_end(sql, at)
        yield Token(kind, sql[at:end])
        at = end


def _comment_end(sql: str, at: int) -> int:
    """Where the (nesting) comment that begins at ``at`` ends."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, at):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)


def split(sql: str, *, backslashes: bool = False) -> list[str]:
    """The statements in ``sql``, without the empty ones and without their semicolons."""
    statements: list[str] = []
    parts: list[str] = []
    content = False
    for kind, text in tokens(sql, backslashes=backslashes):
        if text == ";" and kind == "symbol":
            if content:
                statements.append("".join(parts).strip())
            parts, content = [], False
            continue
        parts.append(text)
        content = content or kind not in ("space", "comment")
    if content:
        statements.append("".join(parts).strip())
    return statements


def normalise(sql: str, *, backslashes: bool = False) -> str:
    """``sql`` so that two texts that differ only in layout become equal.

    Comments go, white space becomes one blank (none beside a bracket or comma), what is
    outside literals and quoted names becomes lower case, semicolons at the end go.
    """
    parts: list[str] = []
    blank = False
    for kind, text in tokens(sql, backslashes=backslashes):
        if kind in ("space", "comment"):
            blank = True
            continue
        if blank and parts and text not in _TIGHT and parts[-1] not in _TIGHT:
            parts.append(" ")
        parts.append(text if kind in ("string", "name") else text.lower())
        blank = False
    while parts and parts[-1] == ";":
        parts.pop()
    return "".join(parts)


def squeezed(normal: str) -> str:
    """A normal form without the blanks beside operators, as in ``a=$1``: to compare by."""
    if not _BESIDE.search(normal):
        return normal
    parts: list[str] = []
    blank = beside = False
    for kind, text in tokens(normal):
        if kind == "space":
            blank = True
            continue
        symbol = kind == "symbol"
        if blank and not (symbol or beside):
            parts.append(" ")
        parts.append(text)
        blank, beside = False, symbol
    return "".join(parts)


def first_words(sql: str, count: int) -> list[str]:
    """The first ``count`` words of a statement in lower case, fewer where something else comes."""
    words: list[str] = []
    for kind, text in tokens(sql):
        if kind == "word":
            words.append(text.lower())
        elif kind not in ("space", "comment"):
            break
        if len(words) == count:
            break
    return words


def parameter_count(sql: str) -> int:
    """The highest ``$n`` in a statement, 0 without any. SqlError for a number out of reason."""
    highest = 0
    for kind, text in tokens(sql):
        if kind == "parameter":
            if len(text) > 6 or not 0 < int(text[1:]) <= MAX_PARAMETERS:
                raise SqlError("42P02", "there is no such parameter")
            highest = max(highest, int(text[1:]))
    return highest
