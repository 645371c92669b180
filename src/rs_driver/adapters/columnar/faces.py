"""The faces, behind their port: loads the libraries, and says which one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from rs_driver.errors import InterfaceError
from rs_driver.ports.faces import Batches
from rs_driver.ports.rows import ColumnBuffer, ColumnType


class LazyFaces:
    """``ports.faces.Faces``."""

    def schema(self, names: Sequence[str], types: Sequence[ColumnType]) -> Any:
        return _load("arrow").schema(names, types)

    def record_batch(self, schema: Any, columns: Sequence[ColumnBuffer]) -> Any:
        return _load("arrow").record_batch(schema, columns)

    def table(self, schema: Any, batches: Batches) -> Any:
        return _load("arrow").table(schema, batches)

    def nested(self, table: Any, places: Sequence[int]) -> Any:
        return _load("nested").nested(table, places)

    def reader(self, schema: Any, batches: Batches) -> Any:
        return _load("arrow").reader(schema, batches)

    def pandas(self, table: Any, backend: str | None) -> Any:
        return _load("pandas").dataframe(table, backend)

    def pandas_of_rows(self, names: Sequence[str], rows: list[Any]) -> Any:
        return _load("pandas").of_rows(names, rows)

    def polars(self, table: Any) -> Any:
        return _load("polars").dataframe(table)

    def numpy_of_rows(self, rows: list[Any]) -> Any:
        return _load("numpy").of_rows(rows)

    def numpy_structured(
        self, names: Sequence[str], types: Sequence[ColumnType], rows: list[Any]
    ) -> Any:
        formats = [kind.format for kind in types]
        return _load("numpy").structured(names, formats, rows)


_MODULES = {
    "arrow": "arrow",
    "nested": "nested",
    "pandas": "pandas_",
    "polars": "polars_",
    "numpy": "numpy_",
}
_EXTRAS = {"nested": "arrow"}
_LIBRARIES = ("numpy", "pyarrow", "pandas", "polars")


def _load(extra: str) -> Any:
    """The module of this package that needs ``extra``, or the extra that it stands for."""
    try:
        return import_module(f"rs_driver.adapters.columnar.{_MODULES[extra]}")
    except ImportError as error:
        if error.name not in _LIBRARIES:
            raise
        raise InterfaceError(
            f"{error.name} is needed for this: pip install 'rs_driver[{_EXTRAS.get(extra, extra)}]'"
        ) from error
