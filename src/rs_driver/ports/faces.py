"""Faces: results for libraries of data frames, each imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from rs_driver.ports.rows import ColumnBuffer, ColumnType

Batches = Iterable[Sequence[ColumnBuffer]]
"""Columns, a batch of rows after the other."""


class Faces(Protocol):
    """Makes what users ask for of columns and rows.

    All of these raise InterfaceError where a library is not installed, and name the extra
    that has it. What they give is those libraries' own, hence ``Any``.
    """

    def schema(self, names: Sequence[str], types: Sequence[ColumnType]) -> Any:
        """Pyarrow's Schema."""

    def record_batch(self, schema: Any, columns: Sequence[ColumnBuffer]) -> Any:
        """Pyarrow's RecordBatch."""

    def table(self, schema: Any, batches: Batches) -> Any:
        """Pyarrow's Table."""

    def nested(self, table: Any, places: Sequence[int]) -> Any:
        """A Table whose columns at ``places``, of JSON text, become what the text holds.
        DataError where that has no type in common."""

    def reader(self, schema: Any, batches: Batches) -> Any:
        """Pyarrow's RecordBatchReader, which takes the batches as it is read."""

    def pandas(self, table: Any, backend: str | None) -> Any:
        """Pandas' DataFrame of a Table. ``backend``: None, "numpy_nullable" or "pyarrow"."""

    def pandas_of_rows(self, names: Sequence[str], rows: list[Any]) -> Any:
        """Pandas' DataFrame of tuples, whose types pandas guesses."""

    def polars(self, table: Any) -> Any:
        """Polars' DataFrame of a Table."""

    def numpy_of_rows(self, rows: list[Any]) -> Any:
        """Numpy's array of tuples, whose type numpy guesses."""

    def numpy_structured(
        self, names: Sequence[str], types: Sequence[ColumnType], rows: list[Any]
    ) -> Any:
        """Numpy's structured array, a field for each column."""
