"""What one connection does besides answering: pauses, faults, wakes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from rs_driver.wire.control import NotificationResponse
from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.startup import CancelRequest
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import SocketClient, names, rows, sqlstate


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select 1").returns(["a"], [(1,)])
        yield made


@contextlib.contextmanager
def client(server: FakeServer) -> Iterator[tuple[SocketClient, socket.socket]]:
    with socket.create_connection((server.host, server.port), timeout=30) as sock:
        made = SocketClient(sock)
        made.start("alice", "dev")
        yield made, sock


def test_a_delay_takes_its_time(server: FakeServer) -> None:
    server.when("select slow").delays(0.2).returns(["a"], [(1,)])
    with client(server) as (talk, _):
        begun = time.monotonic()
        assert rows(talk.say(Query("select slow"))) == [(b"1",)]
        assert time.monotonic() - begun >= 0.2


def test_a_delay_ends_with_a_cancel_request(server: FakeServer) -> None:
    server.when("select slow").delays(600).returns(["a"], [(1,)])
    with client(server) as (talk, sock):
        sock.sendall(Query("select slow").encode())
        while not server._instance.sessions.open[0].pause:
            time.sleep(0.001)
        assert talk.key is not None
        cancel = CancelRequest(talk.key.process_id, talk.key.secret_key).encode()
        with socket.create_connection((server.host, server.port), timeout=30) as other:
            other.sendall(cancel)
            assert other.recv(1) == b""
        assert sqlstate(talk.say(b"")) == "57014"
        assert rows(talk.say(Query("select 1"))) == [(b"1",)]


def test_a_client_that_leaves_during_a_delay_is_gone(server: FakeServer) -> None:
    server.when("select slow").delays(600).returns(["a"], [(1,)])
    with client(server) as (_, sock):
        sock.sendall(Query("select slow").encode() + Terminate().encode())
    assert server._instance.sessions.wait(30)
    assert [problem for problem in server.problems if problem.kind != "statements"] == []


def test_close_does_not_wait_for_a_delay() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select slow").delays(600).returns(["a"], [(1,)])
        with client(server) as (_, sock):
            sock.sendall(Query("select slow").encode())
            time.sleep(0.05)
            server.close()
    assert not [t for t in threading.enumerate() if "rs_driver_fakeserver" in t.name]


def test_what_is_pushed_arrives_unasked(server: FakeServer) -> None:
    with client(server) as (_, sock):
        server.notify("news", "now")
        expected = NotificationResponse(0, "news", "now").encode()
        data = b""
        while len(data) < len(expected):
            data += sock.recv(100)
        assert data == expected


def test_a_reset_is_a_reset(server: FakeServer) -> None:
    with server.fault(faults.Reset(faults.before("DataRow"))), client(server) as (_, sock):
        sock.sendall(Query("select 1").encode())
        with pytest.raises(ConnectionResetError):
            while sock.recv(1000):
                pass
    assert server._instance.sessions.wait(30)


def test_a_drop_ends_the_stream(server: FakeServer) -> None:
    with server.fault(faults.Drop(faults.before("DataRow"))), client(server) as (talk, _):
        assert names(talk.say(Query("select 1"))) == ["RowDescription"]


def test_a_half_close_still_listens(server: FakeServer) -> None:
    with server.fault(faults.HalfClose(faults.before("DataRow"))), client(server) as (talk, sock):
        assert names(talk.say(Query("select 1"))) == ["RowDescription"]
        sock.sendall(Query("select 2").encode() + Terminate().encode())
        assert server._instance.sessions.wait(30)
    assert "select 2" in [getattr(m, "sql", "") for m in server.log.frontend()]


def test_a_stalled_connection_ends_with_the_server() -> None:
    with FakeServer(faults=[faults.Stall(faults.before("DataRow"))]) as server:
        server.when("select 1").returns(["a"], [(1,)])
        with client(server) as (_, sock):
            sock.settimeout(0.2)
            sock.sendall(Query("select 1").encode())
            data = b""
            with pytest.raises(TimeoutError):
                while True:
                    data += sock.recv(1000)
            assert data.startswith(b"T")
    assert not [t for t in threading.enumerate() if "rs_driver_fakeserver" in t.name]


def test_slow_reading(server: FakeServer) -> None:
    fault = faults.SlowRead(bytes=10, seconds=0.01)
    with server.fault(fault), client(server) as (talk, _):
        begun = time.monotonic()
        assert rows(talk.say(Query("select 1" + " " * 200))) == [(b"1",)]
        assert time.monotonic() - begun >= 0.15
