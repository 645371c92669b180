"""Connections to a fake server that need no socket, no thread, and no time.

What would take time on a socket moves a virtual clock instead, at the moment when the
client has nothing else to wait for.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable

from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.clock import VirtualClock
from rs_driver_fakeserver.hosts.moves import Close, HalfClose, Move, Reset, Send, Stall, Wait
from rs_driver_fakeserver.protocol.session import ServerSession


class MemoryPeer:
    """One connection: a ``ports.transport.TimedPeer`` over a session and its faults.

    Each ``feed`` gives at most one piece of what the server says, cut as the faults cut it.
    """

    def __init__(self, instance: Instance, clock: VirtualClock) -> None:
        self._session = ServerSession(instance, secure=True)
        self._clock = clock
        self._moves: deque[Move] = deque()
        self._next = 0.0
        """When the next move is due, or the session's pause over."""
        self._paused = False
        self._half_closed = self._closed = self._reset = self._stalled = False

    def feed(self, data: bytes) -> bytes:
        """See the port."""
        if self._session.dismissed and not self._closed:
            self._end()
        if self._reset:
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        if self._closed or self._stalled:
            return b""
        if data:
            self._hear(data)
        else:
            self._session.nudge()
            self._say(self._session.feed(b""))
        if self._session.cancelled:
            self._resume()
        return self._piece()

    def _hear(self, data: bytes) -> None:
        if self._session.wants_tls:
            self._session.tls_started()  # here TLS is nothing but a word
        if not self._moves:
            self._session.caught_up()
        while self._paused and self._session.full:  # as on a socket, the client has to wait
            self._clock.advance_to(self._next)
            self._resume()
        self._say(self._session.feed(data))
        self._note_pause()

    def _say(self, data: bytes) -> None:
        if data and not self._half_closed:
            self._moves += self._session.line.out(data)

    def _note_pause(self) -> None:
        if not self._paused and self._session.pause is not None:
            self._paused = True
            self._next = max(self._next, self._clock.monotonic()) + self._session.pause

    def _resume(self, *, gone: bool = False) -> None:
        """The session's pause is over, or cut short."""
        if self._paused:
            self._paused = False
            self._next = min(self._next, self._clock.monotonic())
            self._say(self._session.resume(gone=gone))
            self._note_pause()

    def _piece(self) -> bytes:
        """What comes next, up to and with the first bytes to be sent."""
        while True:
            if self._moves:
                if self._next > self._clock.monotonic():
                    return b""
                move = self._moves.popleft()
                if isinstance(move, Send):
                    return move.data
                self._make(move)
            elif self._paused and self._next <= self._clock.monotonic():
                self._resume()
            else:
                return b""
            if self._closed or self._stalled:
                return b""

    def _make(self, move: Move) -> None:
        match move:
            case Wait(seconds):
                self._next = self._clock.monotonic() + seconds
            case HalfClose():
                self._half_closed = True
                self._moves.clear()
            case Stall():
                self._stalled = True
                self._session.abandon()
            case Close():
                self._end()
            case Reset():
                self._reset = True
                self._end()
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))

    def _end(self) -> None:
        """The server is gone: whatever the client does now is no fault of its own."""
        self._closed = True
        self._moves.clear()
        self._session.abandon()
        self._session.eof()

    @property
    def closed(self) -> bool:
        """See the port. After a half-close, too: no more will come."""
        if self._closed or self._half_closed or self._session.dismissed:
            return True
        return self._session.closed and not self._moves and not self._stalled

    def eof(self) -> None:
        """See the port."""
        while self._paused and not (self._closed or self._stalled):
            self._resume(gone=True)
        self._session.eof()

    def pass_time(self, deadline: float | None) -> bool:
        """See the port."""
        waiting = (self._moves or self._paused) and not (self._closed or self._stalled)
        if waiting and (deadline is None or self._next <= deadline):
            self._clock.advance_to(self._next)
            return True
        if deadline is not None:
            self._clock.advance_to(deadline)
        return False


class MemoryOpener:
    """A ``ports.transport.PeerOpener``: each peer is a connection of its own.

    ``check`` raises where there can be no more.
    """

    def __init__(self, instance: Instance, clock: VirtualClock, check: Callable[[], None]) -> None:
        self._instance = instance
        self._check = check
        self.clock = clock
        """Of all the connections."""

    def open_peer(self) -> MemoryPeer:
        """A new connection, at its first byte. RuntimeError where the server is closed."""
        self._check()
        return MemoryPeer(self._instance, self.clock)
