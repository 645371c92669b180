from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.recording.line import Line, Stopped


@pytest.fixture
def pairs() -> Iterator[tuple[socket.socket, socket.socket, socket.socket, socket.socket]]:
    """The far end, the near end, the end that stops, and the one that is watched."""
    with ExitStack() as stack:
        one, two = socket.socketpair()
        stop, stopped = socket.socketpair()
        for sock in (one, two, stop, stopped):
            stack.enter_context(sock)
        one.settimeout(10)
        yield one, two, stop, stopped


Pairs = tuple[socket.socket, socket.socket, socket.socket, socket.socket]


def test_reading_and_writing(pairs: Pairs) -> None:
    far, near, _, stopped = pairs
    line = Line(near, stopped)
    far.sendall(b"abcdef")
    assert line.exactly(2) == b"ab"
    assert line.receive() == b"cdef"
    line.send(b"xyz")
    assert far.recv(10) == b"xyz"
    far.shutdown(socket.SHUT_WR)
    assert line.exactly(5) == b""


def test_much_at_once(pairs: Pairs) -> None:
    far, near, _, stopped = pairs
    size = 5_000_000
    sending = threading.Thread(target=Line(near, stopped).send, args=[bytes(size)])
    sending.start()
    received = 0
    while received < size:
        received += len(far.recv(1 << 20))
    sending.join()


def test_nothing_outlives_the_server(pairs: Pairs) -> None:
    _, near, stop, stopped = pairs
    line = Line(near, stopped)
    threading.Timer(0.05, stop.close).start()
    with pytest.raises(Stopped):
        line.receive()
    with pytest.raises(Stopped):
        line.send(bytes(50_000_000))


def test_a_deadline(pairs: Pairs) -> None:
    _, near, _, stopped = pairs
    line = Line(near, stopped, time.monotonic() + 0.05)
    with pytest.raises(TimeoutError, match="takes too long"):
        line.receive()


def test_hanging_up_lets_the_last_words_through(pairs: Pairs) -> None:
    far, near, _, stopped = pairs
    line = Line(near, stopped)
    far.sendall(b"unread")
    line.send(b"goodbye")
    ending = threading.Thread(target=line.hang_up)
    ending.start()
    assert far.recv(10) == b"goodbye"
    assert far.recv(10) == b""
    far.close()
    ending.join(10)
    assert not ending.is_alive()


def test_hanging_up_on_who_stays(pairs: Pairs) -> None:
    _, near, _, stopped = pairs
    began = time.monotonic()
    Line(near, stopped).hang_up()
    assert 0.5 < time.monotonic() - began < 10


def test_tls(pairs: Pairs) -> None:
    far, near, _, stopped = pairs
    authority = CertificateAuthority.create()
    context = ssl.create_default_context(cadata=authority.ca_pem)
    line = Line(near, stopped)
    found: list[ssl.SSLSocket] = []
    shaking = threading.Thread(
        target=lambda: found.append(context.wrap_socket(far, server_hostname="localhost"))
    )
    shaking.start()
    line.start_tls(authority.issue("localhost").server_context())
    shaking.join()
    with found[0] as client, line.sock:
        line.send(b"abc")
        assert client.recv(10) == b"abc"
        client.sendall(b"def")
        assert line.receive() == b"def"
        ending = threading.Thread(target=line.hang_up)
        ending.start()
        assert client.recv(10) == b""
        client.close()
        ending.join(10)
