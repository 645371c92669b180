from __future__ import annotations

import sys

import pytest

from rs_driver.adapters.columnar.faces import LazyFaces
from rs_driver.errors import InterfaceError
from rs_driver.ports.rows import ColumnType


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("arrow", "pyarrow", "arrow"),
        ("pandas_", "pandas", "pandas"),
        ("polars_", "polars", "polars"),
        ("numpy_", "numpy", "numpy"),
    ],
)
def test_a_library_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, module: str, library: str, extra: str
) -> None:
    name = f"rs_driver.adapters.columnar.{module}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    asks = {
        "arrow": lambda: LazyFaces().schema(["n"], [ColumnType("i")]),
        "pandas": lambda: LazyFaces().pandas_of_rows(["n"], []),
        "polars": lambda: LazyFaces().polars(None),
        "numpy": lambda: LazyFaces().numpy_of_rows([]),
    }
    with pytest.raises(InterfaceError, match=rf"{library} is needed.*rs_driver\[{extra}\]"):
        asks[extra]()
