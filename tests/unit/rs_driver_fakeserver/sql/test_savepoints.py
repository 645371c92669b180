"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, names, rows, sqlstate, status, tags


@pytest.fixture
def client() -> Iterator[MemoryClient]:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when("selec").raises("42601", "syntax error")
        server.when("select 1").returns(["n"], [(1,)])
        yield connected(server)


def test_back_to_before_the_failure(client: MemoryClient) -> None:
    client.say(Query("begin; set application_name to 'a'; savepoint s"))
    client.say(Query("set application_name to 'b'"))
    assert status(client.say(Query("selec"))) == "E"
    assert sqlstate(client.say(Query("select 1"))) == "25P02"
    assert sqlstate(client.say(Query("release s"))) == "25P02"
    answer = client.say(Query("rollback to savepoint s"))
    assert (tags(answer), status(answer)) == (["ROLLBACK"], "T")
    assert rows(client.say(Query("show application_name"))) == [(b"a",)]
    assert tags(client.say(Query("release savepoint s; commit"))) == ["RELEASE", "COMMIT"]
    assert rows(client.say(Query("show application_name"))) == [(b"a",)]


def test_names(client: MemoryClient) -> None:
    assert sqlstate(client.say(Query("savepoint a"))) == "25P01"
    assert sqlstate(client.say(Query("rollback to a"))) == "25P01"
    client.say(Query('begin; savepoint a; savepoint a; savepoint "A"'))
    assert tags(client.say(Query('release "A"; release a; release a'))) == ["RELEASE"] * 3
    answer = client.say(Query("release a"))
    assert (sqlstate(answer), status(answer)) == ("3B001", "E")
    assert sqlstate(client.say(Query("rollback work to a"))) == "3B001"
    client.say(Query("rollback; begin"))
    assert sqlstate(client.say(Query("release a"))) == "3B001"


def test_later_ones_go_with_it(client: MemoryClient) -> None:
    client.say(Query("begin; savepoint a; savepoint b"))
    client.say(Query("rollback to a"))
    assert sqlstate(client.say(Query("rollback to b"))) == "3B001"


def test_a_failed_transaction_is_undone_at_its_end(client: MemoryClient) -> None:
    client.say(Query("begin; savepoint a; set application_name to 'b'"))
    client.say(Query("selec"))
    assert tags(client.say(Query("commit"))) == ["ROLLBACK"]
    assert rows(client.say(Query("show application_name"))) == [(b"",)]


@pytest.mark.engine
def test_an_engine_cannot_undo_a_part() -> None:
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", server="postgres", engine="duckdb") as server:
        client = connected(server)
        client.say(Query("begin"))
        answer = client.say(Query("savepoint a"))
        assert (sqlstate(answer), status(answer)) == ("0A000", "E")
        assert "ErrorResponse" not in names(client.say(Query("rollback")))
        client.peer.eof()
