"""polars' DataFrame, from pyarrow's Table.

Importing this module imports polars.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

from rs_driver.errors import NotSupportedError, ProgrammingError


def dataframe(table: pa.Table) -> Any:
    """A DataFrame of the table. ProgrammingError where two columns have one name, and
    NotSupportedError for a type that polars has not (intervals with months)."""
    names = table.column_names
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ProgrammingError(
            f"several columns are called {twice[0]!r}, which polars does not allow: "
            "name them apart by AS"
        )
    for field in table.schema:
        if _has_months(field.type):  # of which polars panics, within a list
            raise NotSupportedError(f"polars has no type for column {field.name!r}: {field.type}")
    try:
        return pl.from_arrow(table)
    except Exception as error:  # polars' classes of exceptions are its own affair
        raise NotSupportedError(f"polars cannot take the result: {error}") from error


def _has_months(kind: pa.DataType) -> bool:
    while pa.types.is_list(kind):
        kind = kind.value_type
    return bool(pa.types.is_interval(kind))
