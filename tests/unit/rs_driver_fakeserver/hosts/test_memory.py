from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

import rs_driver
from rs_driver.ports.transport import PeerOpener, TimedPeer
from rs_driver.wire.control import NoticeResponse, NotificationResponse, ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.startup import BackendKeyData, CancelRequest, SSLRequest
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, names, rows, sqlstate

LOGIN: dict[str, Any] = {"user": "alice", "database": "dev"}


def test_each_peer_is_a_connection_of_its_own() -> None:
    with FakeServer(policy="ignore") as server:
        opener: PeerOpener = server.memory()
        assert opener.open_peer() is not opener.open_peer()
        server.when("select 1").returns(["a"], [(1,)])
        first, second = connected(server), connected(server)
        first.peer.eof()
        assert rows(second.say(Query("select 1"))) == [(b"1",)]
        assert server.log.connections == 4


def slow(server: FakeServer, seconds: float = 3600.0) -> None:
    server.when("select 1").delays(seconds).returns(["a"], [(1,)])


def test_a_delay_takes_virtual_time() -> None:
    begun = time.monotonic()
    with FakeServer() as server:
        slow(server)
        with rs_driver.connect(transport=server.memory(), **LOGIN, autocommit=True) as connection:
            assert connection.cursor().execute("select 1").fetchall() == [(1,)]
            assert server.clock.monotonic() == 3600.0
            assert connection.cursor().execute("select 1").fetchall() == [(1,)]
        assert server.clock.monotonic() == 7200.0
    assert time.monotonic() - begun < 60


def test_a_timeout_passes_in_virtual_time() -> None:
    with FakeServer(policy={"farewell": "ignore"}) as server:
        slow(server)
        with rs_driver.connect(
            transport=server.memory(), **LOGIN, autocommit=True, read_timeout=10.0
        ) as connection:
            with pytest.raises(rs_driver.OperationalError, match=r"(?i)time"):
                connection.cursor().execute("select 1")
            assert server.clock.monotonic() == 10.0


def test_the_same_in_asyncio() -> None:
    async def ask(server: FakeServer) -> list[object]:
        where = {"transport": server.memory(), **LOGIN}
        async with (
            await rs_driver.AsyncConnection.connect(**where, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            await cursor.execute("select 1")
            return await cursor.fetchall()

    with FakeServer() as server:
        slow(server)
        assert asyncio.run(ask(server)) == [(1,)]
        assert server.clock.monotonic() == 3600.0


def test_what_comes_during_a_pause_waits_its_turn() -> None:
    with FakeServer(policy="ignore") as server:
        slow(server, 5.0)
        client = connected(server)
        peer: TimedPeer = client.peer  # type: ignore[assignment]  # memory's are
        assert client.say(Query("select 1")) == []
        assert client.say(Query("begin")) == []
        assert not peer.pass_time(2.0)
        assert client.say(b"") == []
        assert peer.pass_time(None)
        assert server.clock.monotonic() == 5.0
        assert names(client.say(b"")) == [
            "RowDescription",
            "DataRow",
            "CommandComplete",
            "ReadyForQuery",
            "CommandComplete",
            "ReadyForQuery",
        ]
        assert not peer.pass_time(None)


def test_a_pause_ends_with_a_cancel_request() -> None:
    with FakeServer(policy="ignore") as server:
        slow(server)
        client = MemoryClient(server.memory().open_peer())
        (key,) = [m for m in client.start() if isinstance(m, BackendKeyData)]
        assert client.say(Query("select 1")) == []
        cancel = CancelRequest(key.process_id, key.secret_key).encode()
        assert server.memory().open_peer().feed(cancel) == b""
        answer = client.say(b"")
        assert sqlstate(answer) == "57014"
        assert server.clock.monotonic() == 0.0
        assert names(client.say(Query("begin"))) == ["CommandComplete", "ReadyForQuery"]


def test_what_is_pushed_comes_when_nothing_runs() -> None:
    with FakeServer(policy="ignore") as server:
        slow(server, 1.0)
        client = connected(server)
        server.notify("news", "now")
        assert client.say(b"") == [NotificationResponse(0, "news", "now")]
        assert client.say(Query("select 1")) == []
        server.push(NoticeResponse({"S": "NOTICE", "C": "00000", "M": "later"}))
        assert client.say(b"") == []
        server.clock.advance(1.0)
        assert names(client.say(b""))[-2:] == ["NoticeResponse", "ReadyForQuery"]


def test_pieces_come_one_by_one() -> None:
    with FakeServer(policy="ignore", faults=[faults.Split(every=1)]) as server:
        client = connected_slowly(server)
        assert client.peer.feed(Query("begin").encode()) == b"C"
        assert client.peer.feed(b"") == b"\0"


def connected_slowly(server: FakeServer) -> MemoryClient:
    """Logged in, although the answer comes in pieces."""
    client = MemoryClient(server.memory().open_peer())
    data = client.peer.feed(b"".join([startup()]))
    while not data.endswith(ReadyForQuery("I").encode()):
        data += client.peer.feed(b"")
    return client


def startup() -> bytes:
    from rs_driver.wire.startup import StartupMessage

    return StartupMessage((("user", "alice"),)).encode()


def test_ends() -> None:
    with FakeServer(policy="ignore") as server:
        with server.fault(faults.Drop(faults.before("ReadyForQuery"))):
            dropped = server.memory().open_peer()
        with server.fault(faults.Reset(faults.before("ReadyForQuery"))):
            reset = server.memory().open_peer()
        with server.fault(faults.Stall(faults.before("ReadyForQuery"))):
            stalled = server.memory().open_peer()
        with server.fault(faults.HalfClose(faults.before("ReadyForQuery"))):
            half = server.memory().open_peer()
        assert dropped.feed(startup()).startswith(b"R")
        assert (dropped.feed(b""), dropped.closed) == (b"", True)
        assert reset.feed(startup()).startswith(b"R")
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                reset.feed(b"")
        assert stalled.feed(startup()).startswith(b"R")
        assert (stalled.feed(b""), stalled.closed, stalled.pass_time(9.0)) == (b"", False, False)
        assert half.feed(startup()).startswith(b"R")
        assert (half.feed(b""), half.closed) == (b"", True)
        assert server.clock.monotonic() == 9.0


def test_tls_is_a_word() -> None:
    with FakeServer(policy="ignore", tls=True, requires_tls=True) as server:
        client = MemoryClient(server.memory().open_peer())
        assert client.peer.feed(SSLRequest().encode()) == b"S"
        assert names(client.start())[-1] == "ReadyForQuery"
