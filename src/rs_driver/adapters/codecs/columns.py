"""Whole columns by numpy: the classes behind ``TypeCodec.column_decoder``.

Each has ``values``, Python objects as the scalar ``Decode`` gives them, and ``buffer``, the
same in Arrow's layout. Importing this module imports numpy, so the codecs' own files do it
when a result asks for columns. What is wrong with a column is any exception: the caller asks
the scalar codec what to say. A value that only Arrow has no form for is a DataError.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt

from rs_driver.adapters.codecs.beyond import DAY, EPOCH, MAX_MICROS, MIN_MICROS, Beyond
from rs_driver.errors import DataError
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType

Array = npt.NDArray[Any]

UNIX_DAYS = 10_957
"""Days from 1970-01-01, Arrow's and numpy's epoch, to the servers'."""
UNIX_MICROS = UNIX_DAYS * DAY
_EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
_FIRST_DAY, _LAST_DAY = 1 - EPOCH, 3_652_059 - EPOCH  # of Python's date
_FIRST_MICRO, _LAST_MICRO = _FIRST_DAY * DAY, (_LAST_DAY + 1) * DAY - 1


# -- what all columns share -------------------------------------------------------------


def spans(column: ColumnSlice) -> tuple[Array, Array]:
    """Positions and lengths as arrays, if they are none yet."""
    return np.asarray(column.positions, np.int64), np.asarray(column.lengths, np.int64)


def gathered(column: ColumnSlice, kind: str) -> Array:
    """The values as items of a numpy type, big-endian; NULLs are anything.

    ValueError where one is of another length.
    """
    dtype = np.dtype(kind)
    if column.fixed is not None:
        if column.fixed.dtype.itemsize != dtype.itemsize:
            raise ValueError("values of another width")
        fixed: Array = column.fixed.view(dtype)
        return fixed
    positions, lengths = spans(column)
    right = lengths == dtype.itemsize
    if column.nulls is not None:
        right |= np.asarray(column.nulls, np.bool_)
    if not right.all():
        raise ValueError("a value of another width")
    last = len(column.buffer) - dtype.itemsize
    if last < 0 or not len(positions):  # every value is NULL
        return np.zeros(len(positions), dtype)
    every: Array = np.ndarray((last + 1,), f"V{dtype.itemsize}", column.buffer, strides=(1,))
    # A NULL that ends the buffer has a position where no value would fit.
    found: Array = every[np.minimum(positions, last)].view(dtype)
    return found


def width_of(column: ColumnSlice) -> int:
    """The length of the values, 0 where there are none. ValueError where they differ."""
    if column.fixed is not None:
        return int(column.fixed.dtype.itemsize)
    lengths = spans(column)[1]
    if column.nulls is not None:
        lengths = lengths[~np.asarray(column.nulls, np.bool_)]
    if not len(lengths):
        return 0
    if not (lengths == lengths[0]).all():
        raise ValueError("values of several widths")
    return int(lengths[0])


def with_nulls(values: list[Any], nulls: Sequence[bool] | None) -> list[Any]:
    """``values`` with None where the value is NULL."""
    if nulls is not None:
        for row in np.flatnonzero(np.asarray(nulls, np.bool_)).tolist():
            values[row] = None
    return values


def validity(nulls: Sequence[bool] | None) -> Array | None:
    """One byte a row, 0 for NULL; None where there is no NULL."""
    if nulls is None:
        return None
    there = ~np.asarray(nulls, np.bool_)
    return None if there.all() else there.view(np.uint8)


def _present(wrong: Array, nulls: Sequence[bool] | None) -> Array:
    """The rows of ``wrong`` that are not NULL."""
    if nulls is not None:
        wrong = wrong & ~np.asarray(nulls, np.bool_)
    return np.flatnonzero(wrong)


# -- numbers ------------------------------------------------------------------------------


