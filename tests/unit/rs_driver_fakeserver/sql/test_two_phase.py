"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    error,
    names,
    prepared,
    rows,
    sqlstate,
    status,
    tags,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore", server="postgres", two_phase=True) as made:
        made.when("selec").raises("42601", "syntax error")
        yield made


def gids(server: FakeServer) -> list[str]:
    return [each.gid for each in server.prepared_transactions]


def say(client: MemoryClient, *statements: str) -> None:
    for sql in statements:
        answer = client.say(Query(sql))
        assert "ErrorResponse" not in names(answer), answer


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK"])
def test_both_phases(server: FakeServer, end: str) -> None:
    client = connected(server, "alice")
    say(client, "begin")
    answer = client.say(Query("prepare transaction 'it''s'"))
    assert (tags(answer), status(answer)) == (["PREPARE TRANSACTION"], "I")
    (found,) = server.prepared_transactions
    assert (found.gid, found.owner, found.database) == ("it's", "alice", "dev")
    client.peer.eof()
    assert gids(server) == ["it's"]
    other = connected(server, "bob")
    assert tags(other.say(Query(f"{end} prepared 'it''s'"))) == [f"{end} PREPARED"]
    assert sqlstate(other.say(*prepared(f"{end} prepared 'it''s'"))) == "42704"
    assert gids(server) == []


def test_what_cannot_be_prepared(server: FakeServer) -> None:
    client = connected(server)
    answer = client.say(Query("prepare transaction 'a'"))
    assert names(answer)[0] == "NoticeResponse"
    assert tags(answer) == ["ROLLBACK"]
    say(client, "begin; prepare transaction 'a'")
    for sql, expected in (
        ("prepare transaction 'a'", "42710"),
        (f"prepare transaction '{'x' * 200}'", "22023"),
        ("notify a; prepare transaction 'b'", "0A000"),
        ("set application_name to 'x'; listen a; prepare transaction 'b'", "0A000"),
    ):
        say(client, "begin")
        answer = client.say(Query(sql))
        assert (sqlstate(answer), status(answer)) == (expected, "I")
    assert rows(client.say(Query("show application_name"))) == [(b"",)]
    say(client, "begin")
    client.say(Query("selec"))
    answer = client.say(Query("prepare transaction 'b'"))
    assert (tags(answer), status(answer)) == (["ROLLBACK"], "I")
    assert gids(server) == ["a"]


def test_settings_stay(server: FakeServer) -> None:
    client = connected(server)
    say(client, "begin; set application_name to 'x'; prepare transaction 'a'")
    assert rows(client.say(Query("show application_name"))) == [(b"x",)]


def test_who_may_finish(server: FakeServer) -> None:
    say(connected(server, "alice"), "begin; prepare transaction 'a'")
    elsewhere = connected(server, "alice", database="other")
    fields = error(elsewhere.say(Query("commit prepared 'a'")))
    assert (fields["C"], fields["M"]) == (
        "0A000",
        "prepared transaction belongs to another database",
    )
    with FakeServer(
        policy="ignore", server="postgres", two_phase=True, parameters={"is_superuser": "off"}
    ) as strict:
        say(connected(strict, "alice"), "begin; prepare transaction 'a'")
        assert sqlstate(connected(strict, "bob").say(Query("rollback prepared 'a'"))) == "42501"
        say(connected(strict, "alice"), "rollback prepared 'a'")


def test_not_within_a_transaction(server: FakeServer) -> None:
    client = connected(server)
    say(client, "begin; prepare transaction 'a'", "begin")
    assert sqlstate(client.say(Query("commit prepared 'a'"))) == "25001"
    assert sqlstate(client.say(Query("commit prepared 'a'"))) == "25P02"
    assert gids(server) == ["a"]


def test_reset_forgets(server: FakeServer) -> None:
    say(connected(server), "begin; prepare transaction 'a'")
    server.reset()
    assert gids(server) == []


@pytest.mark.parametrize(
    ("options", "sql", "expected"),
    [
        ({}, "prepare transaction 'a'", "42601"),
        ({"server": "postgres"}, "prepare transaction 'a'", "55000"),
        ({"two_phase": True}, "prepare transaction 'a'", None),
    ],
)
def test_servers_without_it(options: dict[str, Any], sql: str, expected: str | None) -> None:
    with FakeServer(policy="ignore", **options) as server:
        client = connected(server)
        say(client, "begin")
        answer = client.say(Query(sql))
        assert expected == (sqlstate(answer) if "ErrorResponse" in names(answer) else None)


def test_nothing_is_prepared_where_nothing_can_be() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        assert sqlstate(connected(server).say(Query("commit prepared 'a'"))) == "42704"


def test_a_statement_may_be_called_transaction(server: FakeServer) -> None:
    server.when("select 1").returns(["n"], [(1,)])
    client = connected(server)
    assert tags(client.say(Query("prepare transaction as select 1"))) == ["PREPARE"]
    assert rows(client.say(Query("execute transaction"))) == [(b"1",)]


def test_a_rule_can_make_it_fail(server: FakeServer) -> None:
    server.when("prepare transaction 'a'").raises("53400", "no room")
    client = connected(server)
    say(client, "begin")
    answer = client.say(Query("prepare transaction 'a'"))
    assert (sqlstate(answer), status(answer)) == ("53400", "E")


@pytest.mark.engine
class TestEngine:
    @pytest.fixture
    def connect(self) -> Iterator[Callable[[], MemoryClient]]:
        pytest.importorskip("duckdb")
        clients: list[MemoryClient] = []
        with FakeServer(
            policy="ignore", server="postgres", engine="duckdb", two_phase=True
        ) as server:
            server.run("create table t (a int)")

            def connect() -> MemoryClient:
                clients.append(connected(server))
                return clients[-1]

            yield connect
            for client in clients:
                client.peer.eof()

    @pytest.mark.parametrize(("end", "left"), [("commit", [(b"1",)]), ("rollback", [])])
    def test_what_was_done_waits(
        self, connect: Callable[[], MemoryClient], end: str, left: list[tuple[bytes]]
    ) -> None:
        one, two = connect(), connect()
        say(one, "begin; insert into t values (1); prepare transaction 'a'")
        assert rows(one.say(Query("select * from t"))) == []
        say(one, "insert into t values (2)", "delete from t where a = 2")
        one.peer.eof()
        say(two, f"{end} prepared 'a'")
        assert rows(two.say(Query("select * from t"))) == left

    def test_temporary_tables_cannot_be_prepared(self, connect: Callable[[], MemoryClient]) -> None:
        client = connect()
        answer = client.say(Query("begin; create temp table x (a int); prepare transaction 'a'"))
        assert (sqlstate(answer), status(answer)) == ("0A000", "I")
        say(client, "begin; create table y (a int); prepare transaction 'a'")
        say(client, "commit prepared 'a'", "select * from y")

    def test_what_is_left_is_rolled_back_with_the_server(
        self, connect: Callable[[], MemoryClient]
    ) -> None:
        say(connect(), "begin; insert into t values (1); prepare transaction 'a'")
