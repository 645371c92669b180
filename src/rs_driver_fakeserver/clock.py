"""Time that passes only when somebody waits: for connections in memory."""

from __future__ import annotations

import threading


class VirtualClock:
    """A ``ports.clock.Clock`` that is moved by hand, and by whoever waits by it."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass. ValueError for less than none."""
        if seconds < 0:
            raise ValueError("time only goes forward")
        with self._lock:
            self._now += seconds

    def advance_to(self, instant: float) -> None:
        """Let it be at least this late."""
        with self._lock:
            self._now = max(self._now, instant)
