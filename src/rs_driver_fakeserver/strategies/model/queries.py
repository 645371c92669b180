"""Rules about single statements: rows, parameters, counts, errors, two cursors at once."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rs_driver_fakeserver.strategies.model.steps import Steps
from rs_driver_fakeserver.strategies.result_sets import ResultSet
from rs_driver_fakeserver.strategies.sql_errors import SQLSTATES, sql_errors
from rs_driver_fakeserver.strategies.texts import texts

_MOST_QUERIES = 6
"""Different ones; after these the old ones come again, which is what caches are for."""
_sqlstates = sorted(set(SQLSTATES))


class Queries(Steps):
    """``known``: the queries so far and their results."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[tuple[str, ResultSet]] = []
        self._numbers = 0

    def number(self) -> int:
        """One that no statement has had."""
        self._numbers += 1
        return self._numbers

    def some_query(self, data: st.DataObject) -> tuple[str, ResultSet]:
        """A query that the server can answer: a known one, or a new one."""
        fresh = len(self.known) < _MOST_QUERIES
        chosen = data.draw(st.integers(0, len(self.known) - (not fresh)))
        if chosen < len(self.known):
            return self.known[chosen]
        sql, result = f"select {self.number()}", self.new_result(data)
        self.server.when(sql).returns(*result)
        self.known.append((sql, result))
        return sql, result

    @rule(data=st.data())
    def query(self, data: st.DataObject) -> None:
        """Rows, all of them."""
        sql, result = self.some_query(data)
        self.gives(result, sql)

    @precondition(lambda self: self.paramstyle is not None)
    @rule(data=st.data(), value=st.integers(-(2**31), 2**31 - 1) | texts())
    def query_with_a_parameter(self, data: st.DataObject, value: object) -> None:
        """Rows that hang on a parameter."""
        number, result = self.number(), self.new_result(data)
        self.server.when(f"select {number} where x = $1", params=[value]).returns(*result)
        self.gives(result, f"select {number} where x = {self.placeholder()}", [value])

    @rule(count=st.integers(0, 5), verb=st.sampled_from(["insert", "update", "delete"]))
    def command(self, count: int, verb: str) -> None:
        """No rows, but a count of them."""
        sql = f"{verb} {self.number()}"
        tag = f"INSERT 0 {count}" if verb == "insert" else f"{verb.upper()} {count}"
        self.server.when(sql).completes(tag)
        answer = self.completes(sql)
        if answer is not None:
            self.check(answer.rowcount in (count, -1), f"{sql}: {answer.rowcount} for {tag!r}")

    @rule(data=st.data(), error=sql_errors(sqlstates=_sqlstates))
    def failing_statement(self, data: st.DataObject, error: object) -> None:
        """An error in place of an answer."""
        sql = data.draw(st.sampled_from(["select", "insert"])) + f" {self.number()}"
        self.server.when(sql).raises(error)  # type: ignore[arg-type]  # an SqlError
        self.fails(sql, getattr(error, "sqlstate", ""))

    @precondition(lambda self: self.interleaves and self.status != "E")
    @rule(data=st.data())
    def interleaved_cursors(self, data: st.DataObject) -> None:
        """A cursor keeps its rows while another one is used."""
        sql, result = self.some_query(data)
        other, its_result = self.some_query(data)
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
            first = cursor.fetchone()
            self.gives(its_result, other)
            rest = [*([] if first is None else [first]), *cursor.fetchall()]
            self.check_rows(result, rest, sql)
        finally:
            cursor.close()
