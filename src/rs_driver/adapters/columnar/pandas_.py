"""pandas' DataFrame, from pyarrow's Table or from tuples.

Importing this module imports pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rs_driver.errors import DataError

_NULLABLE = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float32(): pd.Float32Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.string(): pd.StringDtype(),
}
_WITHOUT_NULL = {pa.bool_(), pa.int16(), pa.int32(), pa.uint32(), pa.int64()}
"""What numpy has no NULL for: pandas would make floats or objects of such a column."""


def dataframe(table: pa.Table, backend: str | None) -> Any:
    """A DataFrame of the table. ``backend``: as for ``Cursor.fetch_dataframe``."""
    columns = [
        _named_series(name, column, backend)
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    # By number at first: two columns may have one name.
    frame = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(len(table)), copy=False)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def of_rows(names: Sequence[str], rows: list[Any]) -> Any:
    """A DataFrame of tuples, as AWS's driver makes it: pandas guesses the types."""
    return pd.DataFrame(rows, columns=pd.Index(names, dtype=object))


def _mapper(column: pa.ChunkedArray) -> Any:
    return _NULLABLE.get if column.null_count and column.type in _WITHOUT_NULL else None


def _named_series(name: str, column: pa.ChunkedArray, backend: str | None) -> Any:
    if backend == "pyarrow":
        return _series(column, pd.ArrowDtype)
    if pa.types.is_list(column.type) and _loses_digits(column):
        return pd.Series(column.to_pylist(), dtype=object)
    try:
        return _series(column, _NULLABLE.get if backend else _mapper(column))
    except (ValueError, OverflowError) as error:  # a date that Python has not, such as 10000-01-01
        raise DataError(f'column "{name}": pandas cannot hold a value of it: {error}') from error


def _loses_digits(column: pa.ChunkedArray) -> bool:
    """Whether pandas would make floats of integers in lists, for the NULLs among them."""
    kind, values = column.type, column
    while pa.types.is_list(kind):
        kind, values = kind.value_type, pc.list_flatten(values)
    return bool(pa.types.is_integer(kind) and values.null_count)


def _series(column: pa.ChunkedArray, mapper: Any) -> Any:
    return column.to_pandas(types_mapper=mapper)
