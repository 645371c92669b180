"""Where a FETCH leads in a result: the arithmetic of scrollable cursors.

A position counts from 1; 0 is before the first row, one more than there are rows is
behind the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Direction = Literal["forward", "backward", "absolute", "relative"]


class Step(NamedTuple):
    """What a FETCH gives: indices of rows from 0, and the position that it leaves."""

    rows: Sequence[int]
    position: int


def step(direction: Direction, count: int | None, position: int, total: int) -> Step:
    """Go on from ``position`` among ``total`` rows; ``count`` None means all."""
    if direction == "absolute":
        count = count or 0
        return _at(count if count >= 0 else total + 1 + count, total)
    if direction == "relative":
        return _at(position + (count or 0), total)
    if count is not None and count < 0:
        direction, count = ("backward" if direction == "forward" else "forward"), -count
    if count == 0:
        return _at(position, total)
    if direction == "forward":
        return _forward(count, position, total)
    return _backward(count, position)


def _at(position: int, total: int) -> Step:
    position = min(max(position, 0), total + 1)
    return Step((position - 1,) if 1 <= position <= total else (), position)


def _forward(count: int | None, position: int, total: int) -> Step:
    start = min(position, total)
    if count is None or position + count > total:
        return Step(range(start, total), total + 1)
    return Step(range(start, position + count), position + count)


def _backward(count: int | None, position: int) -> Step:
    last = position - 1 if count is None else min(count, position - 1)
    rows = range(position - 2, position - 2 - max(last, 0), -1)
    return Step(rows, 0 if count is None else max(position - count, 0))


def goes_back(found: Step, position: int) -> bool:
    """Whether a cursor that only goes forward could not do this."""
    return found.position < position or any(at < position for at in found.rows)
