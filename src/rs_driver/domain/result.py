"""What a statement gave: its description, its rows in wire form, its command tag."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from operator import index, itemgetter, length_hint
from typing import Any, Protocol

from rs_driver.domain.wants import Operation
from rs_driver.errors import DataError, Error, NotSupportedError, ProgrammingError
from rs_driver.ports.rows import ColumnBuffer, ColumnType, Decoder, RowBatch
from rs_driver.wire.results import FieldDescription

Fields = tuple[FieldDescription, ...]
Make = Callable[[tuple[Any, ...]], Any]

ALL = sys.maxsize
"""How many rows there may be; whoever asks for so many wants all of them."""
_END = object()


class Rest(Protocol):
    """The rows of an outcome that have not been read yet (``operations.arriving``).

    ``holds_connection``: whether they are on their way, so that nothing else can be.
    ``at_end``: called once when there will be no more, with the error where there is one.
    """

    begins: bool
    holds_connection: bool
    at_end: Callable[[Error | None], None] | None

    def read(self, enough: Callable[[], bool]) -> Operation[None]:
        """Read on until ``enough``, or to the end."""

    def wanted_by(self, rows: Rows) -> None:
        """They are for ``rows``; should that be forgotten, they are for nobody."""

    def abandon(self) -> None:
        """They are for nobody."""

    def finish(self) -> Operation[None]:
        """Have the server forget them."""


class _Place:
    """How far a result was fetched. ``batch``: the number of the next one to decode.
    ``rows``: those of the one before it; ``before``: how many rows come before these.

    ``left`` iterates over those of them that are left: whoever holds it and takes a row of
    it has fetched that row.
    """

    __slots__ = ("batch", "before", "left", "rows")

    def __init__(self, batch: int = 0, before: int = 0, rows: list[Any] | None = None) -> None:
        self.batch = batch
        self.before = before
        self.rows = [] if rows is None else rows
        self.left: Any = iter(self.rows)

    @property
    def index(self) -> int:
        """How many of ``rows`` are fetched."""
        return len(self.rows) - length_hint(self.left)

    def go_to(self, index: int) -> None:
        """Leave so many of ``rows`` behind. An iterator at its end stays there."""
        self.left.__setstate__(index)


@dataclass
class Outcome:
    """One statement's outcome. ``fields`` is None for a statement that gives no rows.
    ``touched``: how many rows, where that is not what the server says. ``batches``: the rows
    that have been read, until somebody takes them. ``rest``: those that have not."""

    fields: Fields | None = None
    batches: list[RowBatch] = field(default_factory=list)
    command: str = ""
    touched: int | None = None
    rest: Rest | None = None
    _taken: int = 0

    @property
    def rowcount(self) -> int:
        """Rows given or touched; -1 where the server does not say, or not yet.

        Redshift's ``SELECT`` tag has no count, so the rows that came are counted.
        """
        if self.touched is not None:
            return self.touched
        if self.fields is None:
            return command_count(self.command)
        return -1 if self.rest is not None else self._taken + sum(map(len, self.batches))

    def take(self) -> RowBatch | None:
        """The next batch of those that have been read."""
        if not self.batches:
            return None
        batch = self.batches.pop(0)
        self._taken += len(batch)
        return batch


def command_count(command: str) -> int:
    """The row count at the end of a command tag (``INSERT 0 3``), or -1.

    A count has 64 bits; more digits than that are no count, as there may be any number.
    """
    last = command.rpartition(" ")[2]
    return int(last) if last.isascii() and last.isdigit() and len(last) <= 20 else -1


class Rows:
    """The rows of one outcome, decoded batch by batch as they are asked for.

    They may be gone through again (``scroll``), so their wire form is kept as long as the
    result is; but that of a result that was too long to be read at once is given up as soon
    as it is fetched. A value that cannot be decoded is a DataError for whoever asks for its
    row, now and ever again. The rows before it are still there for those who ask for no more
    than them.
    """

    def __init__(self, outcome: Outcome, decoder: Decoder) -> None:
        self._outcome = outcome
        self._batches: list[tuple[int, RowBatch | None]] = []  # with its first row's number
        self._total = 0
        self._decoder = decoder
        self._place = _Place()
        self._once = outcome.rest is not None
        self._kept = 0  # the number of the first batch that is still there
        self._keeping = False
        self._lent = False
        self.failure: Error | None = None
        if outcome.rest is not None:
            outcome.rest.wanted_by(self)

    @property
    def position(self) -> int:
        """How many rows come before the next one."""
        return self._place.before + self._place.index

    @property
    def total(self) -> int:
        """How many rows there are, as far as they have been read."""
        self._take_arrived()
        return self._total

    @property
    def rest(self) -> Rest | None:
        """What has not been read yet, if there is anything."""
        return self._outcome.rest

    def lacks(self, count: int) -> bool:
        """Whether more has to be read before ``count`` rows can be taken."""
        return self._outcome.rest is not None and self.total - self.position < count

    def _take_arrived(self) -> None:
        while (batch := self._outcome.take()) is not None:
            self._batches.append((self._total, batch))
            self._total += len(batch)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Whatever is fetched in here is fetched together: an exception undoes it."""
        position, self._keeping = self.position, True
        try:
            yield
        except BaseException:  # whatever it is
            self.scroll(position, end=True)
            raise
        finally:
            self._keeping = False
            self._give_up()

    def _move(self, place: _Place, index: int) -> None:
        """Make ``place`` the current one, with so many of its rows fetched."""
        before, self._place = self._place, place
        if before is not place:
            before.go_to(len(before.rows))  # whoever iterates over it goes on with the next
        place.go_to(index)
        if self._once:
            self._give_up()

    def _give_up(self) -> None:
        """Forget the wire form of what is fetched, if it is not to be gone through again."""
        if self._once and not self._keeping:
            for number in range(self._kept, self._place.batch - 1):
                self._batches[number] = (self._batches[number][0], None)
            self._kept = max(self._kept, self._place.batch - 1)

    def take(self, count: int, make: Make | None = None) -> list[Any]:
        """The next ``count`` rows, fewer at the end, each by ``make`` if that is given."""
        count = checked_count(count)
        place = self._place
        at = place.index
        rows = place.rows[at : at + count]
        at += len(rows)
        while len(rows) < count and (after := self._after(place)) is not None:
            more = after.rows[: count - len(rows)]
            rows += more
            place, at = after, len(more)
        if self.failure is not None:
            self._fail_short(len(rows), count)
        made = rows if make is None else [make(row) for row in rows]
        self._move(place, at)  # not before: until here nothing was fetched
        return made

    def one(self, make: Make | None = None, end: object = None) -> Any:
        """The next row, or ``end`` where there is none."""
        place = self._place
        row: Any = next(place.left, _END)
        while row is _END:
            if (after := self._after(place)) is None:
                self._fail()
                return end
            self._move(after, 0)
            place = after
            row = next(place.left, _END)
        if make is not None:
            try:
                row = make(row)
            except BaseException:  # whatever it is: a row factory is the user's code
                place.go_to(place.index - 1)  # it is not fetched
                raise
        return row

    def left(self) -> Iterator[tuple[Any, ...]] | None:
        """An iterator over the next rows, as many as lie together; None where there are none.
        To take a row from it is to fetch that row, and the other way round."""
        place = self._place
        while not length_hint(place.left):
            if (after := self._after(place)) is None:
                self._fail()
                return None
            self._move(after, 0)
            place = after
        left: Iterator[tuple[Any, ...]] = place.left
        self._lent = True
        return left

    def part(self) -> None:
        """Whoever iterates over ``left`` now is at its end; the rows are still there."""
        if not self._lent:
            return
        place, at = self._place, self._place.index
        self._move(_Place(place.batch, place.before, place.rows), at)

    def _fail_short(self, found: int, count: int) -> None:
        """Where the rows end because of an error: the good ones come first, for whoever asks
        for some; who asks for all does not get fewer."""
        if found < count and (not found or count == ALL):
            self._fail()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    @property
    def types(self) -> list[ColumnType]:
        """The columns' Arrow types."""
        return self._decoder.types()

    def columns(self, count: int) -> list[list[ColumnBuffer]]:
        """The next ``count`` rows, fewer at the end, by column; some rows after the other."""
        left = checked_count(count)
        found: list[list[ColumnBuffer]] = []
        place = self._undecoded()
        self._take_arrived()
        while left and place.batch < len(self._batches):
            before, batch = self._batch(place.batch)
            if left < len(batch):
                self._split(place.batch, left)
                continue
            found.append(self._decoder.columns(batch))
            place = _Place(place.batch + 1, before + len(batch))
            left -= len(batch)
        self._fail_short(place.before - self.position, count)
        self._move(place, 0)  # not before: until here nothing was fetched
        return found

    def next_columns(self) -> list[ColumnBuffer]:
        """The next rows, as many as lie together, by column; none at the end."""
        place = self._undecoded()
        self._take_arrived()
        if place.batch == len(self._batches):
            self._fail()
            return []
        before, batch = self._batch(place.batch)
        columns = self._decoder.columns(batch)
        self._move(_Place(place.batch + 1, before + len(batch)), 0)
        return columns

    def _undecoded(self) -> _Place:
        """Where the next row is, before a batch of which none is fetched: the current place
        from now on, as the batches may be others than those that its rows were decoded of."""
        place, at = self._place, self._place.index
        if 0 < at < len(place.rows):
            self._split(place.batch - 1, at)
        number = place.batch - (at < len(place.rows) and not at)
        self._move(_Place(number, place.before + at), 0)
        return self._place

    def _split(self, number: int, rows: int) -> None:
        """Part a batch after so many of its rows."""
        before, batch = self._batch(number)
        parts = [_slice(batch, 0, rows), _slice(batch, rows, len(batch))]
        self._batches[number : number + 1] = _numbered(parts, before)

    def scroll(self, position: int, *, end: bool = False) -> None:
        """Make the row at ``position``, from 0, the next one; IndexError outside of them.

        ``end``: the place behind the last row is none of those outside.
        """
        if not 0 <= position < self.total + end:
            raise IndexError(f"row {position} of a result of {self.total} rows")
        here: _Place | None = self._place
        while here is None or not here.before <= position < here.before + len(here.rows):
            # In place at once, so that the numbers of batches are right should a signal strike.
            place = self._batch_of(position)
            self._move(place, 0)
            if place.before == position:
                return
            try:
                here = self._after(place)
            except DataError:
                here = None  # the batch has been parted there: look again
        if here is self._place:
            here = _Place(here.batch, here.before, here.rows)  # its iterator may be at its end
        self._move(here, position - here.before)

    def _batch_of(self, position: int) -> _Place:
        """Before the batch that holds the row at ``position``."""
        number = bisect_right(self._batches, position, key=itemgetter(0)) - 1
        if number < 0 or position == self._total:
            return _Place(len(self._batches), self._total)
        return _Place(number, self._batch(number)[0])

    def _batch(self, number: int) -> tuple[int, RowBatch]:
        """A batch and the number of its first row. NotSupportedError where it is given up."""
        before, batch = self._batches[number]
        if batch is None:
            raise NotSupportedError(
                "the result is too long to be gone through again: its rows are not kept once "
                "they are fetched"
            )
        return before, batch

    def _after(self, place: _Place) -> _Place | None:
        """The start of the next batch, which is decoded for that; None at the end."""
        if self._outcome.batches:
            self._take_arrived()
        while place.batch < len(self._batches):
            before, batch = self._batch(place.batch)
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


def checked_count(count: int) -> int:
    """A number of rows to fetch; ProgrammingError for what is none."""
    try:
        count = min(index(count), ALL)
    except TypeError:
        kind = type(count).__name__
        raise ProgrammingError(f"a number of rows is an int, not {kind}") from None
    if count < 0:
        raise ProgrammingError(f"{count} rows cannot be fetched")
    return count


def _numbered(batches: Iterable[RowBatch], before: int) -> list[tuple[int, RowBatch | None]]:
    """Each batch with how many rows come before it; ``before`` the first."""
    numbered: list[tuple[int, RowBatch | None]] = []
    for batch in batches:
        numbered.append((before, batch))
        before += len(batch)
    return numbered


def _slice(batch: RowBatch, low: int, high: int) -> RowBatch:
    """Some of a batch's rows, at least one; the buffer is shared."""
    stop = batch.stop if high == len(batch) else batch.starts[high]
    return RowBatch(batch.buffer, batch.starts[low], stop, batch.starts[low:high])
