"""Waiting until a socket can be read or written."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Callable, Sequence

_LONGEST = 3600.0


def remaining(deadline: float | None) -> float:
    """Seconds until ``deadline`` (an instant of ``time.monotonic``); infinite for None."""
    return math.inf if deadline is None else max(0.0, deadline - time.monotonic())


def expired(deadline: float | None) -> bool:
    """Whether ``deadline`` has passed."""
    return deadline is not None and time.monotonic() >= deadline


def wait_for_socket(fileno: int, read: bool, write: bool, deadline: float | None) -> bool:
    """Block until the socket can be read or written as asked; False at the deadline.

    A deadline that has passed before is False whatever the socket has: somebody who
    always has more to send cannot keep a caller beyond it.
    An error or hang-up counts as ready: the next read or write reports it. A signal
    whose handler returns does not end the wait; an exception from a handler does, and
    nothing is lost by it.
    """
    if expired(deadline):
        return False
    while True:
        left = remaining(deadline)
        if _poll([fileno], read, write, min(left, _LONGEST)):
            return True
        if left <= _LONGEST and remaining(deadline) == 0:
            return False


def wait_for_any(filenos: Sequence[int], until: float | None) -> list[int]:
    """Block until some of the sockets can be written, and say which; none of them at ``until``.
    An instant that has passed only asks."""
    return _poll(filenos, False, True, min(remaining(until), _LONGEST))


class Readable:
    """``wait_for_socket`` for one socket, again and again, made for the usual wait: until there
    is something to read, however long that takes."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._poll: Callable[[], object] | None = None
        if hasattr(select, "poll"):
            poller = select.poll()
            poller.register(fileno, select.POLLIN)
            self._poll = poller.poll

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``wait_for_socket``. The socket must still be open."""
        if self._poll is None or write or deadline is not None:
            return wait_for_socket(self._fileno, read, write, deadline)
        self._poll()
        return True


if hasattr(select, "poll"):

    def _poll(filenos: Sequence[int], read: bool, write: bool, timeout: float) -> list[int]:
        poller = select.poll()
        for fileno in filenos:
            poller.register(fileno, (select.POLLIN * read) | (select.POLLOUT * write))
        return [fileno for fileno, _ in poller.poll(math.ceil(timeout * 1000))]

else:  # pragma: no cover - Windows

    def _poll(filenos: Sequence[int], read: bool, write: bool, timeout: float) -> list[int]:
        sockets = list(filenos)
        found = select.select(sockets * read, sockets * write, sockets, timeout)
        return list(dict.fromkeys(fileno for ready in found for fileno in ready))
