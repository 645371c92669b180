"""Results by column: what the cursors of both shells make of them, without waiting."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Generic, Literal, Union

from rs_driver import oids
from rs_driver.domain.cursor import CursorState
from rs_driver.errors import ProgrammingError
from rs_driver.ports.faces import Batches, Faces
from rs_driver.rows import R

DtypeBackend = Union[Literal["numpy_nullable", "pyarrow", "plain"], None]
_JSON = (oids.SUPER, oids.JSON, oids.JSONB)
_BACKENDS = (None, "numpy_nullable", "pyarrow", "plain")


class Columns(Generic[R]):
    """The current result of a cursor, for the libraries behind ``faces``."""

    def __init__(self, state: CursorState[R], faces: Faces) -> None:
        rows = state.rows  # an error where there is no result
        self._names = state.names
        self._types = rows.types
        self._faces = faces
        types = [column.type_code for column in state.description or ()]
        self._json = [at for at, oid in enumerate(types) if oid in _JSON]

    @property
    def schema(self) -> Any:
        """Pyarrow's Schema."""
        return self._faces.schema(self._names, self._types)

    def table(self, batches: Batches, *, nested: bool = False) -> Any:
        """Pyarrow's Table. ``nested``: SUPER and JSON as what they hold."""
        table = self._faces.table(self.schema, batches)
        return self._faces.nested(table, self._json) if nested and self._json else table

    def record_batches(self, batches: Batches) -> Iterable[Any]:
        """Pyarrow's RecordBatch for each of ``batches``."""
        schema = self.schema
        return (self._faces.record_batch(schema, batch) for batch in batches)

    def reader(self, batches: Batches) -> Any:
        """Pyarrow's RecordBatchReader."""
        return self._faces.reader(self.schema, batches)

    def dataframe(self, batches: Batches, backend: DtypeBackend) -> Any:
        """Pandas' DataFrame."""
        return self._faces.pandas(self.table(batches), backend)

    def polars(self, batches: Batches, *, nested: bool = False) -> Any:
        """Polars' DataFrame. ``nested`` as for ``table``."""
        return self._faces.polars(self.table(batches, nested=nested))


def checked_backend(backend: str | None) -> None:
    """ProgrammingError for what is no ``dtype_backend``."""
    if backend not in _BACKENDS:
        known = ", ".join(map(repr, _BACKENDS))
        raise ProgrammingError(f"dtype_backend is one of {known}, not {backend!r}")


def at_most(num: int | None) -> int:
    """How many rows to fetch; all of them for None."""
    return sys.maxsize if num is None else num
