from __future__ import annotations

import socket
import ssl
import threading

import pytest

from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.recording.greeting import greet
from rs_driver_fakeserver.recording.line import Line
from rs_driver_fakeserver.recording.said import Said
from support.cassettes import STARTUP

SSL, GSS = SSLRequest().encode(), GSSENCRequest().encode()


def greeted(data: bytes) -> tuple[Said | None, bytes]:
    """What becomes of a client that says this and no more, and what it hears."""
    (far, near), (stop, stopped) = socket.socketpair(), socket.socketpair()
    with far, near, stop, stopped:
        far.sendall(data)
        far.shutdown(socket.SHUT_WR)
        found = greet(Line(near, stopped), None)
        near.shutdown(socket.SHUT_WR)
        return found, far.recv(100)


@pytest.mark.parametrize(("before", "heard"), [(b"", b""), (SSL, b"N"), (GSS + SSL, b"NN")])
def test_the_message_that_counts(before: bytes, heard: bytes) -> None:
    assert greeted(before + STARTUP.encode()) == (Said.of("F", STARTUP), heard)
    cancel = CancelRequest(1, 2)
    assert greeted(before + cancel.encode()) == (Said.of("F", cancel), heard)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        STARTUP.encode()[:-1],
        b"\0\0\0\x08\x04\xd2\0\0",
    ],
)
def test_anything_else(data: bytes) -> None:
    assert greeted(data) == (None, b"")


def test_who_asks_on_and_on() -> None:
    assert greeted(SSL * 5)[0] is None


def test_tls() -> None:
    authority = CertificateAuthority.create()
    context = ssl.create_default_context(cadata=authority.ca_pem)
    (far, near), (stop, stopped) = socket.socketpair(), socket.socketpair()
    heard: list[bytes] = []

    def client() -> None:
        far.sendall(SSL)
        heard.append(far.recv(1))
        with context.wrap_socket(far, server_hostname="localhost") as secure:
            secure.sendall(SSL)
            heard.append(secure.recv(1))
            secure.sendall(STARTUP.encode())
            secure.recv(1)

    with far, near, stop, stopped:
        thread = threading.Thread(target=client)
        thread.start()
        line = Line(near, stopped)
        found = greet(line, authority.issue("localhost").server_context())
        assert found == Said.of("F", STARTUP)
        line.sock.close()
        thread.join()
    assert heard == [b"S", b"N"]
