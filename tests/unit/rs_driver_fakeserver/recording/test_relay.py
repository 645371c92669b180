from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.recording.relay import Outcome, Relay


class Shout:
    """A tap that keeps what goes by and changes it on the way."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def frontend(self, data: bytes) -> bytes:
        self.seen.append(data)
        return data.upper()

    def backend(self, data: bytes) -> bytes:
        self.seen.append(data)
        return data[:-1]


class Running:
    """A relay in a thread, with the far ends of its sockets."""

    def __init__(self, stack: ExitStack) -> None:
        pairs = [socket.socketpair() for _ in range(3)]
        for pair in pairs:
            for sock in pair:
                stack.enter_context(sock)
        (self.client, near), (self.server, far), (self.stop, stopped) = pairs
        self.client.settimeout(10)
        self.server.settimeout(10)
        self.tap = Shout()
        self.relay = Relay(near, far, stopped, self.tap)
        self.outcome: Outcome | None = None
        self.enough = 1000
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.outcome = self.relay.run(lambda: len(self.tap.seen) >= self.enough)

    def end(self) -> Outcome | None:
        self.thread.join(10)
        return self.outcome


@pytest.fixture
def running() -> Iterator[Running]:
    with ExitStack() as stack:
        made = Running(stack)
        yield made
        made.stop.close()
        made.thread.join(10)


def test_both_ways(running: Running) -> None:
    running.client.sendall(b"abc")
    assert running.server.recv(10) == b"ABC"
    running.server.sendall(b"def!")
    assert running.client.recv(10) == b"def"
    assert running.tap.seen == [b"abc", b"def!"]


def test_the_client_hangs_up(running: Running) -> None:
    running.client.sendall(b"last words")
    running.client.shutdown(socket.SHUT_WR)
    assert running.server.recv(100) == b"LAST WORDS"
    assert running.end() == "client"


def test_the_server_hangs_up(running: Running) -> None:
    running.server.sendall(b"bye!")
    running.server.close()
    assert running.client.recv(100) == b"bye"
    assert running.end() == "server"


def test_it_is_stopped(running: Running) -> None:
    running.client.sendall(b"goodbye")
    running.stop.close()
    assert running.end() == "stopped"
    assert running.tap.seen == [b"goodbye"]
    assert running.server.recv(10) == b"GOODBYE"


def test_it_is_enough(running: Running) -> None:
    """Not before everybody has what was said."""
    running.enough = 1
    running.client.sendall(b"abc")
    assert running.end() == "enough"
    assert running.server.recv(10) == b"ABC"


class Plain:
    """A tap that changes nothing."""

    def frontend(self, data: bytes) -> bytes:
        return data

    def backend(self, data: bytes) -> bytes:
        return data


def secured(stack: ExitStack) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Two ends of one encrypted connection, the client's first."""
    authority = CertificateAuthority.create()
    one, other = socket.socketpair()
    found: list[ssl.SSLSocket] = []
    context = authority.issue("localhost").server_context()
    shaking = threading.Thread(
        target=lambda: found.append(context.wrap_socket(other, server_side=True))
    )
    shaking.start()
    trusting = ssl.create_default_context(cadata=authority.ca_pem)
    client = stack.enter_context(trusting.wrap_socket(one, server_hostname="localhost"))
    shaking.join()
    return client, stack.enter_context(found[0])


def test_tls_on_both_sides() -> None:
    """Records that hold more than one read: no selector tells of the rest."""
    size = 3_000_000
    with ExitStack() as stack:
        client, near_client = secured(stack)
        near_server, server = secured(stack)
        stop, stopped = (stack.enter_context(sock) for sock in socket.socketpair())
        relaying = threading.Thread(target=Relay(near_client, near_server, stopped, Plain()).run)
        relaying.start()
        sending = threading.Thread(target=server.sendall, args=[bytes(size)])
        sending.start()
        received = 0
        while received < size:
            received += len(client.recv(65536))
        sending.join()
        client.sendall(b"thanks")
        assert server.recv(10) == b"thanks"
        stop.close()
        relaying.join()