class Numbers:
    """Integers and floats of one ``struct`` letter, as Arrow has them, too."""

    def __init__(self, format: str, code: str) -> None:
        self.type = ColumnType(format)
        self._kind = np.dtype(f">{code}")
        self._native = self._kind.newbyteorder("=")
        self.width = self._kind.itemsize

    def values(self, column: ColumnSlice) -> list[Any]:
        return with_nulls(self._numbers(column).tolist(), column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        data = self._numbers(column)
        return ColumnBuffer(self.type, len(data), data, None, validity(column.nulls))

    def _numbers(self, column: ColumnSlice) -> Array:
        return gathered(column, self._kind.str).astype(self._native)


class Booleans:
    """One byte, 0 or 1."""

    type, width = ColumnType("b"), 1

    def values(self, column: ColumnSlice) -> list[Any]:
        return with_nulls(self._flags(column).tolist(), column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        flags = self._flags(column).view(np.uint8)
        return ColumnBuffer(self.type, len(flags), flags, None, validity(column.nulls))

    def _flags(self, column: ColumnSlice) -> Array:
        octets = gathered(column, "u1")
        if len(_present(octets > 1, column.nulls)):
            raise ValueError("neither 0 nor 1")
        return np.ascontiguousarray(octets).astype(np.bool_)


# -- dates and times ----------------------------------------------------------------------


class Dates:
    """int32 days since 2000-01-01, as Arrow's date32: of any year, but finite."""

    type, width = ColumnType("tdD"), 4

    def __init__(self, beyond: Beyond) -> None:
        self._beyond = beyond

    def values(self, column: ColumnSlice) -> list[Any]:
        days = gathered(column, ">i4").astype(np.int64)
        far = _present((days < _FIRST_DAY) | (days > _LAST_DAY), column.nulls)
        values: list[Any] = (days + UNIX_DAYS).view("M8[D]").tolist()
        for row in far.tolist():
            values[row] = self._beyond(int(days[row]))
        return with_nulls(values, column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        return dates(self.type, gathered(column, ">i4").astype(np.int64), column.nulls)


def dates(type: ColumnType, days: Array, nulls: Sequence[bool] | None) -> ColumnBuffer:
    """Days since 2000-01-01 as Arrow's date32. DataError for what is infinite there."""
    since = days + UNIX_DAYS
    endless = (days == 2**31 - 1) | (since > 2**31 - 1) | (days == -(2**31))
    if len(_present(endless, nulls)):
        raise DataError("an infinite date has no form in Arrow")
    return ColumnBuffer(type, len(days), since.astype(np.int32), None, validity(nulls))


class Times:
    """int64 microseconds since midnight, as Arrow's time64. 24:00 has no form there."""

    type, width = ColumnType("ttu"), 8

    def __init__(self, beyond: Beyond) -> None:
        self._beyond = beyond

    def values(self, column: ColumnSlice) -> list[Any]:
        micros = gathered(column, ">i8").astype(np.int64)
        if len(_present((micros < 0) | (micros > DAY), column.nulls)):
            raise ValueError("not a time of day")
        values: list[Any] = [moment.time() for moment in _moments(micros)]
        for row in _present(micros == DAY, column.nulls).tolist():
            values[row] = self._beyond(DAY)
        return with_nulls(values, column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        micros = gathered(column, ">i8").astype(np.int64)
        if len(_present((micros < 0) | (micros > DAY), column.nulls)):
            raise ValueError("not a time of day")
        if len(_present(micros == DAY, column.nulls)):
            raise DataError("the time 24:00 has no form in Arrow")
        return ColumnBuffer(self.type, len(micros), micros, None, validity(column.nulls))


class Timestamps:
    """int64 microseconds since 2000-01-01, of any year, but finite; aware ones in UTC."""

    width = 8

    def __init__(self, beyond: Beyond, *, zoned: bool) -> None:
        self.type = ColumnType("tsu:UTC" if zoned else "tsu:")
        self._zoned = zoned
        self._beyond = beyond

    def values(self, column: ColumnSlice) -> list[Any]:
        micros = gathered(column, ">i8").astype(np.int64)
        values = _instants(micros) if self._zoned else _moments(micros)
        for row in _present(_far(micros), column.nulls).tolist():
            values[row] = self._beyond(int(micros[row]))
        return with_nulls(values, column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        return timestamps(self.type, gathered(column, ">i8").astype(np.int64), column.nulls)


def timestamps(type: ColumnType, micros: Array, nulls: Sequence[bool] | None) -> ColumnBuffer:
    """Microseconds since 2000-01-01 as an Arrow timestamp. DataError for infinite ones."""
    endless = (micros > MAX_MICROS - UNIX_MICROS) | (micros == MIN_MICROS)
    if len(_present(endless, nulls)):
        raise DataError("an infinite timestamp has no form in Arrow")
    return ColumnBuffer(type, len(micros), micros + UNIX_MICROS, None, validity(nulls))


def _far(micros: Array) -> Array:
    return (micros < _FIRST_MICRO) | (micros > _LAST_MICRO)


def _moments(micros: Array) -> list[Any]:
    """Naive datetimes; some moment where Python has none, or the value is NULL."""
    values: list[Any] = (_near(micros) + UNIX_MICROS).view("M8[us]").tolist()
    return values


def _instants(micros: Array) -> list[Any]:
    """The same as aware datetimes in UTC: an addition takes a tenth of a ``replace``."""
    return list(map(_EPOCH.__add__, _near(micros).view("m8[us]").tolist()))


def _near(micros: Array) -> Array:
    """Those that Python has a datetime for; 0 in place of the others."""
    far = _far(micros)
    return np.where(far, 0, micros) if far.any() else micros


# -- text and bytes -----------------------------------------------------------------------

_GATHERED = 64  # bytes a value, on average; longer ones are cut out faster one by one


class Texts:
    """UTF-8 text."""

    type, width = ColumnType("u"), 0

    def values(self, column: ColumnSlice) -> list[Any]:
        """All of them decoded at once and split again at the NULs that were put between; a
        value that itself holds a NUL makes more pieces than there are values."""
        positions, lengths = spans(column)
        if not len(positions):
            return []
        if not positions[0] or int(lengths.sum()) > _GATHERED * len(positions):
            return column.each(bytes.decode)
        values: list[Any] = _after_nuls(column, positions, lengths).decode().split("\0")
        if len(values) != len(positions) + 1:
            return column.each(bytes.decode)
        del values[0]
        return with_nulls(values, column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        offsets, data = end_to_end(column)
        view = memoryview(data)
        str(view, "utf-8")
        # The whole is UTF-8, so each value is, unless one starts in the middle of a character.
        octets = np.frombuffer(data, np.uint8)
        firsts = offsets[:-1][np.diff(offsets) > 0]
        if ((octets[firsts] & 0xC0) == 0x80).any():
            raise ValueError("text that is not UTF-8")
        return ColumnBuffer(self.type, len(offsets) - 1, data, offsets, validity(column.nulls))


class Bytes:
    """Bytes as they are."""

    type, width = ColumnType("z"), 0

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(bytes)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        offsets, data = end_to_end(column)
        return ColumnBuffer(self.type, len(offsets) - 1, data, offsets, validity(column.nulls))


def end_to_end(column: ColumnSlice) -> tuple[Array, Any]:
    """The values without what is between them: int32 offsets, and their bytes."""
    positions, lengths = spans(column)
    if int(lengths.sum()) > 2**31 - 1:
        raise DataError("over 2 GiB of values in one batch have no form in Arrow")
    if _by_pyarrow(column) and len(positions):
        _, offsets, data = _taken(column, positions, lengths).buffers()
        return np.frombuffer(offsets, np.int32), b"" if data is None else data
    offsets = np.zeros(len(positions) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    octets = np.frombuffer(column.buffer, np.uint8)
    if not len(octets):
        return offsets, b""
    source = np.arange(int(offsets[-1]), dtype=np.int64)
    source += np.repeat(positions - offsets[:-1], lengths)
    return offsets, octets[source].data


def _after_nuls(column: ColumnSlice, positions: Array, lengths: Array) -> bytes | bytearray:
    """The values end to end, a NUL before each."""
    width = int(lengths[0]) + 1
    if (lengths == lengths[0]).all():  # of one length: rows of a matrix
        count = len(column.buffer) - width + 1
        every: Array = np.ndarray((count,), f"V{width}", column.buffer, strides=(1,))
        copied = every[positions - 1].view(np.uint8).reshape(-1, width)
        copied[:, 0] = 0
        return bytes(copied.data)
    if _by_pyarrow(column):
        _, offsets, data = _taken(column, positions - 1, lengths + 1).buffers()
        separated = bytearray(data)
        firsts = np.frombuffer(offsets, np.int32)[: len(positions)]
        np.frombuffer(separated, np.uint8)[firsts] = 0
        return separated
    ends = np.cumsum(lengths + 1)
    firsts = ends - lengths - 1
    source = np.arange(int(ends[-1]))
    source += np.repeat(positions - 1 - firsts, lengths + 1)
    copied = np.frombuffer(column.buffer, np.uint8)[source]
    copied[firsts] = 0
    return bytes(copied.data)


def _by_pyarrow(column: ColumnSlice) -> bool:
    """Whether pyarrow is there already, and its offsets reach through the buffer."""
    return "pyarrow" in sys.modules and len(column.buffer) <= 2**31 - 1


def _taken(column: ColumnSlice, positions: Array, lengths: Array) -> Any:
    """Pieces of the column's buffer as an array of pyarrow's: all that lies in the buffer, cut
    where pieces begin and end, and every second one of these. pyarrow copies them faster than
    numpy does."""
    import pyarrow as pa

    count = len(positions)
    cuts = np.empty(2 * count, np.int32)
    cuts[0::2] = positions
    np.add(positions, lengths, out=cuts[1::2], casting="unsafe")
    pieces = pa.Array.from_buffers(
        pa.binary(), 2 * count - 1, [None, pa.py_buffer(cuts), pa.py_buffer(column.buffer)]
    )
    return pieces.take(pa.array(np.arange(0, 2 * count, 2, dtype=np.int32)))
