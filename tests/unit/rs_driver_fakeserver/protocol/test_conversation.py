"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.copy import CopyData, CopyDone, CopyFail
from rs_driver.wire.query import FunctionCall, Query, Sync, Terminate
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, error, names, rows, sqlstate, status
from support.wire_client import MemoryClient as Client


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select 1").returns(["a"], [(1,)])
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


def test_terminate(client: MemoryClient) -> None:
    assert client.say(Query("select 1"), Terminate(), Query("select 1"))
    assert client.peer.closed
    assert client.say(Query("select 1")) == []


def test_terminate_counts_while_skipping(client: MemoryClient) -> None:
    client.say(b"B\0\0\0\6ab", Terminate())
    assert client.peer.closed


def test_sync_alone(client: MemoryClient) -> None:
    assert names(client.say(Sync(), Sync())) == ["ReadyForQuery", "ReadyForQuery"]


def test_copy_messages_outside_of_a_copy_are_ignored(client: MemoryClient) -> None:
    assert client.say(CopyData(b"x"), CopyDone(), CopyFail("no")) == []
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_function_calls_are_refused(client: MemoryClient) -> None:
    answer = client.say(FunctionCall(99, (), (), 0))
    assert (sqlstate(answer), status(answer)) == ("42883", "I")


@pytest.mark.parametrize("tag", [b"p", b"i"])
def test_answers_to_no_question_end_the_connection(client: MemoryClient, tag: bytes) -> None:
    answer = client.say(tag + b"\0\0\0\5\0")
    assert names(answer) == ["ErrorResponse"]
    assert (error(answer)["S"], error(answer)["C"]) == ("FATAL", "08P01")
    assert client.peer.closed


def test_a_malformed_query_fails_alone(client: MemoryClient) -> None:
    client.say(Query("begin"))
    answer = client.say(b"Q\0\0\0\6ab")
    assert (sqlstate(answer), status(answer)) == ("08P01", "E")
    client.say(Query("rollback"))
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


@pytest.mark.parametrize("tag", [b"P", b"B", b"D", b"E", b"C", b"H"])
def test_a_malformed_extended_message_skips_to_sync(client: Client, tag: bytes) -> None:
    answer = client.say(tag + b"\0\0\0\6ab", tag + b"\0\0\0\6ab", Query("select 1"))
    assert names(answer) == ["ErrorResponse"]
    assert sqlstate(answer) == "08P01"
    assert names(client.say(Sync())) == ["ReadyForQuery"]


def test_a_malformed_sync_ends_the_skipping(client: MemoryClient) -> None:
    client.say(b"B\0\0\0\6ab")
    assert names(client.say(b"S\0\0\0\5x")) == ["ErrorResponse", "ReadyForQuery"]
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


class Full:
    """An engine without room for another session."""

    def open_session(self, user: str, database: str) -> None:
        raise SqlError("53300", "too many connections")

    def close(self) -> None:
        pass


def test_an_engine_that_has_no_session() -> None:
    with FakeServer(policy="ignore", engine=Full()) as server:  # type: ignore[arg-type]  # it has no session
        answer = Client(server.memory().open_peer()).start()
        assert (error(answer)["S"], error(answer)["C"]) == ("FATAL", "53300")
