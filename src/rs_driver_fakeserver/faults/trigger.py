"""Whether a fault happens when it could: how often, and how probably."""

from __future__ import annotations

from collections.abc import Callable

from rs_driver_fakeserver.faults.chance import Chance

_MOST_NOTES = 3


class Trigger:
    """One fault on one connection. ``times`` None: without end. ``struck`` is told each time
    that it fires, ``note`` three times at most."""

    def __init__(
        self,
        times: int | None,
        probability: float,
        chance: Chance,
        note: Callable[[], None],
        struck: Callable[[], None] | None = None,
    ) -> None:
        self._left = times
        self._probability = probability
        self._note = note
        self._struck = struck
        self._notes = _MOST_NOTES
        self.chance = chance

    def fires(self) -> bool:
        """Whether it happens now that it could."""
        if self._left == 0 or not self.chance.happens(self._probability):
            return False
        if self._left is not None:
            self._left -= 1
        if self._struck is not None:
            self._struck()
        if self._notes:
            self._notes -= 1
            self._note()
        return True

    @property
    def spent(self) -> bool:
        """It will not fire any more."""
        return self._left == 0
