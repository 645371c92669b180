"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.query import Bind, Describe, Execute, Flush, Parse, Query, Sync, Terminate
from rs_driver.wire.startup import BackendKeyData, CancelRequest
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.copy import Kept, tuples
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    error,
    names,
    rows,
    sqlstate,
    status,
    tags,
)

IN, OUT = "copy t from stdin", "copy t to stdout"
S = Sync()
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
BINARY = HEADER + b"\0\2\0\0\0\1a\xff\xff\xff\xff" + b"\0\1\0\0\0\0" + b"\xff\xff"


@pytest.fixture(params=["redshift", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with FakeServer(policy="ignore", server=request.param) as made:
        made.when("select 1").returns(["n"], [(1,)])
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


def flight(sql: str) -> list[Parse | Describe | Bind | Execute]:
    bind = Bind("", "", (), (), ())
    return [Parse("", sql, ()), Describe(b"S", ""), bind, Execute("", 1)]


def test_out(server: FakeServer, client: MemoryClient) -> None:
    server.when(OUT).copies_out("1\ta\n2\tb\n")
    expected = [CopyOutResponse(0, (0, 0)), CopyData(b"1\ta\n"), CopyData(b"2\tb\n"), CopyDone()]
    answer = client.say(Query(OUT))
    assert answer[:4] == expected
    assert tags(answer) == ["COPY 2"]
    answer = client.say(*flight(OUT), S)
    assert names(answer)[:4] == [
        *("ParseComplete", "ParameterDescription", "NoData", "BindComplete")
    ]
    assert answer[4:8] == expected


def test_out_that_fails(server: FakeServer, client: MemoryClient) -> None:
    failed = SqlError("58030", "no disk")
    server.when(OUT).copies_out(["1\n"], fails_after=failed)
    for _ in range(2):
        answer = client.say(Query(OUT))
        assert names(answer) == ["CopyOutResponse", "CopyData", "ErrorResponse", "ReadyForQuery"]


def test_in(server: FakeServer, client: MemoryClient) -> None:
    rule = server.when(IN).copies_in(2)
    assert client.say(Query(IN)) == [CopyInResponse(0, (0, 0))]
    assert client.say(CopyData(b"1\ta\n2"), Flush(), S, CopyData(b"\tb\n")) == []
    answer = client.say(CopyDone())
    assert (tags(answer), status(answer)) == (["COPY 2"], "I")
    assert rule.received == [b"1\ta\n2\tb\n"]


def test_in_by_the_extended_protocol(server: FakeServer, client: MemoryClient) -> None:
    """A Sync that the client sent with the Execute is lost; so it sends another one."""
    server.when(IN).copies_in(2)
    answer = client.say(*flight(IN), S)
    assert names(answer)[-1] == "CopyInResponse"
    assert tags(client.say(CopyData(b"1\ta"), CopyDone(), S)) == ["COPY 1"]


def test_the_client_gives_up(server: FakeServer, client: MemoryClient) -> None:
    rule = server.when(IN).copies_in()
    answer = client.say(Query(IN), CopyData(b"1\n"), CopyFail("enough"), CopyData(b"2\n"))
    fields = error(answer)
    assert (fields["C"], fields["M"]) == ("57014", "COPY from stdin failed: enough")
    assert names(answer)[-1] == "ReadyForQuery"
    assert rule.received == [b"1\n"]
    assert client.say(CopyData(b"x"), CopyDone(), CopyFail("late")) == []
    assert rows(client.say(Query("select 1"))) == [(b"1",)]
    answer = client.say(*flight(IN), CopyFail("enough"), CopyData(b"x"), Query("select 1"), S)
    assert names(answer)[-2:] == ["ErrorResponse", "ReadyForQuery"]


def test_the_rule_fails(server: FakeServer, client: MemoryClient) -> None:
    server.when(IN).copies_in(fails_after=SqlError("22P04", "extra data"))
    for _ in range(2):
        assert sqlstate(client.say(Query(IN), CopyData(b"1\n"), CopyDone())) == "22P04"


def test_several_in_one_query(server: FakeServer, client: MemoryClient) -> None:
    server.when(IN).copies_in()
    server.when(OUT).copies_out("1\n")
    client.say(Query(f"{IN}; {OUT}; select 1"))
    answer = client.say(CopyDone())
    assert names(answer) == [
        *("CommandComplete", "CopyOutResponse", "CopyData", "CopyDone", "CommandComplete"),
        *("RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"),
    ]


def test_what_does_not_belong_there() -> None:
    """PostgreSQL hangs up; Redshift is assumed to do as PostgreSQL 8.0 did."""
    for kind, closed in (("postgres", True), ("redshift", False)):
        with FakeServer(policy="ignore", server=kind) as server:  # type: ignore[arg-type]  # one of two
            server.when(IN).copies_in()
            client = connected(server)
            answer = client.say(Query(IN), Query("select 1"))
            found = [message for message in answer if "ErrorResponse" in str(type(message))]
            assert len(found) == 1 + closed
            assert all(message.fields["C"] == "08P01" for message in found)  # type: ignore[attr-defined]  # errors
            assert client.peer.closed is closed
    with FakeServer(policy="ignore") as server:
        server.when(IN).copies_in()
        client = connected(server)
        client.say(Query(IN), Terminate())
        assert client.peer.closed


def test_a_malformed_message(server: FakeServer, client: MemoryClient) -> None:
    server.when(IN).copies_in()
    answer = client.say(Query(IN), b"f\0\0\0\4")
    assert (sqlstate(answer), status(answer)) == ("08P01", "I")


def test_a_cancel_request_is_heeded_with_the_next_message(server: FakeServer) -> None:
    server.when(IN).copies_in()
    client = MemoryClient(server.memory().open_peer())
    (key,) = (message for message in client.start() if isinstance(message, BackendKeyData))
    client.say(Query(IN))
    other = MemoryClient(server.memory().open_peer())
    other.say(CancelRequest(key.process_id, key.secret_key))
    assert client.say() == []
    assert sqlstate(client.say(CopyData(b"x"), CopyDone())) == "57014"
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_binary(server: FakeServer, client: MemoryClient) -> None:
    server.when(IN).copies_in(2, binary=True)
    server.when(OUT).copies_out(BINARY, binary=True)
    answer = client.say(Query(IN), CopyData(BINARY[:30]), CopyData(BINARY[30:]), CopyDone())
    assert answer[0] == CopyInResponse(1, (1, 1))
    assert tags(answer) == ["COPY 2"]
    answer = client.say(Query(OUT))
    assert answer[0] == CopyOutResponse(1, (1, 1))
    assert tags(answer) == ["COPY 2"]


def test_counting() -> None:
    for data, count in ((b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"a\n\\.\n", 1)):
        kept = Kept(binary=False)
        for at in range(len(data)):
            kept.write(data[at : at + 1])
        assert kept.finish() == count
    assert tuples(BINARY) == 2
    assert tuples(b"nonsense") == 0
    for cut in range(len(BINARY)):
        assert tuples(BINARY[:cut]) <= 2


def test_what_is_kept_has_a_bound() -> None:
    kept = Kept(binary=False)
    kept.data = bytearray(64 * 1024 * 1024 - 2)
    kept.write(b"abcd\n")
    assert kept.data.endswith(b"\0ab")
    kept.write(b"ef\n")
    assert len(kept.data) == 64 * 1024 * 1024
    assert kept.finish() == 2
