"""pandas' DataFrame, from pyarrow's Table or from tuples.

Importing this module imports pandas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

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
    if backend == "pyarrow":
        columns = [_series(column, pd.ArrowDtype) for column in table.columns]
    elif backend == "numpy_nullable":
        columns = [_series(column, _NULLABLE.get) for column in table.columns]
    else:
        columns = [_series(column, _mapper(column)) for column in table.columns]
    # By number at first: two columns may have one name.
    frame = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(len(table)), copy=False)
    frame.columns = pd.Index(table.column_names, dtype=object)
    return frame


def of_rows(names: Sequence[str], rows: list[Any]) -> Any:
    """A DataFrame of tuples, as AWS's driver makes it: pandas guesses the types."""
    return pd.DataFrame(rows, columns=pd.Index(names, dtype=object))


def _mapper(column: pa.ChunkedArray) -> Any:
    return _NULLABLE.get if column.null_count and column.type in _WITHOUT_NULL else None


def _series(column: pa.ChunkedArray, mapper: Any) -> Any:
    return column.to_pandas(types_mapper=mapper)
