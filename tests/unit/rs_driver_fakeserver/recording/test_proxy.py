from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.proxy import RecordingProxy
from rs_driver_fakeserver.recording.tape import ReplayPeer
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, SocketClient, rows

STARTUP = StartupMessage((("user", "alice"), ("database", "dev")))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy={"farewell": "ignore", "leaked": "ignore"}) as made:
        made.when("select 1").returns(["a"], [(1,)])
        yield made


def connect(proxy: RecordingProxy) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), timeout=30)


def test_what_goes_through_is_recorded(server: FakeServer) -> None:
    with RecordingProxy((server.host, server.port)) as proxy:
        with connect(proxy) as sock:
            client = SocketClient(sock)
            client.say(STARTUP)
            assert rows(client.say(Query("select 1"))) == [(b"1",)]
            sock.sendall(Terminate().encode())
            assert sock.recv(1) == b""
        with connect(proxy) as sock:
            SocketClient(sock).say(STARTUP)
        first, second = proxy.recordings
    assert [sender for sender, _ in first.pieces] == ["F", "B", "F", "B", "F"]
    assert first.sent_by("F") == (
        STARTUP.encode() + Query("select 1").encode() + Terminate().encode()
    )
    assert second.sent_by("F") == STARTUP.encode()
    replayed = MemoryClient(ReplayPeer(first))
    replayed.say(STARTUP)
    assert rows(replayed.say(Query("select 1"))) == [(b"1",)]


def test_both_directions_at_once() -> None:
    size = 20_000_000

    def echo(listener: socket.socket) -> None:
        sock, _ = listener.accept()
        with sock:
            while data := sock.recv(65536):
                sock.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        upstream = threading.Thread(target=echo, args=[listener])
        upstream.start()
        with RecordingProxy(listener.getsockname()) as proxy, connect(proxy) as sock:
            sender = threading.Thread(target=sock.sendall, args=[bytes(size)])
            sender.start()
            received = 0
            while received < size:
                received += len(sock.recv(1 << 20))
            sender.join()
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""
            assert len(proxy.recordings[0].sent_by("B")) == size
        upstream.join()


def test_a_side_that_does_not_read_slows_the_other_down() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        RecordingProxy(listener.getsockname()) as proxy,
        connect(proxy) as sock,
    ):
        sock.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 100_000_000:
                sent += sock.send(bytes(1_000_000))
        assert sent < 50_000_000


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(path)
        listener.listen()
        with RecordingProxy(path) as proxy, connect(proxy) as sock:
            accepted, _ = listener.accept()
            with accepted:
                accepted.sendall(b"hello")
                assert sock.recv(5) == b"hello"


@pytest.mark.parametrize("upstream", [("127.0.0.1", 1), "/nonexistent"])
def test_an_upstream_that_is_not_there(upstream: tuple[str, int] | str) -> None:
    with RecordingProxy(upstream) as proxy:
        with connect(proxy) as sock:
            assert sock.recv(1) == b""
        assert proxy.recordings == []


def threads() -> int:
    """How many there are, without the fake server's own."""
    names = [thread.name for thread in threading.enumerate()]
    return sum(not name.startswith("rs_driver_fakeserver") for name in names)


def test_close_cuts_connections(server: FakeServer) -> None:
    before = threads()
    with RecordingProxy((server.host, server.port)) as proxy:
        sock = connect(proxy)
        SocketClient(sock).say(STARTUP)
    with sock:
        assert sock.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    assert threads() == before
