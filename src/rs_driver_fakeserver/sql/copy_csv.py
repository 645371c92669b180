"""COPY's CSV format: fields in quotes where they must be; NULL is what has none and is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.copy_syntax import Options
from rs_driver_fakeserver.sql.copy_text import END, LineEnds, Row


class CsvReader:
    """Data to rows."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._ends = LineEnds("unquoted")
        quote, escape = re.escape(options.quote), re.escape(options.escape)
        self._quoted = re.compile(
            rf"{quote}((?:{escape}[{quote}{escape}]|[^{quote}])*){quote}", re.DOTALL
        )
        self._escaped = re.compile(rf"{escape}([{quote}{escape}])")
        self._bare = re.compile(rf"[^{quote}{re.escape(options.delimiter)}\n]+")

    def complete(self, data: str) -> int:
        """How much of ``data`` is whole lines."""
        at = whole = 0
        while at < len(data):
            if data[at] == self._options.quote:
                found = self._quoted.match(data, at)
                # A quote at the very end may be the first half of an escaped one.
                if found is None or found.end() == len(data):
                    return whole
                at = found.end()
                continue
            at += 1
            if data[at - 1] == "\n":
                whole = at
        return whole

    def rows(self, data: str) -> Iterator[Row | None]:
        """The rows in whole lines; None for the line that ends the data."""
        at = 0
        while at < len(data):
            row, raw, at = self._row(data, at)
            yield None if raw == END else row

    def _row(self, data: str, at: int) -> tuple[Row, str, int]:
        """The row that begins at ``at``, its text, and where the next one begins."""
        row: list[str | None] = []
        start = at
        while True:
            value, at = self._field(data, at)
            row.append(value)
            if data[at] == "\n":
                self._ends.check(returns=data[at - 1 : at] == "\r")
                return row, data[start:at].removesuffix("\r"), at + 1
            at += 1

    def _field(self, data: str, at: int) -> tuple[str | None, int]:
        """A field and where it ends: at a delimiter or at the end of the line."""
        parts: list[str] = []
        quoted = False
        while at < len(data) and data[at] not in (self._options.delimiter, "\n"):
            if data[at] == self._options.quote:
                found = self._quoted.match(data, at)
                if found is None:
                    raise SqlError("22P04", "unterminated CSV quoted field")
                parts.append(self._escaped.sub(r"\1", found.group(1)))
                quoted = True
            else:
                found = self._bare.match(data, at)
                if found is None:
                    break
                parts.append(found.group())
            at = found.end()
        if at >= len(data):
            raise SqlError("22P04", "unterminated CSV quoted field")
        text = "".join(parts)
        if data[at] == "\n" and not quoted:
            text = text.removesuffix("\r")
        return (None if text == self._options.null and not quoted else text), at


def write_csv(row: Row, options: Options) -> str:
    """A row as a line."""
    alone = len(row) == 1
    fields = (
        (options.null or "") if text is None else _quoted(text, options, alone=alone)
        for text in row
    )
    return options.delimiter.join(fields) + "\n"


def _quoted(text: str, options: Options, *, alone: bool) -> str:
    special = {options.delimiter, options.quote, "\n", "\r"}
    if text != options.null and special.isdisjoint(text) and not (alone and text == END):
        return text
    text = text.replace(options.escape, options.escape * 2)
    if options.escape != options.quote:
        text = text.replace(options.quote, options.escape + options.quote)
    return f"{options.quote}{text}{options.quote}"
