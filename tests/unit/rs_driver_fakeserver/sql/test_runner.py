from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from rs_driver.wire.control import NoticeResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Query
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import Column, Description, Result, SqlError
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.runner import control, leaves
from support.wire_client import connected, error, names, prepared, rows, sqlstate, status, tags


class ScriptedEngine:
    """An engine, and its own only session, that writes down what it is asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.during: Callable[[], None] | None = None

    def open_session(self, user: str, database: str) -> ScriptedEngine:
        self.heard.append(f"open {user} {database}")
        return self

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        if "bug" in sql:
            raise ZeroDivisionError("oops")
        return Description(tuple(parameter_oids), (Column("a", "int4"),))

    def execute(
        self, sql: str, parameters: Sequence[object], parameter_oids: Sequence[int] = ()
    ) -> Result:
        self.heard.append(sql)
        if self.during is not None:
            self.during()
        if "fail" in sql:
            raise SqlError("22012", "division by zero")
        if "bug" in sql:
            raise ZeroDivisionError("oops")
        if "cancelled" in sql:
            raise SqlError("57014", "Interrupted!")
        return Result((Column("a", "int4"),), ((1,),), "SELECT")

    def begin(self) -> None:
        self.heard.append("BEGIN")

    def commit(self) -> None:
        self.heard.append("COMMIT")

    def rollback(self) -> None:
        self.heard.append("ROLLBACK")

    def cancel(self) -> None:
        self.heard.append("cancel")

    def close(self) -> None:
        self.heard.append("close")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("begin", "BEGIN"),
        ("BEGIN WORK", "BEGIN"),
        ("begin transaction isolation level serializable, read only", "BEGIN"),
        ("/* x */ Start  Transaction", "BEGIN"),
        ("commit", "COMMIT"),
        ("COMMIT WORK", "COMMIT"),
        ("end transaction;", "COMMIT"),
        ("rollback", "ROLLBACK"),
        ("abort work -- now", "ROLLBACK"),
        ("rollback to savepoint a", None),
        ("commit prepared 'x'", None),
        ("rollback prepared 'x'", None),
        ("start", None),
        ("select 'begin'", None),
        ("beginning", None),
        ("", None),
        ("begin " + "x" * 2000, None),
    ],
)
def test_control(sql: str, kind: str | None) -> None:
    assert control(sql) == kind


@pytest.mark.parametrize(
    ("sql", "out"),
    [
        ("commit", True),
        ("end work", True),
        ("Rollback", True),
        ("rollback to a", True),
        ("abort work to savepoint a", True),
        ("prepare transaction 'x'", True),
        ("begin", False),
        ("commit prepared 'x'", False),
        ("rollback prepared 'x'", False),
        ("prepare x as select 1", False),
        ("release a", False),
        ("select 'rollback'", False),
        ("", False),
    ],
)
def test_ways_out_of_a_failed_transaction(sql: str, out: bool) -> None:
    assert leaves(sql) is out


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


def test_the_engine_answers_without_a_rule(engine: ScriptedEngine) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        server.when("scripted").returns(["a"], [(2,)])
        client = connected(server, "alice")
        assert rows(client.say(Query("scripted"))) == [(b"2",)]
        assert rows(client.say(Query("other"))) == [(b"1",)]
        assert tags(client.say(Query("show timezone"))) == ["SHOW"]
        client.peer.eof()
    assert engine.heard == ["open alice dev", "other", "close", "close"]


def test_a_single_statement_needs_no_transaction(engine: ScriptedEngine) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        connected(server).say(Query("one"))
    assert engine.heard[1:2] == ["one"]


def test_several_statements_are_one_transaction(engine: ScriptedEngine) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        client = connected(server)
        client.say(Query("one; two"))
        assert engine.heard[1:] == ["BEGIN", "one", "two", "COMMIT"]
        client.say(Query("one; fail; two"))
        assert engine.heard[5:] == ["BEGIN", "one", "fail", "ROLLBACK"]


def test_a_group_is_one_transaction(engine: ScriptedEngine) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        client = connected(server)
        client.say(*prepared("one")[:-1], *prepared("two"))
        assert engine.heard[1:] == ["BEGIN", "one", "two", "COMMIT"]
        client.say(*prepared("begin")[:-1], *prepared("three"))
        assert engine.heard[5:] == ["BEGIN", "three"]
        client.say(*prepared("fail"))
        assert engine.heard[7:] == ["fail", "ROLLBACK"]
        assert tags(client.say(Query("commit"))) == ["ROLLBACK"]
        assert len(engine.heard) == 9


def test_a_cancel_reaches_the_engine_and_is_told_in_the_servers_words(
    engine: ScriptedEngine,
) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        client = connected(server)
        assert error(client.say(Query("cancelled")))["M"] == "Interrupted!"  # by itself
        (session,) = server._instance.sessions.open
        engine.during = session.cancel
        fields = error(client.say(Query("cancelled")))
        assert (fields["C"], fields["M"]) == ("57014", "Query cancelled on user's request")
        assert engine.heard[-2:] == ["cancelled", "cancel"]
        engine.during = None
        assert rows(client.say(Query("other"))) == [(b"1",)]


def test_a_bug_of_an_engine_is_an_error_of_the_statement(engine: ScriptedEngine) -> None:
    with FakeServer(policy="ignore", engine=engine) as server:
        client = connected(server)
        for question in ([Query("bug")], prepared("bug")):
            fields = error(client.say(*question))
            assert fields["C"] == "XX000"
            assert fields["M"] == "the engine failed: ZeroDivisionError: oops"
        assert rows(client.say(Query("other"))) == [(b"1",)]


@pytest.mark.parametrize("kind", ["redshift", "postgres"])
@pytest.mark.parametrize("over", [[Query("commit")], prepared("commit")])
def test_a_commit_that_a_rule_fails_has_ended_the_transaction(
    kind: ServerKind, over: list[FrontendMessage]
) -> None:
    with FakeServer(policy="ignore", server=kind) as server:
        server.when("commit").raises("40001", "could not serialize").once()
        client = connected(server)
        client.say(Query("begin"))
        answer = client.say(*over)
        assert (sqlstate(answer), status(answer)) == ("40001", "I")
        assert status(client.say(Query("begin"))) == "T"
        assert tags(client.say(*over)) == ["COMMIT"]


@pytest.mark.parametrize(("kind", "after"), [("redshift", "I"), ("postgres", "T")])
@pytest.mark.parametrize("run", [[Query("TRUNCATE t")], prepared("TRUNCATE t")])
def test_truncate_commits_on_redshift(
    kind: ServerKind, after: str, run: list[FrontendMessage]
) -> None:
    engine = ScriptedEngine()
    with FakeServer(engine=engine, policy="ignore", server=kind) as server:
        client = connected(server)
        client.say(Query("begin"))
        client.say(Query("insert"))
        assert status(client.say(*run)) == after
        client.say(Query("rollback"))
    assert ("COMMIT" in engine.heard) is (after == "I")


def test_a_rollback_that_a_rule_fails_has_not() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("rollback").raises("XX000", "out of order").once()
        client = connected(server)
        client.say(Query("begin"))
        assert status(client.say(Query("rollback"))) == "E"
        assert status(client.say(Query("rollback"))) == "I"


def test_warnings() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        for sql, state in (("commit", "25P01"), ("rollback", "25P01"), ("begin; begin", "25001")):
            answer = client.say(Query(sql))
            (notice,) = (message for message in answer if isinstance(message, NoticeResponse))
            assert notice.fields["C"] == state
            client.say(Query("rollback"))


def test_start_transaction_has_its_own_tag() -> None:
    with FakeServer(policy="ignore") as server:
        assert tags(connected(server).say(Query("start transaction"))) == ["START TRANSACTION"]


def test_nothing_runs_in_a_failed_transaction() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        client.say(Query("begin"))
        client.say(Query("selec"))
        for sql in ("select 1", "begin", "show timezone", "set timezone to x"):
            answer = client.say(Query(sql))
            assert (sqlstate(answer), status(answer)) == ("25P02", "E")
            answer = client.say(*prepared(sql))
            assert names(answer) == ["ErrorResponse", "ReadyForQuery"]
            assert sqlstate(answer) == "25P02"
