"""A signal whose handler raises, or returns, while the main thread waits."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator


class Interrupted(Exception):
    """What the handler raises."""


def interrupt() -> None:
    raise Interrupted


@contextlib.contextmanager
def alarm(handler: Callable[[], None], after: float = 0.05) -> Iterator[None]:
    """Call ``handler`` by SIGALRM once, ``after`` seconds from now."""
    previous = signal.signal(signal.SIGALRM, lambda _number, _frame: handler())
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
