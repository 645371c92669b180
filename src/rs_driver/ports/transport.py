"""Transport: bytes to and from one peer, without ever blocking in a read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Channel:
    """What a transport can say of its own safety.

    ``encrypted``: TLS is on. ``verified``: the peer's certificate chain was checked.
    ``tls_server_end_point``: the hash of the server's certificate for SCRAM's channel
    binding (RFC 5929), where it is known. ``peer``: the address, for messages.
    """

    encrypted: bool = False
    verified: bool = False
    tls_server_end_point: bytes | None = None
    peer: str = ""


class Transport(Protocol):
    """A stream of bytes for the synchronous shell.

    Only ``wait`` may block, and only ``wait`` may be interrupted without losing bytes:
    ``recv_into`` and ``send`` do what can be done now and return. Every failure of the
    medium is an ``rs_driver.errors.OperationalError`` with its cause chained.
    Deadlines are instants of ``Clock.monotonic()``; None waits for ever.
    """

    def recv_into(self, view: memoryview) -> int | None:
        """Put bytes that are there into ``view``: how many; 0 at the end; None for not now."""

    def send(self, data: memoryview) -> int:
        """Take some of ``data``: how many bytes; 0 for not now."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """Block until reading or writing can go on; False once the deadline has passed,
        even if something is there."""

    def start_tls(self, hostname: str, deadline: float | None) -> Transport:
        """Begin TLS as the client and give the transport that replaces this one."""

    def channel(self) -> Channel:
        """How safe this transport is now."""

    def close(self) -> None:
        """Release it at once. Never raises; may be called twice."""


class AsyncTransport(Protocol):
    """The same for asyncio: only waiting, starting TLS and closing are awaited.

    A task can therefore be cancelled only where no byte can be lost.
    """

    def recv_into(self, view: memoryview) -> int | None:
        """As ``Transport.recv_into``."""

    def send(self, data: memoryview) -> int:
        """As ``Transport.send``."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``Transport.wait``."""

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncTransport:
        """As ``Transport.start_tls``."""

    def channel(self) -> Channel:
        """As ``Transport.channel``."""

    def close(self) -> None:
        """As ``Transport.close``."""


Connector = Callable[[float | None], Transport]
"""Opens a new transport to the configured peer before the deadline."""

AsyncConnector = Callable[[float | None], Awaitable[AsyncTransport]]
"""The same for asyncio."""


class Peer(Protocol):
    """A server that lives in this process: bytes in, bytes out, no socket.

    ``adapters/transport/memory.py`` makes a transport of it.
    """

    def feed(self, data: bytes) -> bytes:
        """Hand it what the client sent; get what it answers. ``b""`` in asks for more.

        OSError where a socket would raise it, such as ConnectionResetError.
        """

    @property
    def closed(self) -> bool:
        """True once it has hung up; what ``feed`` returned before still counts."""

    def eof(self) -> None:
        """The client has hung up."""


class TimedPeer(Peer, Protocol):
    """A peer some of whose answers take time, on a clock that it moves itself."""

    def pass_time(self, deadline: float | None) -> bool:
        """Let time pass until it has more to say: True; ``feed(b"")`` gives that.

        Otherwise until the deadline: False, and at once where there is none.
        """


class PeerOpener(Protocol):
    """Opens peers: what ``connect(transport=...)`` takes beside connectors.

    An opener of ``TimedPeer`` has a ``clock``, too, by which all deadlines are then judged.
    """

    def open_peer(self) -> Peer:
        """A new peer at the start of its conversation."""
