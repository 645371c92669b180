"""What a statement gave: its description, its rows in wire form, its command tag."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import index
from typing import Any

from rs_driver.errors import DataError, ProgrammingError
from rs_driver.ports.rows import Decoder, RowBatch
from rs_driver.wire.results import FieldDescription

Fields = tuple[FieldDescription, ...]


@dataclass
class Outcome:
    """One statement's outcome. ``fields`` is None for a statement that gives no rows."""

    fields: Fields | None = None
    batches: list[RowBatch] = field(default_factory=list)
    command: str = ""

    @property
    def rowcount(self) -> int:
        """Rows given or touched; -1 where the server does not say.

        Redshift's ``SELECT`` tag has no count, so the rows that came are counted.
        """
        if self.fields is not None:
            return sum(map(len, self.batches))
        return command_count(self.command)


def command_count(command: str) -> int:
    """The row count at the end of a command tag (``INSERT 0 3``), or -1.

    A count has 64 bits; more digits than that are no count, as there may be any number.
    """
    last = command.rpartition(" ")[2]
    return int(last) if last.isascii() and last.isdigit() and len(last) <= 20 else -1


class Rows:
    """The rows of one outcome, decoded batch by batch as they are asked for.

    A batch's memory is given back as soon as it has been decoded. A value that cannot be
    decoded is a DataError for whoever asks for its row, now and ever again. The rows
    before it are still there for those who ask for no more than them.
    """

    def __init__(self, outcome: Outcome, compile: Callable[[Fields], Decoder]) -> None:
        self._batches = outcome.batches
        self._decoder = compile(outcome.fields or ())
        self._ready: Iterator[tuple[Any, ...]] = iter(())

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """The next ``count`` rows, fewer at the end."""
        try:
            count = min(index(count), sys.maxsize)
        except TypeError:
            kind = type(count).__name__
            raise ProgrammingError(f"a number of rows is an int, not {kind}") from None
        if count < 0:
            raise ProgrammingError(f"{count} rows cannot be fetched")
        rows = list(islice(self._ready, count))
        try:
            while len(rows) < count and self._decode():
                rows += islice(self._ready, count - len(rows))
        except BaseException:  # whatever it is, the rows were not fetched
            self._ready = chain(rows, self._ready)
            raise
        return rows

    def one(self) -> tuple[Any, ...] | None:
        """The next row, or None at the end."""
        row = next(self._ready, None)
        while row is None and self._decode():
            row = next(self._ready, None)
        return row

    def all(self) -> list[tuple[Any, ...]]:
        """Every row that is left."""
        return self.take(sys.maxsize)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while (row := self.one()) is not None:
            yield row

    def _decode(self) -> bool:
        """Make the next batch ready, in place of one that is used up; False at the end."""
        while self._batches:
            batch = self._batches[0]
            try:
                ready = iter(self._decoder.tuples(batch))
            except DataError:
                if len(batch) < 2:
                    raise
                self._batches[:1] = self._parted(batch)
                continue
            # Nothing is called between these two, so no signal handler strikes there.
            del self._batches[0]
            self._ready = ready
            return True
        return False

    def _parted(self, batch: RowBatch) -> list[RowBatch]:
        """``batch`` as the rows before the first that cannot be decoded, that one alone,
        and those after it."""
        good, bad = 0, len(batch)  # the rows before ``good`` are; one of those up to ``bad`` is
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self._decoder.tuples(_slice(batch, good, middle))
            except DataError:
                bad = middle
            else:
                good = middle
        spans = ((0, good), (good, bad), (bad, len(batch)))
        return [_slice(batch, low, high) for low, high in spans if low < high]


def _slice(batch: RowBatch, low: int, high: int) -> RowBatch:
    """Some of a batch's rows, at least one; the buffer is shared."""
    stop = batch.stop if high == len(batch) else batch.starts[high]
    return RowBatch(batch.buffer, batch.starts[low], stop, batch.starts[low:high])
