"""The arguments of a batch, encoded: a column of values for each parameter.

A parameter has one type in all rows where that can be, so that the statement is one: None is
sent as the type of the other rows'. In an INSERT of plain values, where an int is the same
whatever its width, ints are sent as int8 where one row has such; not elsewhere, as ``to_hex``
of -1 has eight digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from rs_driver import oids
from rs_driver.domain.parameters import PreparedText
from rs_driver.domain.statements import widened
from rs_driver.errors import Error
from rs_driver.ports.codec import TEXT, CodecMap, Parameter

Column = Sequence[Parameter]

_INTEGERS = frozenset((oids.INT4, oids.INT8))


class Arguments:
    """``count`` rows of parameters, by column. ``widen``: ints may be sent as int8."""

    def __init__(self, columns: Sequence[Column], count: int, *, widen: bool = False) -> None:
        self.columns = [_alike(column, widen) for column in columns]
        self.count = count

    def rows(self) -> Iterator[tuple[Parameter, ...]]:
        """The parameters of one row after the other."""
        return zip(*self.columns, strict=True) if self.columns else iter([()] * self.count)

    def values(self, first: int, count: int) -> list[bytes | None]:
        """The bytes of so many rows, one row after the other."""
        parts = [[each.data for each in column[first : first + count]] for column in self.columns]
        return list(chain.from_iterable(zip(*parts, strict=True)))

    def kinds(self) -> list[tuple[int, int]] | None:
        """Type and format of each parameter; None unless they are the same in all rows."""
        found = []
        for column in self.columns:
            kinds = {(each.oid, each.format) for each in column if each.data is not None}
            if len(kinds) > 1:
                return None
            found.append(next(iter(kinds), (column[0].oid, TEXT)))
        return found

    def sizes(self) -> list[int]:
        """How many bytes each row takes on the wire."""
        lengths = [[4 + len(each.data or b"") for each in column] for column in self.columns]
        return list(map(sum, zip(*lengths, strict=True)))


def encode(
    codecs: CodecMap, text: PreparedText, rows: Sequence[Any], *, widen: bool = False
) -> Arguments:
    """The arguments of each row for the statement ``text``. Errors carry the ``row``.
    ``widen``: as of ``Arguments``."""
    if (columns := _by_column(codecs, text, rows)) is None:
        encoded = [_row(codecs, text, number, row) for number, row in enumerate(rows)]
        columns = list(zip(*encoded, strict=True))
    return Arguments(columns, len(rows), widen=widen)


def _by_column(codecs: CodecMap, text: PreparedText, rows: Sequence[Any]) -> list[Column] | None:
    """The usual rows; None where anything is unusual, or wrong: one row's at a time then."""
    width = text.expected
    if not width or width != len(text.indexes) or not set(map(type, rows)) <= {tuple, list}:
        return None
    if set(map(len, rows)) != {width}:
        return None
    columns: list[Column] = []
    try:
        for values in zip(*rows, strict=True):
            kinds = set(map(type, values))
            if len(kinds) == 1:
                encoder: Any = codecs.encoder(kinds.pop())
                columns.append([encoder.encode(value, codecs) for value in values])
            else:
                columns.append(list(map(codecs.encode, values)))
    except Exception:  # noqa: BLE001  (whatever it is, it comes again with its row)
        return None
    return columns


def _row(codecs: CodecMap, text: PreparedText, number: int, row: Any) -> list[Parameter]:
    try:
        return codecs.encode_all(text.arrange(row))
    except Error as error:
        error.row = number
        raise


def _alike(column: Column, widen: bool) -> Column:
    """The column with one type, as far as that can be: that of its first value."""
    kinds = {each.oid for each in column if each.data is not None}
    nulls = any(each.data is None for each in column)
    if len(kinds) == 1 and not nulls:
        return column
    common = next((each.oid for each in column if each.data is not None), column[0].oid)
    if widen and kinds >= _INTEGERS and common in _INTEGERS:
        column = [widened(each, oids.INT8) or each for each in column]
        common = oids.INT8
    return [Parameter(common, TEXT, None) if each.data is None else each for each in column]
