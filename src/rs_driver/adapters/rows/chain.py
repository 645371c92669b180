"""Where the DataRows of a buffer begin, found by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rs_driver.adapters.rows.checks import HEAD_SIZE, ROW_TAG
from rs_driver.adapters.rows.struct_ import SHORT_RUN, walk

if TYPE_CHECKING:
    from rs_driver.adapters.rows.plan import Array, Ints

FIRST_WINDOW, LAST_WINDOW = 16 * 1024, 256 * 1024
"""How many bytes are looked at together, at first and at most. A byte that looks like a
head costs some thirty bytes of memory while its window is looked at."""


LONG = 1 << 24
"""The length from which on a row is left to be walked: its bytes are most of the window."""
_HEAD = np.dtype([("tag", "u1"), ("length", ">i4"), ("count", ">u2")])


def follow(
    view: memoryview, columns: int, first: list[int], at: int, window: int = FIRST_WINDOW
) -> tuple[Ints, int]:
    """All DataRows of a run that began with ``first`` and goes on at ``at``, and its end.

    Window by window, each as wide as the run so far makes it likely to go on; between
    them, and wherever a window leads nowhere, the rows are walked. That raises, too, what
    there is to raise, and ends the run.
    """
    runs: list[Ints] = [np.array(first, np.int64)]
    least = window
    while True:
        starts, size = heads(view[at : at + window], columns)
        runs.append(starts + at)
        at += size
        window = min(8 * window, LAST_WINDOW) if 2 * size >= window else least
        walked: list[int] = []
        at = walk(view, columns, at, walked.append, SHORT_RUN)
        runs.append(np.array(walked, np.int64))
        if len(walked) < SHORT_RUN:
            return np.concatenate(runs), at


def heads(view: memoryview, columns: int) -> tuple[Ints, int]:
    """The offsets of DataRows that follow each other from offset 0, and where they end.

    A place is a head only if the row before it ends exactly there, beginning with the row
    at offset 0; so a value that looks like a head is passed over. It may end before the
    last row: at one that is malformed, of 16 MiB and more, or (where values look like
    heads too often) at any other. The caller goes on from there.
    """
    return _chain(*_candidates(view, columns))


def _candidates(view: memoryview, columns: int) -> tuple[Ints, Ints]:
    """Where the bytes look like a complete DataRow of under 16 MiB, and where it would end."""
    octets = np.frombuffer(view, np.uint8)
    tags: Array = octets[: max(len(octets) - HEAD_SIZE + 1, 0)] == ROW_TAG
    at: Ints = np.flatnonzero(tags).astype(np.int64, copy=False)
    at = at[octets[at + 1] == 0]
    if not len(at):
        return at, at
    every: Any = np.ndarray((len(octets) - HEAD_SIZE + 1,), f"V{HEAD_SIZE}", view, strides=(1,))
    heads = every[at].view(_HEAD)
    length = heads["length"].astype(np.int64)
    after = at + 1 + length
    possible = (heads["count"] == columns) & (after <= len(octets))
    possible &= (length >= HEAD_SIZE - 1 + 4 * columns) & (length < LONG)
    return at[possible], after[possible]


def _chain(at: Ints, after: Ints) -> tuple[Ints, int]:
    """The candidates that follow from offset 0 without a gap, and where the last one ends."""
    if not len(at) or at[0] != 0:
        return at[:0], 0
    breaks = np.flatnonzero(after[:-1] != at[1:])
    if not len(breaks):
        return at, int(after[-1])
    runs: list[Ints] = []
    first = last = 0
    for _ in range(len(at) // SHORT_RUN + 4):
        nearest = int(np.searchsorted(breaks, first))
        last = int(breaks[nearest]) if nearest < len(breaks) else len(at) - 1
        runs.append(at[first : last + 1])
        first = int(np.searchsorted(at, after[last]))
        if first == len(at) or at[first] != after[last]:
            break
    return np.concatenate(runs), int(after[last])
