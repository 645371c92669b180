"""What a statement gave: its description, its rows in wire form, its command tag."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from operator import index, itemgetter
from typing import Any

from rs_driver.errors import DataError, ProgrammingError
from rs_driver.ports.rows import ColumnBuffer, ColumnType, Decoder, RowBatch
from rs_driver.wire.results import FieldDescription

Fields = tuple[FieldDescription, ...]
Make = Callable[[tuple[Any, ...]], Any]


@dataclass
class _Place:
    """How far a result was fetched. ``batch``: the number of the next one to decode.
    ``rows``: those of the one before it, the first ``index`` of them fetched. ``before``:
    how many rows come before these."""

    batch: int = 0
    before: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    index: int = 0

    def at(self, index: int) -> _Place:
        return _Place(self.batch, self.before, self.rows, index)


@dataclass
class Outcome:
    """One statement's outcome. ``fields`` is None for a statement that gives no rows.
    ``touched``: how many rows, where that is not what the server says."""

    fields: Fields | None = None
    batches: list[RowBatch] = field(default_factory=list)
    command: str = ""
    touched: int | None = None

    @property
    def rowcount(self) -> int:
        """Rows given or touched; -1 where the server does not say.

        Redshift's ``SELECT`` tag has no count, so the rows that came are counted.
        """
        if self.touched is not None:
            return self.touched
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

    They may be gone through again (``scroll``), so their wire form is kept as long as the
    result is. A value that cannot be decoded is a DataError for whoever asks for its row,
    now and ever again. The rows before it are still there for those who ask for no more
    than them.
    """

    def __init__(self, outcome: Outcome, compile: Callable[[Fields], Decoder]) -> None:
        self._batches = _numbered(outcome.batches, 0)  # each with the number of its first row
        self._total = sum(map(len, outcome.batches))
        self._decoder = compile(outcome.fields or ())
        self._place = _Place()

    @property
    def position(self) -> int:
        """How many rows come before the next one."""
        return self._place.before + self._place.index

    @property
    def total(self) -> int:
        """How many rows there are."""
        return self._total

    def take(self, count: int, make: Make | None = None) -> list[Any]:
        """The next ``count`` rows, fewer at the end, each by ``make`` if that is given."""
        count = _number(count)
        place = self._place
        rows = place.rows[place.index : place.index + count]
        place = place.at(place.index + len(rows))
        while len(rows) < count and (after := self._after(place)) is not None:
            more = after.rows[: count - len(rows)]
            rows += more
            place = after.at(len(more))
        made = rows if make is None else [make(row) for row in rows]
        self._place = place  # not before: until here nothing was fetched
        return made

    @property
    def types(self) -> list[ColumnType]:
        """The columns' Arrow types."""
        return self._decoder.types()

    def columns(self, count: int) -> list[list[ColumnBuffer]]:
        """The next ``count`` rows, fewer at the end, by column; some rows after the other."""
        left = _number(count)
        found: list[list[ColumnBuffer]] = []
        place = self._undecoded()
        while left and place.batch < len(self._batches):
            before, batch = self._batches[place.batch]
            if left < len(batch):
                self._split(place.batch, left)
                continue
            found.append(self._decoder.columns(batch))
            place = _Place(place.batch + 1, before + len(batch))
            left -= len(batch)
        self._place = place  # not before: until here nothing was fetched
        return found

    def next_columns(self) -> list[ColumnBuffer]:
        """The next rows, as many as lie together, by column; none at the end."""
        place = self._undecoded()
        if place.batch == len(self._batches):
            return []
        before, batch = self._batches[place.batch]
        columns = self._decoder.columns(batch)
        self._place = _Place(place.batch + 1, before + len(batch))
        return columns

    def _undecoded(self) -> _Place:
        """Where the next row is, before a batch of which none is fetched."""
        place = self._place
        if place.index == len(place.rows):
            return _Place(place.batch, place.before + place.index)
        if place.index:
            self._split(place.batch - 1, place.index)
            return _Place(place.batch, place.before + place.index)
        return _Place(place.batch - 1, place.before)

    def _split(self, number: int, rows: int) -> None:
        """Part a batch after so many of its rows."""
        before, batch = self._batches[number]
        parts = [_slice(batch, 0, rows), _slice(batch, rows, len(batch))]
        self._batches[number : number + 1] = _numbered(parts, before)

    def one(self, make: Make | None = None, end: object = None) -> Any:
        """The next row, or ``end`` where there is none."""
        place = self._place
        while place.index == len(place.rows):
            if (after := self._after(place)) is None:
                return end
            self._place = place = after
        row = place.rows[place.index]
        if make is not None:
            row = make(row)
        place.index += 1
        return row

    def scroll(self, position: int) -> None:
        """Make the row at ``position``, from 0, the next one; IndexError outside of them."""
        if not 0 <= position < self.total:
            raise IndexError(f"row {position} of a result of {self.total} rows")
        here: _Place | None = self._place
        while here is None or not here.before <= position < here.before + len(here.rows):
            # In place at once, so that the numbers of batches are right should a signal strike.
            self._place = self._batch_of(position)
            if self._place.before == position:
                return
            try:
                here = self._after(self._place)
            except DataError:
                here = None  # the batch has been parted there: look again
        self._place = here.at(position - here.before)

    def _batch_of(self, position: int) -> _Place:
        """Before the batch that holds the row at ``position``."""
        number = bisect_right(self._batches, position, key=itemgetter(0)) - 1
        return _Place(number, self._batches[number][0])

    def _after(self, place: _Place) -> _Place | None:
        """The start of the next batch, which is decoded for that; None at the end."""
        while place.batch < len(self._batches):
            before, batch = self._batches[place.batch]
            try:
                return _Place(place.batch + 1, before, self._decoder.tuples(batch))
            except DataError:
                if len(batch) < 2:
                    raise
                parts = _numbered(self._parted(batch), before)
                self._batches[place.batch : place.batch + 1] = parts
        return None

    def _parted(self, batch: RowBatch) -> list[RowBatch]:
        """``batch`` as the rows before the first that cannot be decoded, that one alone, and
        those after it: few at first and then ever more, as the next one may be as bad, and
        to try all of them each time would take time by the square of their number."""
        good, bad = 0, len(batch)  # the rows before ``good`` are; one of those up to ``bad`` is
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                self._decoder.tuples(_slice(batch, good, middle))
            except DataError:
                bad = middle
            else:
                good = middle
        edges = [0, good, bad]
        while edges[-1] < len(batch):
            edges.append(min(2 * edges[-1] - good, len(batch)))
        return [_slice(batch, low, high) for low, high in pairwise(edges) if low < high]


def _number(count: int) -> int:
    """A number of rows to fetch; ProgrammingError for what is none."""
    try:
        count = min(index(count), sys.maxsize)
    except TypeError:
        kind = type(count).__name__
        raise ProgrammingError(f"a number of rows is an int, not {kind}") from None
    if count < 0:
        raise ProgrammingError(f"{count} rows cannot be fetched")
    return count


def _numbered(batches: Iterable[RowBatch], before: int) -> list[tuple[int, RowBatch]]:
    """Each batch with how many rows come before it; ``before`` the first."""
    numbered = []
    for batch in batches:
        numbered.append((before, batch))
        before += len(batch)
    return numbered


def _slice(batch: RowBatch, low: int, high: int) -> RowBatch:
    """Some of a batch's rows, at least one; the buffer is shared."""
    stop = batch.stop if high == len(batch) else batch.starts[high]
    return RowBatch(batch.buffer, batch.starts[low], stop, batch.starts[low:high])
