from __future__ import annotations

import contextlib
import select
import socket
import threading
import time

import pytest

from rs_driver_fakeserver.recording.listener import LOOPBACK, Listener


def echo(client: socket.socket, stop: socket.socket) -> None:
    with client, contextlib.suppress(OSError):
        while stop not in select.select([client, stop], [], [])[0]:
            data = client.recv(100)
            if not data:
                return
            client.sendall(data)


def connect(listener: Listener) -> socket.socket:
    return socket.create_connection((listener.host, listener.port), timeout=10)


def test_each_client_has_a_thread() -> None:
    listener = Listener(echo)
    assert listener.host == LOOPBACK
    with connect(listener) as one, connect(listener) as other:
        other.sendall(b"b")
        one.sendall(b"a")
        assert (one.recv(1), other.recv(1)) == (b"a", b"b")
        listener.close()
        assert one.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(listener)
    names = [thread.name for thread in threading.enumerate()]
    assert "rs_driver_fakeserver recording" not in names


def test_no_more_than_so_many() -> None:
    listener = Listener(echo, max_connections=1)
    with connect(listener) as one:
        one.sendall(b"a")
        assert one.recv(1) == b"a"
        with connect(listener) as other:
            assert other.recv(1) == b""
    deadline = time.monotonic() + 10
    while True:  # until the thread of the first has seen its end
        with connect(listener) as sock, contextlib.suppress(OSError):
            sock.sendall(b"c")
            if sock.recv(1) == b"c":
                break
        assert time.monotonic() < deadline
    listener.close()


def test_ipv6() -> None:
    try:
        listener = Listener(echo, host="::1")
    except OSError:
        pytest.skip("there is no IPv6 here")
    with connect(listener) as sock:
        sock.sendall(b"a")
        assert sock.recv(1) == b"a"
    listener.close()
