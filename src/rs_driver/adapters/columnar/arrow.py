"""pyarrow's schemas, record batches, tables and streams, from ``ColumnBuffer``s.

Importing this module imports pyarrow. Nothing is copied but what has another layout there:
a validity of one byte a row becomes one of bits, and so do booleans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rs_driver.ports.rows import ColumnBuffer, ColumnType

_TYPES = {
    "b": pa.bool_(),
    "s": pa.int16(),
    "i": pa.int32(),
    "I": pa.uint32(),
    "l": pa.int64(),
    "f": pa.float32(),
    "g": pa.float64(),
    "u": pa.string(),
    "z": pa.binary(),
    "tdD": pa.date32(),
    "ttu": pa.time64("us"),
    "tsu:": pa.timestamp("us"),
    "tsu:UTC": pa.timestamp("us", "UTC"),
    "tDu": pa.duration("us"),
    "tin": pa.month_day_nano_interval(),
}


def schema(names: Sequence[str], types: Sequence[ColumnType]) -> pa.Schema:
    """The schema; two columns may have one name."""
    return pa.schema(
        [pa.field(name, data_type(kind)) for name, kind in zip(names, types, strict=True)]
    )


def data_type(type: ColumnType) -> pa.DataType:
    """Pyarrow's type. Months alone, which it has no class for, are those of three parts."""
    if type.format.startswith("d:"):
        precision, scale = map(int, type.format[2:].split(","))
        return pa.decimal128(precision, scale)
    if type.format == "+l":
        return pa.list_(data_type(type.children[0]))
    if type.format == "tiM":
        return pa.month_day_nano_interval()
    return _TYPES[type.format]


def record_batch(schema: pa.Schema, columns: Sequence[ColumnBuffer]) -> pa.RecordBatch:
    """One batch of rows."""
    return pa.RecordBatch.from_arrays(list(map(array, columns)), schema=schema)


def table(schema: pa.Schema, batches: Iterable[Sequence[ColumnBuffer]]) -> pa.Table:
    """All batches, each a chunk."""
    return pa.Table.from_batches([record_batch(schema, batch) for batch in batches], schema)


def reader(schema: pa.Schema, batches: Iterable[Sequence[ColumnBuffer]]) -> pa.RecordBatchReader:
    """The batches as they are asked for."""
    made = (record_batch(schema, batch) for batch in batches)
    return pa.RecordBatchReader.from_batches(schema, made)


def array(column: ColumnBuffer) -> pa.Array:
    """One column of a batch."""
    kind = data_type(column.type)
    validity, nulls = _bits(column.validity)
    if column.type.format == "+l":
        children = [array(child) for child in column.children]
        buffers = [validity, pa.py_buffer(column.offsets)]
        return pa.Array.from_buffers(kind, column.length, buffers, nulls, children=children)
    if column.offsets is not None:
        buffers = [validity, pa.py_buffer(column.offsets), pa.py_buffer(column.data)]
    elif column.type.format == "b":
        buffers = [validity, _bits(column.data)[0]]
    elif column.type.format == "tiM":
        months = np.zeros(column.length, [("months", "i4"), ("days", "i4"), ("nanos", "i8")])
        months["months"] = np.frombuffer(column.data, np.int32)
        buffers = [validity, pa.py_buffer(months.tobytes())]
    else:
        buffers = [validity, pa.py_buffer(column.data)]
    return pa.Array.from_buffers(kind, column.length, buffers, nulls)


def _bits(octets: Any | None) -> tuple[pa.Buffer | None, int]:
    """Bytes of 0 and 1 as bits, and how many are 0."""
    if octets is None:
        return None, 0
    flags = np.frombuffer(octets, np.uint8)
    zeros = len(flags) - int(np.count_nonzero(flags))
    return pa.py_buffer(np.packbits(flags, bitorder="little")), zeros
