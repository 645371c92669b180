"""Servers and clients that show what happens when both ends want to write."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from rs_driver.adapters.transport.sockets import Address, SocketStream
from rs_driver.adapters.transport.tcp import TcpTransport, connect_tcp
from rs_driver.ports.transport import Channel, PeerOpener, Transport

PATIENCE = 30.0
"""Seconds after which the server gives up, so that a broken test ends."""

SMALL = 16 * 1024
"""Bytes that a socket's buffers hold (the system may double them)."""


class SingleMinded:
    """A server that writes its answer before it reads on, over sockets that hold little.

    So does every server. One connection; ``port`` is where.
    """

    def __init__(self, opener: PeerOpener) -> None:
        self._opener = opener
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            self._listener.setsockopt(socket.SOL_SOCKET, option, SMALL)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # nobody came
        sock.settimeout(PATIENCE)
        peer = self._opener.open_peer()
        with sock, contextlib.suppress(OSError):
            while not peer.closed and (data := sock.recv(SMALL)):
                sock.sendall(peer.feed(data))
        peer.eof()

    def close(self) -> None:
        """Wait for the end of the connection."""
        self._thread.join()
        self._listener.close()


@contextlib.contextmanager
def single_minded(opener: PeerOpener) -> Iterator[int]:
    """The port of such a server, for one connection."""
    server = SingleMinded(opener)
    try:
        yield server.port
    finally:
        server.close()


def connect_narrow(port: int, deadline: float | None) -> TcpTransport:
    """A connection to a loopback port over a socket that holds little."""
    transport = connect_tcp(Address("127.0.0.1", port), deadline)
    make_narrow(transport)
    return transport


def make_narrow(stream: SocketStream) -> None:
    """Let the socket of ``stream`` hold little."""
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        stream._sock.setsockopt(socket.SOL_SOCKET, option, SMALL)


class WritesFirst:
    """A transport that does not read while there is something to send: a plain ``sendall``."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._writing = False

    def recv_into(self, view: memoryview) -> int | None:
        return None if self._writing else self._inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        return self._inner.send(data)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        self._writing = write
        return self._inner.wait(read and not write, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> WritesFirst:
        return WritesFirst(self._inner.start_tls(hostname, deadline))

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()
