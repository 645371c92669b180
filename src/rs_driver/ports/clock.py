"""Clock: the time, as the core is told it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """A clock that only goes forward."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant; the scale of every deadline."""
