"""Rules about SQL's cursors: rows in parts, and no longer than the transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rs_driver_fakeserver.strategies.model.queries import Queries
from rs_driver_fakeserver.strategies.result_sets import ResultSet

_GONE = ("34000", "XX000")
"""There is no such cursor; Redshift may say that its transaction is over."""


@dataclass
class Declared:
    """A cursor, and how many of its rows were fetched. ``alive`` up to its end."""

    name: str
    result: ResultSet
    at: int = 0
    alive: bool = True


class Portals(Queries):
    """``cursor``: the last that was declared; Redshift has one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.cursor: Declared | None = None

    def settle(self, expected: Collection[str]) -> None:
        """A transaction's end, or its failure, is its cursor's."""
        super().settle(expected)
        if self.status != "T" and self.cursor is not None:
            self.cursor.alive = False

    @precondition(lambda self: self.cursor is None or not self.cursor.alive)
    @rule(data=st.data())
    def declare(self, data: st.DataObject) -> None:
        """In a transaction block; outside of one it is an error."""
        query, result = self.some_query(data)
        name = f"c{self.number()}"
        sql = f"declare {name} cursor for {query}"
        if self.status == "I" and self.autocommit:
            self.fails(sql, "25P01")
        elif self.completes(sql) is not None:
            self.cursor = Declared(name, result)

    @precondition(lambda self: self.cursor is not None)
    @rule(count=st.integers(1, 3), verb=st.sampled_from(["fetch {}", "fetch forward {}"]))
    def fetch(self, count: int, verb: str) -> None:
        """The next rows, none at the end."""
        cursor = self.cursor or Declared("", ResultSet((), ()))
        sql = f"{verb.format(count)} from {cursor.name}"
        if not cursor.alive:
            self.fails(sql, *_GONE)
            return
        stop = cursor.at + count
        part = ResultSet(cursor.result.columns, cursor.result.rows[cursor.at : stop])
        cursor.at = min(stop, len(cursor.result.rows))
        self.gives(part, sql)

    @precondition(lambda self: self.cursor is not None)
    @rule()
    def close_cursor(self) -> None:
        """Once."""
        cursor = self.cursor or Declared("", ResultSet((), ()))
        if cursor.alive:
            self.completes(f"close {cursor.name}")
            cursor.alive = False
        else:
            self.fails(f"close {cursor.name}", *_GONE)
