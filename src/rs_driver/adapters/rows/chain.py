"""Where the DataRows of a buffer begin, found by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rs_driver.adapters.rows.checks import HEAD_SIZE, ROW_TAG

if TYPE_CHECKING:
    from rs_driver.adapters.rows.gather import Ints

_SHORT_RUN = 32  # rows; where runs are shorter, walking takes no longer


def heads(view: memoryview, columns: int) -> tuple[Ints, int]:
    """The offsets of DataRows that follow each other from offset 0, and where they end.

    It may end before the last row: at one that is malformed, of 16 MiB and more, or
    (where values look like heads too often) at any other. The caller goes on from there.
    """
    return _chain(*_candidates(view, columns))


def _candidates(view: memoryview, columns: int) -> tuple[Ints, Ints]:
    """Where the bytes look like a complete DataRow of under 16 MiB, and where it would end."""
    octets = np.frombuffer(view, np.uint8)
    high, low = divmod(columns, 256)
    at = np.flatnonzero(octets[: 1 - HEAD_SIZE] == ROW_TAG)
    at = at[(octets[at + 1] == 0) & (octets[at + 5] == high) & (octets[at + 6] == low)]
    length = octets[at + 2].astype(np.int64) << 16
    length |= octets[at + 3].astype(np.int64) << 8
    length |= octets[at + 4]
    after = at + 1 + length
    possible = (length >= HEAD_SIZE - 1 + 4 * columns) & (after <= len(octets))
    return at[possible].astype(np.int64, copy=False), after[possible]


def _chain(at: Ints, after: Ints) -> tuple[Ints, int]:
    """The candidates that follow from offset 0 without a gap, and where the last one ends."""
    if not len(at) or at[0] != 0:
        return at[:0], 0
    breaks = np.flatnonzero(after[:-1] != at[1:])
    if not len(breaks):
        return at, int(after[-1])
    runs: list[Ints] = []
    first = last = 0
    for _ in range(len(at) // _SHORT_RUN + 4):
        nearest = int(np.searchsorted(breaks, first))
        last = int(breaks[nearest]) if nearest < len(breaks) else len(at) - 1
        runs.append(at[first : last + 1])
        first = int(np.searchsorted(at, after[last]))
        if first == len(at) or at[first] != after[last]:
            break
    return np.concatenate(runs), int(after[last])
