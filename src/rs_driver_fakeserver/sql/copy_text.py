"""COPY's text format: one row a line, fields between tabs, backslashes for what is special."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.copy_syntax import Options

Row = Sequence["str | None"]
_LINE = re.compile(r"(?:[^\\\n]|\\.)*\n", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SPECIAL = {**{text: "\\" + name for name, text in _CONTROLS.items()}, "\\": "\\\\"}
END = "\\."
"""A line that ends the data before its end."""


class LineEnds:
    """All lines end alike: in a line feed, or in that and a carriage return before it."""

    def __init__(self, adjective: str) -> None:
        self._adjective = adjective
        self._returns: bool | None = None

    def check(self, *, returns: bool) -> None:
        """One more line; SqlError 22P04 if it ends unlike the first one."""
        if self._returns is None:
            self._returns = returns
        elif self._returns != returns:
            what = "carriage return" if returns else "newline"
            raise SqlError("22P04", f"{self._adjective} {what} found in data")


class TextReader:
    """Data to rows."""

    def __init__(self, options: Options) -> None:
        self._null = options.null
        self._ends = LineEnds("literal")
        delimiter = re.escape(options.delimiter)
        self._field = re.compile(rf"((?:[^\\{delimiter}]|\\.)*)(?:{delimiter}|$)", re.DOTALL)

    def complete(self, data: str) -> int:
        """How much of ``data`` is whole lines."""
        at = 0
        while found := _LINE.match(data, at):
            at = found.end()
        return at

    def rows(self, data: str) -> Iterator[Row | None]:
        """The rows in whole lines; None for the line that ends the data."""
        for found in _LINE.finditer(data):
            line = found.group()[:-1]
            self._ends.check(returns=line.endswith("\r"))
            line = line.removesuffix("\r")
            yield None if line == END else [self._value(field) for field in self._fields(line)]

    def _fields(self, line: str) -> Iterator[str]:
        at = 0
        while True:
            found = self._field.match(line, at)
            if found is None:
                yield line[at:]  # a backslash at the end of everything
                return
            yield found.group(1)
            if found.end() == found.end(1):
                return
            at = found.end()

    def _value(self, field: str) -> str | None:
        if field == self._null:
            return None
        return _ESCAPE.sub(_unescaped, field) if "\\" in field else field


def _unescaped(found: re.Match[str]) -> str:
    text = found.group(1)
    if text[0] in "01234567":
        return chr(int(text, 8) & 0xFF)
    if text[0] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    return _CONTROLS.get(text, text)


def write_text(row: Row, options: Options) -> str:
    """A row as a line."""
    special = _SPECIAL | {
        options.delimiter: _SPECIAL.get(options.delimiter, "\\" + options.delimiter)
    }
    table = str.maketrans(special)
    fields = ((options.null or "") if text is None else text.translate(table) for text in row)
    return options.delimiter.join(fields) + "\n"
