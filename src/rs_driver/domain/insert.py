"""INSERT of one row, from which an INSERT of many can be made.

That is ``INSERT INTO t [(columns)] VALUES (...)`` and nothing behind it, where each value is a
placeholder, a literal or a cast of such: nothing that the server may work out in another way
where there are more rows. Whatever is not recognised here is simply run row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rs_driver.domain.lexer import BLANKS, IN_WORD, WORD

__all__ = ["Insert", "one_row"]

_ = rf"[{BLANKS}]*"
_SPACE = rf"[{BLANKS}]+"
_END = f"(?!{IN_WORD})"
_NAME = rf'(?:{WORD}|"(?:[^"]|"")+")'
_TABLE = rf"{_NAME}(?:{_}\.{_}{_NAME}){{0,2}}"
_COLUMNS = rf"\({_}{_NAME}(?:{_},{_}{_NAME})*{_}\)"
_HEAD = (
    rf"{_}(?i:insert){_SPACE}(?i:into){_SPACE}{_TABLE}{_}(?:{_COLUMNS}{_})?(?<!{IN_WORD})"
    rf"(?i:values){_}(?=\()"
)
# A plain literal without a backslash is the same text whatever the server thinks of those.
_LITERAL = r"'(?:[^'\\]|'')*'"
_NUMBER = rf"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?{_END}"
_VALUE = rf"(?:\$[0-9]+|{_LITERAL}|{_NUMBER}|(?i:null|true|false){_END})"
# A type has one word, or is one of those that SQL writes in several: ``a and b`` is none, nor
# is ``a in (2)``. Each text is matched in one way at most, so that no text takes long.
_SIZE = rf"(?:{_}\({_}[0-9]+{_}(?:,{_}[0-9]+{_})?\))?"
_OF_SEVERAL = "|".join(
    (
        rf"double{_SPACE}precision",
        rf"(?:character|char|bit){_SPACE}varying{_SIZE}",
        rf"time(?:stamp)?{_SIZE}{_SPACE}with(?:out)?{_SPACE}time{_SPACE}zone",
        rf"interval{_SPACE}(?:year{_SPACE}to{_SPACE}month|day{_SPACE}to{_SPACE}second){_SIZE}",
    )
)
_TYPE = rf"(?:(?i:{_OF_SEVERAL}){_END}|{WORD}{_SIZE})(?:{_}\[{_}\])*"
_CAST = rf"(?i:cast){_}\({_}{_VALUE}{_SPACE}(?i:as){_SPACE}{_TYPE}{_}\)"
_ITEM = rf"(?:{_CAST}|{_VALUE})(?:{_}::{_}{_TYPE})*"
_ROW = rf"\({_}{_ITEM}(?:{_},{_}{_ITEM})*{_}\)"
_REST = rf"{_}(?:;{_})?\Z"
_PARTS = rf"({_LITERAL})|(?<!{IN_WORD})\$([0-9]+)"  # a$1 is a name
# Texts only: `re` compiles them at first use and keeps them, so an import costs nothing.


class Insert:
    """``head`` is the text before the row; ``literal``: whether a string stands in the row,
    whose type is left to the server."""

    def __init__(self, head: str, row: str) -> None:
        self.head = head
        self.literal = False
        self._order: list[int] = []
        pieces = []
        for between, literal, number in _split(row):
            pieces.append(between.replace("%", "%%"))
            if literal:
                self.literal = True
                pieces.append(literal.replace("%", "%%"))
            elif number:
                self._order.append(int(number) - 1)
                pieces.append("$%d")
        self._template = "".join(pieces)
        self._made = (0, "")

    def of(self, rows: int) -> str:
        """The text that inserts so many rows, with the parameters of one after those of
        another."""
        if self._made[0] != rows:
            width = 1 + max(self._order)
            order = [at + 1 for at in self._order]
            numbers = [first + at for first in range(0, rows * width, width) for at in order]
            self._made = rows, self.head + ",".join([self._template] * rows) % tuple(numbers)
        return self._made[1]


def _split(row: str) -> Iterator[tuple[str, str | None, str | None]]:
    """The row's parts: some text, and behind it a literal or a placeholder's number."""
    parts: list[Any] = [*re.split(_PARTS, row), None, None]
    return zip(parts[::3], parts[1::3], parts[2::3], strict=True)


def one_row(sql: str, parameters: int) -> Insert | None:
    """``sql`` as an INSERT of one row that takes so many parameters; None where it is none, or
    one that takes no parameters."""
    head = re.match(_HEAD, sql)
    row = None if head is None else re.compile(_ROW).match(sql, head.end())
    if not parameters or row is None or re.compile(_REST).match(sql, row.end()) is None:
        return None
    return Insert(sql[: row.start()], row.group())
