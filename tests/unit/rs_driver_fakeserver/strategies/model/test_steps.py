from __future__ import annotations

from typing import Any

from hypothesis.stateful import rule

from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.strategies.model.steps import Steps
from rs_driver_fakeserver.strategies.result_sets import ResultSet
from support.models import Driven, complaint, passes

RESULT = ResultSet((Column("a", "int4"),), ((1,),))


class Plain(Driven, Steps):
    """A rule for each thing that can be asked of a step."""

    @rule()
    def rows(self) -> None:
        self.server.when("select 1").returns(*RESULT)
        self.gives(RESULT, "select 1")

    @rule()
    def no_rows(self) -> None:
        self.server.when("insert").completes("INSERT 0 1")
        self.completes("insert")

    @rule()
    def error(self) -> None:
        self.server.when("select 2").raises("22012", "division by zero")
        self.fails("select 2", "22012")

    @rule()
    def end(self) -> None:
        self.rollback()
        self.settle("I")


def test_a_client_that_is_right() -> None:
    passes(Plain)


def test_wrong_rows() -> None:
    class Wrong(Plain):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            answer = super().run(sql, parameters)
            return type(answer)(answer.names, answer.rows and ((2,),), answer.rowcount)

    assert complaint(Wrong) == "select 1: the rows are ((2,),), not ((1,),)"


def test_wrong_names() -> None:
    class Wrong(Plain):
        def names(self, columns: Any) -> tuple[str, ...]:
            return tuple(name.upper() for name in columns)

    assert complaint(Wrong) == "select 1: the columns are ('a',), not ('A',)"


def test_rows_where_there_are_none() -> None:
    class Wrong(Plain):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            answer = super().run(sql, parameters)
            return type(answer)(answer.names, answer.rows or (), answer.rowcount)

    assert "there are rows" in complaint(Wrong)


def test_a_swallowed_error() -> None:
    class Wrong(Plain):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            try:
                return super().run(sql, parameters)
            except Exception:  # noqa: BLE001  (that is the bug)
                return None

    assert "there was no error" in complaint(Wrong)


def test_a_wrong_sqlstate() -> None:
    class Wrong(Plain):
        def sqlstate(self, error: BaseException) -> str | None:
            return "XX000"

    assert "the SQLSTATE is XX000, not ('22012',)" in complaint(Wrong)


def test_a_wrong_status() -> None:
    class Wrong(Plain):
        def transaction_status(self) -> str | None:
            return "I"

    assert "the client's status is I, the server's" in complaint(Wrong)


def test_a_rollback_that_does_nothing() -> None:
    class Wrong(Plain):
        def rollback(self) -> None:
            pass

    assert "the server's status is" in complaint(Wrong)


def test_a_connection_left_open() -> None:
    left: list[Any] = []

    class Wrong(Plain):
        def close(self) -> None:
            left.append(self.connection)

    assert "is still open" in complaint(Wrong)
    for connection in left:
        connection.close()


def test_sql_that_nobody_scripted() -> None:
    class Wrong(Plain):
        @rule()
        def unmatched(self) -> None:
            self.raised(lambda: self.run("nonsense"))
            self.settle("IE")

    assert "no rule matches: nonsense" in complaint(Wrong)


def test_an_error_at_the_end() -> None:
    class Wrong(Plain):
        def close(self) -> None:
            super().close()
            raise AssertionError("cannot close")

    assert complaint(Wrong) == "cannot close"


def test_the_server_is_closed_when_connecting_fails() -> None:
    servers = []

    class Wrong(Plain):
        def connect(self, server: FakeServer) -> Any:
            servers.append(server)
            raise AssertionError("no")

    assert complaint(Wrong) == "no"
    assert all(server._closed for server in servers)
