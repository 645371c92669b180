"""How often to connect, and after how long: what ``connect(retry=...)`` takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rs_driver.errors import Error, InterfaceError

_DAY = 86400.0


@dataclass(frozen=True)
class Retry:
    """How ``connect`` goes on where the server cannot be reached or cannot take us now.

    ``attempts`` are all that are made, the first one included. The wait before the second is
    ``first`` seconds, and twice as long each time, up to ``longest``; ``jitter`` is the part of
    it, from 0 to 1, that is left to chance, so that many clients do not come back at once.
    ``on_wait(error, attempt, seconds)`` is called before each wait, with the number of the
    attempt that failed; what it raises ends the attempts and leaves ``connect`` as it is.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 20.0
    jitter: float = 0.5
    on_wait: Callable[[Error, int, float], object] | None = None

    def __post_init__(self) -> None:
        given: object = self.attempts
        if not (isinstance(given, int) and given >= 1):
            raise InterfaceError("Retry: attempts is a whole number, 1 at least")
        for name, most in (("first", _DAY), ("longest", _DAY), ("jitter", 1.0)):
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and 0 <= value <= most):
                raise InterfaceError(f"Retry: {name} is a number between 0 and {most:g}")
        if not (self.on_wait is None or callable(self.on_wait)):
            raise InterfaceError("Retry: on_wait is a function of error, attempt and seconds")


ONCE = Retry(attempts=1)
"""No second attempt."""
