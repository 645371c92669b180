"""Whole columns in Arrow's layout, from the spans of a ``ColumnSlice``.

With the stdlib alone where the spans are lists, by numpy where they are its arrays.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Any

from rs_driver.errors import DataError
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice
from rs_driver.wire.results import FieldDescription

_int4 = struct.Struct("!i")


def int4_column(column: ColumnSlice, field: FieldDescription) -> ColumnBuffer:
    """INTEGER in binary as format ``i``: native int32, 0 where NULL."""
    if hasattr(column.positions, "__array_interface__"):
        return _int4_by_numpy(column, field)
    values = array("i")
    for position, length, null in zip(column.positions, column.lengths, column.nulls, strict=True):
        if null:
            values.append(0)
            continue
        if length != _int4.size:
            raise _not_an_integer(field)
        values.append(_int4.unpack_from(column.buffer, position)[0])
    return ColumnBuffer("i", len(values), values, None, _validity(column.nulls))


def _int4_by_numpy(column: ColumnSlice, field: FieldDescription) -> ColumnBuffer:
    import numpy as np

    nulls = np.asarray(column.nulls)
    if not np.all(nulls | (np.asarray(column.lengths) == _int4.size)):
        raise _not_an_integer(field)
    octets = np.frombuffer(column.buffer, np.uint8)
    # A NULL at the end of the buffer has a position that four bytes would go beyond.
    first = np.where(nulls, 0, np.asarray(column.positions))
    at = first[:, None] + np.arange(_int4.size)
    values = octets[np.minimum(at, max(len(octets) - 1, 0))].view(">i4")[:, 0]
    data = np.where(nulls, 0, values).astype(np.int32)
    return ColumnBuffer("i", len(data), data, None, _validity(column.nulls))


def text_column(column: ColumnSlice, field: FieldDescription) -> ColumnBuffer:
    """Text as format ``u``: the UTF-8 bytes end to end, and int32 offsets into them."""
    view = memoryview(column.buffer)
    spans = zip(_ints(column.positions), _ints(column.lengths), strict=True)
    values = [view[position : position + length] for position, length in spans]
    data = b"".join(values)
    offsets = array("i", [0])
    try:
        end = 0
        for value in values:
            end += len(value)
            offsets.append(end)
        data.decode()
    except OverflowError as error:
        raise DataError(f'column "{field.name}": over 2 GiB of text in one batch') from error
    except UnicodeDecodeError as error:
        raise DataError(f'column "{field.name}": text that is not UTF-8: {error}') from error
    # The whole is UTF-8, so each value is, unless one starts in the middle of a character.
    if any(0x80 <= value[0] < 0xC0 for value in values if value):
        raise DataError(f'column "{field.name}": text that is not UTF-8')
    return ColumnBuffer("u", len(values), data, offsets, _validity(column.nulls))


def _ints(values: Any) -> Sequence[int]:
    """Python ints, of a list or of numpy's array."""
    ints: Sequence[int] = values.tolist() if hasattr(values, "tolist") else values
    return ints


def _validity(nulls: Sequence[bool]) -> bytes | None:
    """One byte a row, 0 for NULL; None where there is no NULL."""
    if not any(_ints(nulls)):
        return None
    return bytes(map((1).__sub__, _ints(nulls)))


def _not_an_integer(field: FieldDescription) -> DataError:
    return DataError(f'column "{field.name}": a value of {_int4.size} bytes was expected')
