"""How a thread that waits for a socket is told by another that there is something else to do."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import threading

_LEFT = getattr(select, "POLLRDHUP", 0)
"""The peer has said its last; where that cannot be asked for, only a reset is noticed."""
_LONGEST = 3600.0
"""Seconds of one wait: poll counts milliseconds in a C int."""
_CHUNK = 4096


def readable(sock: socket.socket) -> bool:
    """Whether it has something to say now, or somebody who wants to be accepted."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


class Wake:
    """Two descriptors: one that any thread rings, one that the waiting thread hears.

    OSError where there are no more descriptors.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rung, self._heard = socket.socketpair()
        self._rung.setblocking(False)
        self._heard.setblocking(False)

    def ring(self) -> None:
        """From any thread: end the wait that is on, or the next one. Nothing once it is closed."""
        with self._lock, contextlib.suppress(OSError):  # enough has been rung, or it is closed
            self._rung.send(b"x")

    def wait(
        self, seconds: float | None, sock: socket.socket | None = None, *, deaf: bool = False
    ) -> bool:
        """Wait for a ring, or for ``sock`` to be readable: whether that is so.

        ``deaf``: not for what it has to say, only for its end, as far as the system tells.
        ``seconds`` None: for ever. May end early; the caller knows what it waited for.
        """
        poll = select.poll()
        poll.register(self._heard, select.POLLIN)
        if sock is not None:
            poll.register(sock, _LEFT if deaf else select.POLLIN)
        limit = None if seconds is None else math.ceil(min(seconds, _LONGEST) * 1000)
        ready = {descriptor for descriptor, _ in poll.poll(limit)}
        if self._heard.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                self._heard.recv(_CHUNK)
        return sock is not None and sock.fileno() in ready

    def let_go(self) -> None:
        """Close both in a forked child, where nobody will give the lock back that held it."""
        self._lock = threading.Lock()
        self.close()

    def close(self) -> None:
        """Release both; may be called twice."""
        with self._lock:
            self._rung.close()
            self._heard.close()
