"""TCP and Unix sockets for the synchronous shell."""

from __future__ import annotations

import socket
from dataclasses import replace

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.racing import Race
from rs_driver.adapters.transport.readiness import Readable, expired, wait_for_any
from rs_driver.adapters.transport.resolve import SOURCE, resolve, source_of
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    SocketStream,
    TcpOptions,
)
from rs_driver.adapters.transport.tls import TlsTransport


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
    found = resolve(address, deadline)
    source = source_of(options)
    sources = None if source is None else resolve(source, deadline, SOURCE)
    race = Race(Attempts(address), found, options, sources)
    try:
        sock, where = _run(race, deadline)
    finally:  # of a timeout or a signal's exception, too: nobody else closes the others
        race.close()
    return TcpTransport(sock, replace(address, found=(where,)), tls)


def _run(race: Race, deadline: float | None) -> tuple[socket.socket, SocketAddress]:
    writable: list[int] = []
    while (winner := race.advance(writable)) is None:
        if expired(deadline):
            raise race.timed_out()
        writable = wait_for_any(race.filenos, race.until(deadline))
    return winner


class TcpConnector:
    """``ports.transport.Connector`` to one server."""

    def __init__(self, address: Address, options: TcpOptions, tls: TlsOptions) -> None:
        self._address = address
        self._options = options
        self._tls = tls

    def __call__(self, deadline: float | None) -> TcpTransport:
        """As ``connect_tcp``."""
        return connect_tcp(self._address, deadline, self._options, self._tls)

    def back_to(self, transport: SocketStream) -> TcpConnector:
        """A connector to the very address that ``transport`` leads to."""
        return TcpConnector(transport.address, self._options, self._tls)
