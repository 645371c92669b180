"""Whole results: columns and rows that a rule can answer with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.strategies.checks import sizes
from rs_driver_fakeserver.strategies.columns import columns
from rs_driver_fakeserver.strategies.stored import stored
from rs_driver_fakeserver.strategies.values import values

Row = tuple[object, ...]


class ResultSet(NamedTuple):
    """A result: ``server.when(sql).returns(*result)`` scripts it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)

    def stored(self, *, server: ServerKind = "redshift") -> tuple[Row, ...]:
        """The rows as a client reads them; see ``stored``."""
        types = [column.type for column in self.columns]
        return tuple(
            tuple(
                stored(name, value, server=server) for name, value in zip(types, row, strict=True)
            )
            for row in self.rows
        )


def result_sets(
    *,
    server: ServerKind = "redshift",
    types: Sequence[str] | None = None,
    min_columns: int = 1,
    max_columns: int = 5,
    min_rows: int = 0,
    max_rows: int = 6,
    nullable: bool = True,
    beyond: bool = False,
) -> st.SearchStrategy[ResultSet]:
    """Columns and rows that fit them.

    ``types``: as for ``columns``; ``nullable`` and ``beyond``: as for ``values``.
    """
    sizes("rows", min_rows, max_rows)
    described = columns(server=server, types=types, min_size=min_columns, max_size=max_columns)

    def with_rows(found: tuple[Column, ...]) -> st.SearchStrategy[ResultSet]:
        cells = [
            values(column.type, server=server, nullable=nullable, beyond=beyond) for column in found
        ]
        rows = st.lists(st.tuples(*cells), min_size=min_rows, max_size=max_rows).map(tuple)
        return st.builds(ResultSet, st.just(found), rows)

    return described.flatmap(with_rows)
