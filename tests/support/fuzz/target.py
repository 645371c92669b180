"""What is fuzzed: a function of bytes, the bytes to begin with, and what may come of it."""

from __future__ import annotations

import signal
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import extract_tb

Run = Callable[[bytes], None]

MEMORY = 8 << 20
"""What one input may take at most, in bytes, whatever lengths it claims."""
PATIENCE = 30
"""How many seconds one input may take: a bound for what hangs, not for what is slow."""


@dataclass(frozen=True)
class Target:
    """A decoder under attack.

    ``run``: takes any bytes and returns, or raises one of ``refusals``; AssertionError where
    it contradicts itself. ``seeds``: makes valid inputs, the same ones each time. ``words``:
    what is worth putting in. ``cost``: how many times slower than the others it is.
    """

    name: str
    run: Run
    seeds: Callable[[], Sequence[bytes]]
    refusals: tuple[type[Exception], ...]
    words: Sequence[bytes] = ()
    cost: int = 1


class Hang(BaseException):
    """Raised by the alarm. No ``Exception``: the code under attack might take it."""


@contextmanager
def watched() -> Iterator[None]:
    """Within it ``failure`` sees what hangs."""
    previous = signal.signal(signal.SIGALRM, _ring)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, previous)


def _ring(_number: int, _frame: object) -> None:
    raise Hang


def failure(target: Target, data: bytes, *, weighed: bool = True) -> str | None:
    """What is wrong with what ``target`` makes of ``data``; None where nothing is.

    ``weighed``: look at its memory, too, which takes four times as long.
    """
    if not weighed:
        return _complaint(target, data)
    complaint, peak = _weighed(target, data)
    if peak > MEMORY:  # again: what is loaded at its first use is there at the second
        complaint, peak = _weighed(target, data)
    return complaint or (f"takes {peak} bytes of memory" if peak > MEMORY else None)


def _weighed(target: Target, data: bytes) -> tuple[str | None, int]:
    tracemalloc.start()
    try:
        complaint = _complaint(target, data)
        return complaint, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _complaint(target: Target, data: bytes) -> str | None:
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        target.run(data)
    except target.refusals:
        pass
    except Hang:
        return f"takes more than {PATIENCE} seconds"
    except Exception as error:  # noqa: BLE001 (any of them is what is looked for)
        *_, last = extract_tb(error.__traceback__)
        return f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None
