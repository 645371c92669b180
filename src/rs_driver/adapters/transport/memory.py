"""Transports to a peer in this process: no socket, no thread, no clock of their own.

Everything happens in the caller: what is sent is fed to the peer at once, and a wait
for bytes asks it for more. The same calls therefore always give the same conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import Channel, Peer

PassTime = Callable[[float | None], bool]
"""``ports.transport.TimedPeer.pass_time``."""

IN_MEMORY = Channel(encrypted=True, verified=True, peer="memory")
"""Bytes that do not leave the process are as safe as TLS makes them."""


class _MemoryStream:
    """The part of both transports that does not wait.

    ``chunk`` is the most bytes that one call takes or gives, None for no limit.
    """

    def __init__(self, peer: Peer, channel: Channel = IN_MEMORY, chunk: int | None = None) -> None:
        if chunk is not None and chunk < 1:
            raise ValueError("chunk must be at least 1")
        self._peer = peer
        self._channel = channel
        self._chunk = chunk
        self._pass_time: PassTime | None = getattr(peer, "pass_time", None)
        self._inbox = bytearray()
        self._closed = False

    def recv_into(self, view: memoryview) -> int | None:
        """Give what the peer has said; 0 once it has hung up; None for not now."""
        self._check_open()
        if not self._inbox:
            return 0 if self._peer.closed else None
        count = min(len(view), len(self._inbox), self._chunk or len(self._inbox))
        view[:count] = self._inbox[:count]
        del self._inbox[:count]
        return count

    def send(self, data: memoryview) -> int:
        """Feed the peer. OperationalError once it has hung up, as a socket would say."""
        self._check_open()
        if self._peer.closed:
            raise _lost(f"{self._channel.peer}: the peer has closed the connection")
        taken = bytes(data[: self._chunk] if self._chunk else data)
        self._feed(taken)
        return len(taken)

    def _feed(self, data: bytes) -> None:
        """Hand the peer ``data``, take what it says. OperationalError as a socket would say."""
        try:
            self._inbox += self._peer.feed(data)
        except OSError as error:
            raise _lost(f"{self._channel.peer}: {error}") from error

    def channel(self) -> Channel:
        """The channel given to the constructor; encrypted and verified after start_tls."""
        return self._channel

    def close(self) -> None:
        """Tell the peer that the client has hung up."""
        if not self._closed:
            self._closed = True
            self._peer.eof()

    def _settle(self, read: bool, write: bool, deadline: float | None) -> bool:
        """What ``wait`` answers: nothing here ever has to wait for time to pass.

        A peer that takes time lets it pass on its own clock. Otherwise a finite deadline
        passes, as nothing else can happen before it; without one the wait would be for
        ever, which is an OperationalError.
        """
        self._check_open()
        if write or self._inbox or self._peer.closed:
            return True
        if read:
            self._feed(b"")
            while not (self._inbox or self._peer.closed):
                if self._pass_time is None or not self._pass_time(deadline):
                    break
                self._feed(b"")
            if self._inbox or self._peer.closed:
                return True
        if deadline is None:
            raise _lost(f"{self._channel.peer}: the peer has no more to say; waiting would hang")
        return False

    def _secure(self) -> tuple[Peer, Channel, int | None]:
        """What the transport after start_tls is made of. This one is used up."""
        self._check_open()
        if self._inbox:
            raise _lost(f"{self._channel.peer}: the peer sent bytes in plaintext before TLS")
        self._closed = True
        secure = Channel(
            encrypted=True,
            verified=True,
            tls_server_end_point=self._channel.tls_server_end_point,
            peer=self._channel.peer,
        )
        return self._peer, secure, self._chunk

    def _check_open(self) -> None:
        if self._closed:
            raise InterfaceError("the transport is closed")


class MemoryTransport(_MemoryStream):
    """``ports.transport.Transport`` over a ``Peer``."""

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """True when there is something; False when a finite deadline would pass first."""
        return self._settle(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> MemoryTransport:
        """The same conversation over a channel that counts as encrypted and verified."""
        del hostname, deadline
        return MemoryTransport(*self._secure())


class AsyncMemoryTransport(_MemoryStream):
    """``ports.transport.AsyncTransport`` over a ``Peer``."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``MemoryTransport.wait``, after other tasks have had a turn."""
        await _Turn()
        return self._settle(read, write, deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncMemoryTransport:
        """As ``MemoryTransport.start_tls``."""
        del hostname, deadline
        return AsyncMemoryTransport(*self._secure())


class _Turn:
    """Awaited, lets the event loop run its other tasks once (a bare yield, as it expects)."""

    def __await__(self) -> Generator[None, None, None]:
        yield


def _lost(message: str) -> OperationalError:
    error = OperationalError(message)
    error.is_disconnect = True
    return error
