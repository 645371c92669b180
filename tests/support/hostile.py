"""Clients that break off, flood, trickle and do not read; and what is left of them afterwards."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rs_driver.wire.startup import SSLRequest, StartupMessage
from rs_driver_fakeserver.server import FakeServer

PATIENCE = 30.0
"""Seconds after which a test gives up. Not a measurement."""
STARTUP = StartupMessage((("user", "alice"), ("database", "dev"))).encode()
READY = b"Z\0\0\0\5I"
CHUNK = 65536


def connect(server: FakeServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=PATIENCE)


def log_in(server: FakeServer) -> socket.socket:
    """A client that has been let in; where it was not, its socket is closed."""
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(connect(server))
        sock.sendall(STARTUP)
        read_to(sock, READY)
        stack.pop_all()
    return sock


def read_to(sock: socket.socket, end: bytes) -> bytes:
    """What comes, up to these bytes. EOFError if they do not."""
    data = b""
    while not data.endswith(end):
        piece = sock.recv(CHUNK)
        if not piece:
            raise EOFError(data)
        data += piece
    return data


def read_all(sock: socket.socket) -> bytes:
    """What comes until the server hangs up, whichever way."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while piece := sock.recv(CHUNK):
            data += piece
    return data


def reset(sock: socket.socket) -> None:
    """Close with a RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def fill(sock: socket.socket, data: bytes, most: int) -> int:
    """Send it again and again until nobody takes any more: how many bytes, up to ``most``."""
    sock.settimeout(0.2)
    sent = 0
    with contextlib.suppress(TimeoutError, ConnectionError):
        while sent < most:
            sent += sock.send(data)
    return sent


class TlsClient:
    """TLS by hand, so that records can be sent in parts."""

    def __init__(self, server: FakeServer) -> None:
        context = ssl.create_default_context(cafile=str(server.connect_kwargs()["sslrootcert"]))
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        self.sock = connect(server)
        self.sock.sendall(SSLRequest().encode())
        if self.sock.recv(1) != b"S":
            raise ConnectionError("the server has no TLS")

    def hello(self) -> bytes:
        """The next flight: at first the ClientHello."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
        return self._outgoing.read()

    def shake(self) -> None:
        """The whole handshake."""
        while flight := self.hello():
            self.sock.sendall(flight)
            if self._tls.version() is None:
                self._incoming.write(self.sock.recv(CHUNK))

    def record(self, data: bytes) -> bytes:
        """The bytes that carry ``data``."""
        self._tls.write(data)
        return self._outgoing.read()

    def read_to(self, end: bytes) -> bytes:
        """What comes, up to these bytes."""
        data = b""
        while not data.endswith(end):
            if not self._tls.pending() and not self._incoming.pending:
                self._incoming.write(self.sock.recv(CHUNK))
            with contextlib.suppress(ssl.SSLWantReadError):
                data += self._tls.read(CHUNK)
        return data


def threads() -> int:
    """Of servers, in this process."""
    return sum("rs_driver_fakeserver" in thread.name for thread in threading.enumerate())


def descriptors() -> int:
    """How many this process has."""
    return sum(1 for _ in Path("/dev/fd").iterdir())


def settles(condition: Callable[[], bool]) -> bool:
    """Whether it comes true before patience is at an end."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.002)
    return True


def ends(function: Callable[[], object]) -> bool:
    """Whether it returns, on a thread of its own, before patience is at an end."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return not thread.is_alive()
