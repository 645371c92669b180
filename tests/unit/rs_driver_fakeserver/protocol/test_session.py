from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.ports.transport import Peer
from rs_driver.wire.query import Query, Sync
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, prepared

STARTUP = StartupMessage((("user", "alice"),)).encode()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore", entropy=lambda size: b"\7" * size) as made:
        made.when("select 1").returns(["a"], [(1,), (2,)])
        yield made


def instance(server: FakeServer) -> Instance:
    return server._instance


def test_it_is_a_peer(server: FakeServer) -> None:
    peer: Peer = ServerSession(instance(server))
    before = peer.closed
    assert peer.feed(b"") == b""
    peer.eof()
    assert (before, peer.closed) == (False, True)
    assert peer.feed(STARTUP) == b""
    assert server.log.sends == 0


def test_chunks_make_no_difference(server: FakeServer) -> None:
    flight = b"".join(message.encode() for message in prepared("select 1"))
    conversation = [STARTUP, Query("select 1; begin").encode(), flight, b"B\0\0\0\6ab", flight]
    whole, pieces = ServerSession(instance(server)), ServerSession(instance(server))
    assert pieces.feed(b"") == b""
    expected = b"".join(whole.feed(part) for part in conversation)
    data = b"".join(conversation)
    found = b"".join(pieces.feed(data[at : at + 1]) for at in range(len(data)))
    # Only the process ID differs.
    assert found.replace(b"K\0\0\0\x0c\0\0\0\2", b"K\0\0\0\x0c\0\0\0\1") == expected


def test_drained_is_what_feed_would_give(server: FakeServer) -> None:
    drained: list[bytes] = []
    session = ServerSession(instance(server), drained.append)
    assert session.feed(STARTUP) == b""
    assert session.logged_in
    assert session.feed(Query("select 1").encode()) == b""
    assert drained[-1].endswith(b"Z\0\0\0\5I")


@pytest.mark.parametrize("length", [0, 3, -1, 2**31 - 1])
def test_a_length_that_makes_no_sense(server: FakeServer, length: int) -> None:
    client = connected(server)
    assert client.say(b"Q" + length.to_bytes(4, "big", signed=True)) == []
    assert client.peer.closed


def test_an_unknown_message(server: FakeServer) -> None:
    client = connected(server)
    assert b"invalid frontend message type 33" in client.peer.feed(b"!")
    assert client.peer.closed


def test_cancelling_nothing(server: FakeServer) -> None:
    session = ServerSession(instance(server))
    session.feed(STARTUP)
    session.cancel()
    answer = session.feed(Query("select 1").encode())
    assert answer.endswith(b"Z\0\0\0\5I")
    assert b"57014" not in answer


def test_what_the_client_sent_is_logged_even_if_it_is_malformed(server: FakeServer) -> None:
    client = connected(server)
    client.say(b"Q\0\0\0\6ab", Sync())
    raw = [entry.raw for entry in server.log.entries if entry.sender == "F"]
    assert raw == [
        StartupMessage((("user", "awsuser"), ("database", "dev"))).encode(),
        b"Q\0\0\0\6ab",
        Sync().encode(),
    ]


def test_a_client_that_is_gone_in_the_middle(server: FakeServer) -> None:
    for count in range(len(STARTUP)):
        session = ServerSession(instance(server))
        session.feed(STARTUP[:count])
        session.eof()
        session.eof()
        assert session.closed
    client = MemoryClient(ServerSession(instance(server)))
    client.start()
    client.peer.eof()
    assert client.peer.closed
