"""Servers on loopback that echo, keep silent, do not listen, dawdle, hang up or break off.

Each is a thread with one client at a time. Nothing of them outlives ``Peers.close``: the
threads are joined, the ports are free.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rs_driver_fakeserver.certificates import Certificate, CertificateAuthority

if TYPE_CHECKING:
    from typing_extensions import Self

LOOPBACK, HOSTNAME = "127.0.0.1", "localhost"
_CHUNK = 64 * 1024
_PATIENCE = 20.0
"""Seconds that a thread may take to end."""


@dataclass(frozen=True)
class Address:
    """Where a peer listens. ``ca_file``: the PEM file of the one root that a transport must
    trust in ``start_tls``, where it checks the host's name as well (``sslmode=verify-full``).
    """

    host: str
    port: int
    ca_file: str


Talk = Callable[[socket.socket, threading.Event], None]
"""What a peer does with one client; the event says that the peer has to end."""


def echo(sock: socket.socket, over: threading.Event) -> None:
    """Send back whatever comes."""
    while (data := sock.recv(_CHUNK)) and not over.is_set():
        sock.sendall(data)


def late_echo(sock: socket.socket, over: threading.Event) -> None:
    """As ``echo``, after a moment in which the way to it fills up."""
    over.wait(0.1)
    echo(sock, over)


def silent(sock: socket.socket, over: threading.Event) -> None:
    """Take whatever comes, and say nothing."""
    while sock.recv(_CHUNK) and not over.is_set():
        pass


def deaf(_sock: socket.socket, over: threading.Event) -> None:
    """Neither read nor write."""
    over.wait()


def speaking(data: bytes, *, after: float = 0.0, listening: bool = True) -> Talk:
    """Say ``data`` once, ``after`` seconds, then keep silent, or be deaf if not ``listening``."""

    def talk(sock: socket.socket, over: threading.Event) -> None:
        over.wait(after)
        sock.sendall(data)
        (silent if listening else deaf)(sock, over)

    return talk


def slow(data: bytes, pause: float = 0.002) -> Talk:
    """Say ``data`` byte by byte, ``pause`` seconds between two of them."""

    def talk(sock: socket.socket, over: threading.Event) -> None:
        for at in range(len(data)):
            sock.sendall(data[at : at + 1])
            over.wait(pause)
        silent(sock, over)

    return talk


def farewell(data: bytes) -> Talk:
    """Say ``data`` and end the stream, over TLS with its close_notify."""

    def talk(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(data)
        if isinstance(sock, ssl.SSLSocket):
            sock.setblocking(False)
            with contextlib.suppress(ssl.SSLError, ValueError):
                sock.unwrap()  # says close_notify; the client's answer is not waited for
            sock.setblocking(True)
        socket.socket.shutdown(sock, socket.SHUT_WR)
        while socket.socket.recv(sock, _CHUNK) and not over.is_set():
            pass

    return talk


def resetting(sock: socket.socket, _over: threading.Event) -> None:
    """Reset the connection once the client has said something."""
    sock.recv(1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@functools.cache
def authority() -> CertificateAuthority:
    """The root that all peers share."""
    return CertificateAuthority.create("rs_driver conformance")


@functools.cache
def certificate() -> Certificate:
    """A good one for ``HOSTNAME`` and ``LOOPBACK``."""
    return authority().issue(HOSTNAME, LOOPBACK)


@functools.cache
def good_context() -> ssl.SSLContext:
    """The server's side of TLS with ``certificate``."""
    return certificate().server_context()


class _Peer:
    """One listener, and a thread that talks with one client after the other."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None, left: threading.Event) -> None:
        self._talk = talk
        self._context = context
        self._left = left
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._client: socket.socket | None = None
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name="rs_driver peer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._listener:
            while True:
                sock, _ = self._listener.accept()
                with self._lock:
                    self._client = sock
                if self._over.is_set():
                    sock.close()
                    return
                self._serve(sock)
                self._left.set()

    def _serve(self, sock: socket.socket) -> None:
        # What a client does to its peer (a reset, no TLS) is no failure of the peer.
        with contextlib.suppress(OSError), sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                self._talk(sock, self._over)
                return
            with self._context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False
            ) as secure:
                with self._lock:
                    self._client = secure
                secure.do_handshake()
                self._talk(secure, self._over)

    def stop(self) -> None:
        """End, whatever it is doing. AssertionError if the thread does not."""
        self._over.set()
        with self._lock:
            client = self._client
        if client is not None:
            with contextlib.suppress(OSError):
                # Not the method of SSLSocket, which would tear its TLS state away.
                socket.socket.shutdown(client, socket.SHUT_RDWR)
        with contextlib.suppress(OSError):  # wakes it where it waits for a client
            socket.create_connection((LOOPBACK, self.port), 1.0).close()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            raise AssertionError("a peer of the conformance suite did not end")


class Peers:
    """The peers of one test. ``secure``: they speak TLS from their first byte on.

    ``left`` is set when a client has gone from one of them.
    """

    def __init__(self, *, secure: bool = False) -> None:
        self.secure = secure
        self.left = threading.Event()
        self._peers: list[_Peer] = []
        self._others = ExitStack()
        self._directory = tempfile.TemporaryDirectory(prefix="rs_driver-")
        self.ca_file = str(Path(self._directory.name, "root.pem"))
        authority().write_ca(self.ca_file)

    def serve(self, talk: Talk, shown: Certificate | None = None) -> Address:
        """Start a peer. ``shown``: the certificate of one that speaks TLS, a good one if not
        given."""
        context = None
        if shown is not None:
            context = shown.server_context()
        elif self.secure:
            context = good_context()
        peer = _Peer(talk, context, self.left)
        self._peers.append(peer)
        return Address(LOOPBACK, peer.port, self.ca_file)

    def closing(self, close: Callable[[], None]) -> None:
        """Something else to end with them, however the test ends, or hangs."""
        self._others.callback(close)

    def nobody(self) -> Address:
        """An address where nobody listens."""
        with socket.create_server((LOOPBACK, 0)) as listener:
            port = int(listener.getsockname()[1])
        return Address(LOOPBACK, port, self.ca_file)

    def close(self) -> None:
        """Stop them all. May be called twice."""
        peers, self._peers = self._peers, []
        try:
            for peer in peers:
                peer.stop()
            self._others.close()
        finally:
            self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()
