"""Where each value of a batch lies, found for all rows at once by numpy.

The columns are split into runs: those of fixed width, then one that varies. The bytes of a
run, lengths included, are brought together for all rows by a single gather, and are then a
structured array. Where a fixed column of the run holds a NULL, or is not as wide as its type
says, the run is gone through column by column.

Every position is proved to lie inside its row before anything is read from it. These
functions say that something is wrong (None), not what: that is for the scalar path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rs_driver.adapters.rows.checks import HEAD_SIZE, ROW_TAG
from rs_driver.ports.rows import Buffer, ColumnSlice, RowBatch

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
Columns = list[ColumnSlice]

_LENGTH = 4


@dataclass(frozen=True)
class _Run:
    """``widths``: of its fixed columns; ``varies``: whether one that varies comes last.
    ``record``: all of their bytes but that one's value, and the row's head before the first.
    """

    headed: bool
    widths: tuple[int, ...]
    varies: bool

    @property
    def record(self) -> np.dtype[Any]:
        head = [("tag", "u1"), ("length", ">i4"), ("count", ">u2")] if self.headed else []
        fixed = [
            part
            for at, width in enumerate(self.widths)
            for part in ((f"size{at}", ">i4"), (f"value{at}", f"V{width}"))
        ]
        return np.dtype([*head, *fixed, *([("last", ">i4")] if self.varies else [])])


class Plan:
    """How rows are taken apart whose columns have these ``widths``, 0 where they vary."""

    def __init__(self, widths: Sequence[int]) -> None:
        self._count = len(widths)
        self._runs = [_Reader(run, len(widths)) for run in _runs(widths)]

    def columns(self, batch: RowBatch, data: Buffer) -> Columns | None:
        """Where the values of each column are; None unless every row is one, to its end.

        ``data``: the bytes of the batch, or a copy of them.
        """
        starts: Ints = np.asarray(batch.starts, np.int64)
        if not len(starts):
            empty: Any = starts
            return [ColumnSlice(data, empty, empty) for _ in range(self._count)]
        ends = np.append(starts[1:], batch.stop)
        if batch.stop > len(data) or starts[0] < 0 or (starts + HEAD_SIZE > ends).any():
            return None
        columns: Columns = []
        at = starts
        for run in self._runs:
            after = run.take(data, at, ends, columns)
            if after is None or (after > ends).any():
                return None
            at = after
        return columns if np.array_equal(at, ends) else None


def _runs(widths: Sequence[int]) -> list[_Run]:
    runs: list[_Run] = []
    fixed: list[int] = []
    for width in widths:
        if width:
            fixed.append(width)
        else:
            runs.append(_Run(not runs, tuple(fixed), True))
            fixed = []
    if fixed or not runs:
        runs.append(_Run(not runs, tuple(fixed), False))
    return runs


class _Reader:
    """Takes one run out of all rows."""

    def __init__(self, run: _Run, count: int) -> None:
        self._run = run
        self._count = count
        self._record = record = run.record
        self._bytes = np.dtype(f"V{record.itemsize}")
        fields: Any = record.fields
        self._fixed = [
            (f"size{at}", f"value{at}", width, fields[f"value{at}"][1])
            for at, width in enumerate(run.widths)
        ]

    def take(self, data: Buffer, at: Ints, ends: Ints, columns: Columns) -> Ints | None:
        """Add the run's columns to ``columns``, and give the positions behind them."""
        records = self._records(data, at)
        if records is None:
            return self._one_by_one(data, at, ends, columns)
        if self._run.headed and not self._is_head(
            records["tag"], records["length"], records["count"], at, ends
        ):
            return None
        size = len(at)
        for _, value, width, offset in self._fixed:
            length: Any = np.full(size, width)
            position: Any = at + offset
            columns.append(ColumnSlice(data, position, length, None, records[value]))
        at = at + self._record.itemsize
        return _varying(data, at, records["last"], columns) if self._run.varies else at

    def _records(self, data: Buffer, at: Ints) -> Array | None:
        """The run's bytes; None where not all of its fixed columns are there, at their width."""
        last = len(data) - self._record.itemsize
        if int(at[-1]) > last:
            return None
        # By void items, which are copied as a whole: by structured ones numpy takes ten times
        # as long.
        every: Array = np.ndarray((last + 1,), self._bytes, data, strides=(1,))
        records: Array = every[at].view(self._record)
        for size, _, width, _ in self._fixed:
            if not (records[size] == width).all():
                return None
        return records

    def _is_head(self, tag: Array, length: Array, count: Array, at: Ints, ends: Ints) -> bool:
        return bool(
            (tag == ROW_TAG).all()
            and (count == self._count).all()
            and np.array_equal(at + 1 + length, ends)
        )

    def _one_by_one(self, data: Buffer, at: Ints, ends: Ints, columns: Columns) -> Ints | None:
        """The same column by column, any of them NULL."""
        if self._run.headed:
            octets = np.frombuffer(data, np.uint8)
            length, count = _items(data, ">i4")[at + 1], _items(data, ">u2")[at + 5]
            if not self._is_head(octets[at], length, count, at, ends):
                return None
            at = at + HEAD_SIZE
        sizes = _items(data, ">i4")
        for _ in range(len(self._fixed) + self._run.varies):
            if (at + _LENGTH > ends).any():
                return None
            after = _varying(data, at + _LENGTH, sizes[at], columns)
            if after is None or (after > ends).any():
                return None
            at = after
        return at


def _varying(data: Buffer, at: Ints, sizes: Array, columns: Columns) -> Ints | None:
    """Add a column whose values begin at ``at``; the positions behind them."""
    lengths: Ints = sizes.astype(np.int64)
    nulls = None
    if (lengths < 0).any():
        nulls = lengths < 0
        if (lengths < -1).any():
            return None
        lengths[nulls] = 0
    columns.append(ColumnSlice(data, at, lengths, nulls))  # type: ignore[arg-type]
    return at + lengths


def _items(data: Buffer, kind: str) -> Array:
    """The big-endian numbers that begin at each byte of ``data``."""
    dtype = np.dtype(kind)
    every: Array = np.ndarray((len(data) - dtype.itemsize + 1,), dtype, data, strides=(1,))
    return every
