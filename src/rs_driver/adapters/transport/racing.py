"""The addresses of one server, raced: the first that answers is used.

As in RFC 8305 (happy eyeballs), the next attempt begins when the one before it has failed, or
has said nothing for ``STAGGER`` seconds and goes on: an address that swallows every packet
costs that, not the deadline. The order is the system's. Nothing here waits.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.sockets import (
    SocketAddress,
    TcpOptions,
    finish_connecting,
    start_connecting,
)
from rs_driver.errors import OperationalError

STAGGER = 0.25
"""What RFC 8305, section 5, recommends."""


class Race:
    """Sockets on their way. ``sources``: the local ends to choose from, None for any."""

    def __init__(
        self,
        attempts: Attempts,
        addresses: Sequence[SocketAddress],
        options: TcpOptions,
        sources: Sequence[SocketAddress] | None = None,
    ) -> None:
        self._attempts = attempts
        self._waiting = list(addresses)
        self._options = options
        self._sources = sources
        self._under_way: dict[int, tuple[socket.socket, SocketAddress]] = {}
        self._next = 0.0

    @property
    def filenos(self) -> list[int]:
        """The sockets to watch: one that becomes writable has connected, or failed."""
        return list(self._under_way)

    def until(self, deadline: float | None) -> float | None:
        """The instant until which there is nothing to do but to watch."""
        if not self._waiting:
            return deadline
        return self._next if deadline is None else min(self._next, deadline)

    def advance(self, writable: Sequence[int]) -> tuple[socket.socket, SocketAddress] | None:
        """Judge the sockets that have become writable, and begin what is due: the winner, or
        None to go on watching. Raises the error of them all when nothing is left."""
        for fileno in writable:
            if self._judged(fileno):
                return self._under_way.pop(fileno)
        while self._waiting and (not self._under_way or time.monotonic() >= self._next):
            if (connected := self._begun(self._waiting.pop(0))) is not None:
                return self._under_way.pop(connected)
        if not self._under_way:
            raise self._attempts.error() from self._attempts.cause
        return None

    def close(self) -> None:
        """Close all sockets that have not won."""
        while self._under_way:
            self._under_way.popitem()[1][0].close()

    def timed_out(self) -> OperationalError:
        """The error at the deadline."""
        return self._attempts.timed_out([where for _, where in self._under_way.values()])

    def _begun(self, where: SocketAddress) -> int | None:
        """Begin an attempt; the socket that is there at once."""
        try:
            sock, connected = start_connecting(where, self._options, self._sources)
        except OSError as error:
            self._attempts.failed(where, error)
            return None
        self._under_way[sock.fileno()] = sock, where
        self._next = time.monotonic() + STAGGER
        return sock.fileno() if connected else None

    def _judged(self, fileno: int) -> bool:
        """Whether this one has connected. If it has failed, the next one is due."""
        sock, where = self._under_way[fileno]
        try:
            finish_connecting(sock)
        except OSError as error:
            del self._under_way[fileno]
            sock.close()
            self._attempts.failed(where, error)
            self._next = 0.0
            return False
        return True
