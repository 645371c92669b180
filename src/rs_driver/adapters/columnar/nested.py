"""Columns of JSON text as what the text holds: structs, lists, numbers.

Importing this module imports pyarrow, which finds out the types: a struct has the fields of all
values. The text is read by ``json``; pyarrow's own reader loses NULLs in lists of strings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa

from rs_driver.errors import DataError


def nested(table: pa.Table, places: Sequence[int]) -> pa.Table:
    """``table`` with the columns at ``places`` read. DataError where their values have no type
    in common."""
    for place in places:
        field = table.schema.field(place)
        read = _read(table.column(place), field.name)
        table = table.set_column(place, field.with_type(read.type), read)
    return table


def _read(column: pa.ChunkedArray, name: str) -> pa.Array:
    texts = column.to_pylist()
    try:
        return pa.array([None if text is None else json.loads(text) for text in texts])
    except (pa.ArrowException, OverflowError, ValueError) as error:
        raise DataError(f'column "{name}": its values have no type in common: {error}') from error
