"""Non-blocking sockets: what the blocking and the asyncio transports share.

Nothing here waits. Every OSError becomes an OperationalError that names the peer and
what was attempted, with the OSError as its cause.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver.errors import InterfaceError, NotSupportedError, OperationalError
from rs_driver.ports.transport import Channel

SocketAddress = tuple[socket.AddressFamily, object]
"""A family and what ``socket.connect`` takes for it."""

_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, errno.EALREADY})


@dataclass(frozen=True)
class Address:
    """Where the server is. ``unix_sock``, a path, takes the place of ``host`` and ``port``.

    ``numeric`` is the address of ``host`` where that need not be looked up, ``found`` are those
    of its addresses that are known already.
    """

    host: str = ""
    port: int = 5439
    unix_sock: str | None = None
    numeric: str | None = None
    found: tuple[SocketAddress, ...] = ()

    def __str__(self) -> str:
        """As messages name it: ``host:port``, ``[::1]:port`` or the path."""
        if self.unix_sock is not None:
            return self.unix_sock
        return host_port(self.host or self.numeric or "", self.port)


@dataclass(frozen=True)
class TcpOptions:
    """Settings of a TCP socket, None for the system's own. Seconds, but for
    ``user_timeout`` (milliseconds); ``source_address`` is the local end, port 0 for any.
    """

    keepalive: bool = True
    keepalive_idle: int | None = None
    keepalive_interval: int | None = None
    keepalive_count: int | None = None
    user_timeout: int | None = None
    source_address: tuple[str, int] | None = None


def host_port(host: str, port: int) -> str:
    """``host:port`` with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def disconnected(message: str, *, retry_safe: bool = False) -> OperationalError:
    """An OperationalError that says the connection is gone."""
    error = OperationalError(message)
    error.is_disconnect = True
    error.retry_safe = retry_safe
    return error


def reason(error: BaseException) -> str:
    """What went wrong, without the errno in brackets that ``str(OSError)`` puts first."""
    text = error.strerror if isinstance(error, OSError) else None
    return text or str(error) or type(error).__name__


def start_connecting(
    address: SocketAddress, options: TcpOptions, sources: Sequence[SocketAddress] | None = None
) -> tuple[socket.socket, bool]:
    """A non-blocking socket on its way to ``address``, and whether it is there already.

    ``sources`` are what ``options.source_address`` comes to. Raises OSError where it cannot
    be, NotSupportedError for a setting that this system does not have; the socket is closed
    then.
    """
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if family != getattr(socket, "AF_UNIX", None):
            _configure(sock, options)
            _bind(sock, sources)
        return sock, _connect(sock, where)
    except BaseException:  # whatever it is: the socket has no owner yet
        sock.close()
        raise


def _connect(sock: socket.socket, where: object) -> bool:
    code = sock.connect_ex(where)  # type: ignore[arg-type]  # an address of the socket's family
    if code == 0:
        return True
    if code in _IN_PROGRESS and sock.family != getattr(socket, "AF_UNIX", None):
        return False
    raise OSError(code, os.strerror(code))


def finish_connecting(sock: socket.socket) -> None:
    """Judge a socket that has become writable: OSError where it did not connect."""
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(code, os.strerror(code))


def _configure(sock: socket.socket, options: TcpOptions) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.keepalive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        idle = "TCP_KEEPALIVE" if sys.platform == "darwin" else "TCP_KEEPIDLE"
        _set(sock, idle, "tcp_keepalive_idle", options.keepalive_idle)
        _set(sock, "TCP_KEEPINTVL", "tcp_keepalive_interval", options.keepalive_interval)
        _set(sock, "TCP_KEEPCNT", "tcp_keepalive_count", options.keepalive_count)
    _set(sock, "TCP_USER_TIMEOUT", "tcp_user_timeout", options.user_timeout)


def _bind(sock: socket.socket, sources: Sequence[SocketAddress] | None) -> None:
    if sources is None:
        return
    for family, where in sources:
        if family == sock.family:
            sock.bind(where)  # type: ignore[arg-type]  # an address of the socket's family
            return
    raise OSError(errno.EADDRNOTAVAIL, "source_address has no address of this family")


def _set(sock: socket.socket, constant: str, option: str, value: int | None) -> None:
    if value is None:
        return
    number = getattr(socket, constant, None)
    if number is None:
        raise NotSupportedError(f"{option}: this system's sockets have no {constant}")
    sock.setsockopt(socket.IPPROTO_TCP, number, value)


class SocketStream:
    """One connected, non-blocking socket: reading, sending and closing it.

    ``address`` is what was asked for, for messages and the channel's ``peer``.
    """

    def __init__(self, sock: socket.socket, address: Address) -> None:
        self._sock = sock
        self._address = address

    @property
    def address(self) -> Address:
        """Where it leads."""
        return self._address

    def recv_into(self, view: memoryview) -> int | None:
        """As ``ports.transport.Transport.recv_into``."""
        try:
            return self._sock.recv_into(view)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            raise self._failed("reading from", error) from error

    def send(self, data: memoryview) -> int:
        """As ``ports.transport.Transport.send``."""
        try:
            return self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            raise self._failed("sending to", error) from error

    def channel(self) -> Channel:
        """As ``ports.transport.Transport.channel``."""
        return Channel(peer=str(self._address))

    def close(self) -> None:
        """Close the socket; nothing is written to it."""
        try:
            self._sock.close()
        except OSError:  # a reset that the system reports here: it is closed all the same
            return

    def interest(self, read: bool, write: bool) -> tuple[bool, bool]:
        """What the socket itself must be ready for, so that the stream can go on."""
        return read, write

    def ready(self, read: bool) -> bool:
        """Whether going on needs no waiting, as bytes have been taken from the socket."""
        del read
        return False

    def fileno(self) -> int:
        """The socket's descriptor; InterfaceError when it is closed."""
        number = self._sock.fileno()
        if number < 0:
            raise InterfaceError(f"the connection to {self._address} is closed")
        return number

    def _failed(self, doing: str, error: OSError) -> OperationalError | InterfaceError:
        if self._sock.fileno() < 0:
            return InterfaceError(f"the connection to {self._address} is closed")
        return disconnected(f"{doing} {self._address} failed: {reason(error)}")
