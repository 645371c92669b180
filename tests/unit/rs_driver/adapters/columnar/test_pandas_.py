from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from rs_driver.adapters.columnar.pandas_ import dataframe, of_rows

TABLE = pa.Table.from_arrays(
    [pa.array([1, 2], pa.int64()), pa.array([1, None], pa.int64()), pa.array(["a", None])],
    names=["same", "same", "Text"],
)


@pytest.mark.parametrize(
    ("backend", "types"),
    [
        (None, ["int64", "Int64"]),
        ("numpy_nullable", ["Int64", "Int64"]),
        ("pyarrow", ["int64[pyarrow]", "int64[pyarrow]"]),
    ],
)
def test_types(backend: str | None, types: list[str]) -> None:
    frame = dataframe(TABLE, backend)
    assert list(frame.columns) == ["same", "same", "Text"]
    assert [str(kind) for kind in frame.dtypes][:2] == types
    assert frame.iloc[:, 1].tolist()[0] == 1
    assert frame.iloc[:, 1].isna().tolist() == [False, True]


def test_no_rows_and_no_columns() -> None:
    assert dataframe(TABLE.slice(0, 0), None).shape == (0, 3)
    assert dataframe(pa.table({}), None).shape == (0, 0)


def test_of_tuples_pandas_guesses() -> None:
    frame = of_rows(["a", "b"], [(1, "x"), (None, "y")])
    assert frame["a"].dtype == "float64"
    assert list(frame.columns) == ["a", "b"]
    assert isinstance(frame, pd.DataFrame)
