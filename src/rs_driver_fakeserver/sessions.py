"""The connections that a server has at the moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rs_driver_fakeserver.protocol.session import ServerSession


class Sessions:
    """Open sessions, in the order in which they came. Used from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: dict[ServerSession, None] = {}

    def add(self, session: ServerSession) -> None:
        """A client has connected."""
        with self._changed:
            self._open[session] = None

    def remove(self, session: ServerSession) -> None:
        """It is over; may be said twice."""
        with self._changed:
            self._open.pop(session, None)
            self._changed.notify_all()

    @property
    def open(self) -> tuple[ServerSession, ...]:
        """Those that there are now."""
        with self._changed:
            return tuple(self._open)

    def wait(self, timeout: float) -> bool:
        """Wait until none is left, ``timeout`` seconds at most: whether that came about."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout)
