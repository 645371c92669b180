"""TCP and Unix sockets for the synchronous shell."""

from __future__ import annotations

import socket

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.readiness import Readable, wait_for_socket
from rs_driver.adapters.transport.resolve import resolve
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    SocketStream,
    TcpOptions,
    finish_connecting,
    start_connecting,
)
from rs_driver.adapters.transport.tls import TlsOptions, TlsTransport


class TcpTransport(SocketStream):
    """``ports.transport.Transport`` over a plain socket. ``tls`` is for ``start_tls``."""

    def __init__(self, sock: socket.socket, address: Address, tls: TlsOptions) -> None:
        super().__init__(sock, address)
        self._tls = tls
        self._readable = Readable(sock.fileno())

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``."""
        self.fileno()
        return self._readable.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> TlsTransport:
        """Shake hands before the deadline; this transport is used up whatever happens."""
        self.fileno()
        return TlsTransport.over(self._sock, self._address, hostname, self._tls, deadline)


def connect_tcp(
    address: Address,
    deadline: float | None,
    options: TcpOptions = TcpOptions(),  # noqa: B008  (frozen)
    tls: TlsOptions = TlsOptions(),  # noqa: B008  (frozen)
) -> TcpTransport:
    """Connect to the first address that answers; all of them share the deadline.

    OperationalError names what was tried: the name that has no address, or each address
    and why it failed.
    """
    attempts = Attempts(address)
    for where in resolve(address, deadline):
        sock = _connect(where, options, deadline, attempts)
        if sock is not None:
            return TcpTransport(sock, address, tls)
    raise attempts.error() from attempts.cause


def _connect(
    where: SocketAddress, options: TcpOptions, deadline: float | None, attempts: Attempts
) -> socket.socket | None:
    try:
        sock, connected = start_connecting(where, options)
    except OSError as error:
        attempts.failed(where, error)
        return None
    try:
        if not connected:
            if not wait_for_socket(sock.fileno(), False, True, deadline):
                raise attempts.timed_out(where)
            finish_connecting(sock)
    except OSError as error:
        sock.close()
        attempts.failed(where, error)
        return None
    except BaseException:  # a timeout or a signal's exception: the socket has no owner
        sock.close()
        raise
    return sock
