"""The server behind a proxy: how to reach it, with TLS or without."""

from __future__ import annotations

import ipaddress
import socket
import ssl

from rs_driver.wire.startup import SSLRequest

Address = tuple[str, int] | str
"""A host and a port, or the path of a Unix socket."""


class Upstream:
    """A server to connect to.

    ``tls``: a client's context; True for one that verifies the server by the system's
    roots; False for none. If it is not given, there is TLS unless the server is on this
    machine: what goes to a cluster is not for everybody on the way.
    """

    def __init__(
        self,
        address: Address,
        tls: ssl.SSLContext | bool | None = None,
        *,
        server_hostname: str | None = None,
        timeout: float = 30.0,
    ) -> None:
        self._address = _checked(address)
        if tls is None:
            tls = not self.local
        if isinstance(address, str) and tls:
            raise ValueError("there is no TLS over a Unix socket")
        if tls is True:
            self._context: ssl.SSLContext | None = ssl.create_default_context()
        else:
            self._context = tls or None
        self._server_hostname = server_hostname
        self._timeout = timeout

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        return isinstance(self._address, str) or is_loopback(self._address[0])

    @property
    def encrypted(self) -> bool:
        """Whether the connections have TLS."""
        return self._context is not None

    def __str__(self) -> str:
        address = self._address
        return address if isinstance(address, str) else f"{address[0]}:{address[1]}"

    def connect(self) -> socket.socket:
        """A connection, TLS included, with a timeout set. OSError where there is none."""
        try:
            if isinstance(self._address, str):
                return _unix(self._address, self._timeout)
            sock = socket.create_connection(self._address, timeout=self._timeout)
        except OSError as error:
            raise OSError(error.errno, f"{self}: {error.strerror or error}") from error
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                return sock
            sock.sendall(SSLRequest().encode())
            # One byte and no more: what follows it in plaintext nobody vouches for.
            if (answer := sock.recv(1)) != b"S":
                raise ConnectionError(f"the server at {self} answers {answer!r} to an SSLRequest")
            name = self._server_hostname or self._address[0]
            return self._context.wrap_socket(sock, server_hostname=name)
        except OSError:
            sock.close()
            raise


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unix(path: str, timeout: float) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


def _checked(address: Address) -> Address:
    match address:
        case str() if "/" in address or (address and ":" not in address):
            return address
        case (str() as host, int() as port) if host and 0 < port < 65536:
            return host, port
    raise ValueError(
        f"a server is a host and a port such as ('127.0.0.1', 5439), or a path, not {address!r}"
    )
