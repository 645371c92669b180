"""Columns made of single values, for types and formats that numpy cannot read by itself.

Importing this module imports numpy, as ``columns`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rs_driver.adapters.codecs.columns import Array, validity
from rs_driver.errors import DataError
from rs_driver.ports.codec import ColumnDecode, Decode
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType

_ITEMS = {
    **dict(zip("bcCsSiIlLfg", "u1 i1 u1 i2 u2 i4 u4 i8 u8 f4 f8".split(), strict=True)),
    **dict(zip("tdD ttu tDu tiM tsu:UTC".split(), "i4 i8 i8 i4 i8".split(), strict=True)),
}
"""Arrow's formats of fixed width to numpy's types."""
_WIDE = {"d": 16, "tin": 16}
_MOST = 2**31 - 1


class Built:
    """Each value by ``decode``; for Arrow, what ``raw`` makes of it: a number for a format of
    numbers or times, bytes for text, bytes and those whose items have 16 (decimals too).
    """

    width = 0

    def __init__(
        self, format: str, decode: Decode, raw: Callable[[Any], Any] = lambda value: value
    ) -> None:
        self.type = ColumnType(format)
        self._decode = decode
        self._raw = raw

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(self._decode)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        raw, decode = self._raw, self._decode
        values = column.each(lambda data: raw(decode(data)))
        there = validity(column.nulls)
        kind = self.type.format.partition(":")[0]
        if kind in _WIDE:
            nothing = bytes(_WIDE[kind])
            data: Any = b"".join([nothing if value is None else value for value in values])
            return ColumnBuffer(self.type, len(values), data, None, there)
        if (item := _ITEMS.get(self.type.format)) is not None:
            data = np.array([0 if value is None else value for value in values], item)
            return ColumnBuffer(self.type, len(values), data, None, there)
        parts = [b"" if value is None else value for value in values]
        return ColumnBuffer(self.type, len(parts), b"".join(parts), _offsets(parts), there)


class Counted:
    """The same for dates and timestamps: ``count`` gives days or microseconds since
    2000-01-01, of any year, and ``form`` is the function of ``columns`` that takes those."""

    width = 0

    def __init__(
        self,
        format: str,
        decode: Decode,
        count: Callable[[bytes], int],
        form: Callable[[ColumnType, Array, Sequence[bool] | None], ColumnBuffer],
    ) -> None:
        self.type = ColumnType(format)
        self._decode = decode
        self._count = count
        self._form = form

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(self._decode)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        counts = [0 if count is None else count for count in column.each(self._count)]
        return self._form(self.type, np.array(counts, np.int64), column.nulls)


class Worded:
    """Text for Arrow, whatever Python gets of it: what ``text_of`` gives of a value's bytes,
    if ``decode`` can read them."""

    type, width = ColumnType("u"), 0

    def __init__(self, decode: Decode, text_of: Callable[[bytes], str]) -> None:
        self._decode = decode
        self._text_of = text_of

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(self._decode)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        return Built("u", self._read).buffer(column)

    def _read(self, data: bytes) -> bytes:
        self._decode(data)
        return self._text_of(data).encode()


class Lists:
    """Arrays of one dimension. ``parts``: the bytes of an array's elements, None for NULL;
    ``element``: what reads those."""

    width = 0

    def __init__(
        self, decode: Decode, parts: Callable[[bytes], list[Any]], element: ColumnDecode
    ) -> None:
        self.type = ColumnType("+l", (element.type,))
        self._decode = decode
        self._parts = parts
        self._element = element

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(self._decode)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        lists = [[] if parts is None else parts for parts in column.each(self._parts)]
        parts = [part for one in lists for part in one]
        if any(isinstance(part, list) for part in parts):
            raise DataError("an array of several dimensions has no form in Arrow")
        nulls: Any = np.array([part is None for part in parts], np.bool_)
        present = [b"" if part is None else part for part in parts]
        lengths: Any = np.array([len(part) for part in present], np.int64)
        positions: Any = np.cumsum(lengths) - lengths
        elements = ColumnSlice(
            b"".join(present), positions, lengths, nulls if nulls.any() else None
        )
        child = self._element.buffer(elements)
        there = validity(column.nulls)
        return ColumnBuffer(self.type, len(lists), b"", _offsets(lists), there, (child,))


def _offsets(parts: Sequence[Any]) -> Array:
    ends = np.cumsum([0, *map(len, parts)])
    if ends[-1] > _MOST:
        raise DataError("over 2 GiB of values in one batch have no form in Arrow")
    return ends.astype(np.int32)
