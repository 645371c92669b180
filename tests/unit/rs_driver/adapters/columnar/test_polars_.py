from __future__ import annotations

import pyarrow as pa
import pytest

from rs_driver.adapters.columnar.polars_ import dataframe
from rs_driver.errors import NotSupportedError, ProgrammingError


def test_a_table() -> None:
    frame = dataframe(pa.table({"n": [1, None], "s": ["a", "é"]}))
    assert frame.to_dict(as_series=False) == {"n": [1, None], "s": ["a", "é"]}


def test_two_columns_of_one_name() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["same", "same"])
    with pytest.raises(ProgrammingError, match="'same'"):
        dataframe(table)


def test_a_type_that_polars_has_not() -> None:
    months = pa.array([pa.MonthDayNano([1, 0, 0])])
    with pytest.raises(NotSupportedError, match="polars"):
        dataframe(pa.table({"i": months}))
