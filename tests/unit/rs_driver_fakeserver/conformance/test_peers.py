from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from rs_driver_fakeserver.conformance import peers as there
from rs_driver_fakeserver.conformance.peers import Address, Peers, Talk

PATIENCE = 60.0


@contextlib.contextmanager
def client(address: Address) -> Iterator[socket.socket]:
    with socket.create_connection((address.host, address.port), PATIENCE) as sock:
        yield sock


def said(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := sock.recv(size - len(data))):
        data += piece
    return data


@pytest.mark.parametrize("talk", [there.echo, there.late_echo])
def test_echoes(talk: Talk) -> None:
    with Peers() as peers:
        address = peers.serve(talk)
        for _ in range(2):  # one client after the other
            with client(address) as sock:
                sock.sendall(b"hello")
                assert said(sock, 5) == b"hello"


def test_those_that_speak() -> None:
    with Peers() as peers:
        for talk in (there.speaking(b"hello"), there.slow(b"hello"), there.farewell(b"hello")):
            with client(peers.serve(talk)) as sock:
                assert said(sock, 5) == b"hello"


def test_the_end_and_the_reset() -> None:
    with Peers() as peers:
        with client(peers.serve(there.farewell(b"x"))) as sock:
            assert said(sock, 2) == b"x"
        with client(peers.serve(there.resetting)) as sock:
            sock.sendall(b"x")
            with pytest.raises(ConnectionResetError):
                sock.recv(1)


def test_it_is_noticed_who_leaves() -> None:
    with Peers() as peers:
        with client(peers.serve(there.silent)):
            assert not peers.left.is_set()
        assert peers.left.wait(PATIENCE)


def test_tls() -> None:
    with Peers(secure=True) as peers, client(peers.serve(there.echo)) as plain:
        context = ssl.create_default_context(cafile=peers.ca_file)
        with context.wrap_socket(plain, server_hostname=there.HOSTNAME) as sock:
            sock.sendall(b"hello")
            assert said(sock, 5) == b"hello"
            assert sock.getpeercert(binary_form=True) == there.certificate().cert_der


@pytest.mark.parametrize("secure", [False, True])
def test_nothing_is_left(secure: bool) -> None:
    talks = [there.echo, there.silent, there.deaf, there.slow(b"x" * 1000, 1.0)]
    before = set(threading.enumerate())
    with contextlib.ExitStack() as stack:
        with Peers(secure=secure) as peers:
            addresses = [peers.serve(talk) for talk in talks]
            for address in addresses:
                stack.enter_context(client(address))
            peers.serve(there.echo)  # nobody comes
        assert set(threading.enumerate()) == before
        peers.close()
        for address in addresses:
            with pytest.raises(ConnectionRefusedError):
                stack.enter_context(client(address))


def test_nobody() -> None:
    with Peers() as peers, pytest.raises(ConnectionRefusedError), client(peers.nobody()):
        pass
