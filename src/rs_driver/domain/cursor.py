"""A cursor's state: the outcomes it holds and how far they have been fetched."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from operator import index, length_hint
from typing import Any, Generic, TypeVar, cast

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.result import Outcome, Rest, Rows
from rs_driver.errors import InterfaceError, ProgrammingError
from rs_driver.ports.codec import CodecMap
from rs_driver.rows import Column, R, RowFactory, RowMaker

E = TypeVar("E")
_END = object()
_NOTHING = Outcome(touched=-1)


class CursorState(Generic[R]):
    """What PEP 249's cursor remembers between calls. No I/O, shared by both shells.

    ``own_codecs``: the cursor's own, which come before those of its connection.
    """

    def __init__(self, connection: ConnectionState, row_factory: RowFactory[R] | None) -> None:
        self.closed = False
        self.coming: Rest | None = None
        self.description: list[Column] | None = None
        self._outcome = _NOTHING
        self._connection = connection
        self._row_factory = row_factory
        self._make: RowMaker[R] | None = None
        self._own: tuple[tuple[Any, ...], ...] = ()
        self._codecs = self._base = connection.codecs
        self._outcomes: deque[Outcome] = deque()
        self._rows: Rows | None = None
        self._executed = False

    # -- codecs and row factories -------------------------------------------------------

    @property
    def codecs(self) -> CodecMap:
        """The connection's codecs, as they are now, under the cursor's own."""
        if self._base is not self._connection.codecs:
            self._base = self._codecs = self._connection.codecs
            for added in self._own:
                self._codecs = self._codecs.with_codecs(*added)
        return self._codecs

    def add_codecs(self, codecs: Iterable[Any]) -> None:
        """More codecs of the cursor's own; later ones come before earlier ones."""
        added = tuple(codecs)
        self._codecs = self.codecs.with_codecs(*added)
        self._own += (added,)

    @property
    def row_factory(self) -> RowFactory[R] | None:
        """What makes the rows; None is tuples. Counts from the next fetched row on."""
        return self._row_factory

    @row_factory.setter
    def row_factory(self, factory: RowFactory[R] | None) -> None:
        self._row_factory = factory
        self._make = None
        if self._rows is not None:
            self._rows.part()  # it counts for whoever is in the middle of a loop, too

    # -- results ------------------------------------------------------------------------

    def check_open(self) -> None:
        """InterfaceError once the cursor is closed."""
        if self.closed:
            raise InterfaceError("the cursor is closed")

    def check_executed(self) -> None:
        """ProgrammingError before the first execute, and after one that failed."""
        self.check_open()
        if not self._executed:
            raise ProgrammingError("there is no result to go on from: execute a query first")

    def clear(self) -> None:
        """Forget everything: a failed execute must not leave the rows of the one before."""
        self._forget()
        self._outcome = _NOTHING
        self._outcomes.clear()
        self._executed = False

    def _forget(self) -> None:
        if self._rows is not None:
            self._rows.part()  # a loop over them finds out at once
            if (rest := self._rows.rest) is not None:
                rest.abandon()  # whoever else holds the rows, such as a traceback
        self.description = self._rows = self._make = None

    @property
    def rowcount(self) -> int:
        """PEP 249's."""
        return self._outcome.rowcount

    @property
    def statusmessage(self) -> str | None:
        """The command tag; None before there is one."""
        return self._outcome.command or None

    @property
    def rest(self) -> Rest | None:
        """What the server has of the result beyond the rows that have been read."""
        return None if self._rows is None else self._rows.rest

    def close(self) -> None:
        """Forget everything for good."""
        self.clear()
        self.closed = True

    def show(self, outcomes: Iterable[Outcome]) -> None:
        """Take over what a statement gave; the first outcome becomes current."""
        self._executed = True
        self._outcomes.extend(outcomes)
        self.next_outcome()
        self.coming = None

    def forsake(self) -> None:
        """What has run will not be shown, as an exception has struck in between: the rest of its
        rows is for nobody."""
        rest, self.coming = self.coming, None
        if rest is not None:
            rest.abandon()

    def next_outcome(self) -> bool:
        """Go on to the next statement's outcome; False where there is none (``nextset``)."""
        self._forget()
        if not self._outcomes:
            return False
        self._outcome = outcome = self._outcomes.popleft()
        if outcome.fields is not None:
            try:
                shape = self._connection.shape(outcome.fields, self.codecs)
                decoder = shape.decoder
            except BaseException:  # whatever it is: a codec may be the user's
                if outcome.rest is not None:
                    outcome.rest.abandon()
                raise
            self._rows = Rows(outcome, decoder)
            self.description = list(shape.columns)
        return True

    @property
    def rows(self) -> Rows:
        """The current rows; ProgrammingError where there are none to fetch from."""
        self.check_open()
        if self._rows is None:
            raise ProgrammingError(f"there is no result set to fetch from: {self._why()}")
        return self._rows

    def _why(self) -> str:
        if not self._executed:
            return "execute a query first"
        why = f"{self.statusmessage or 'the statement'} gave no rows"
        return f"{why}; nextset() goes on to the next statement" if self._outcomes else why

    # -- fetching -----------------------------------------------------------------------

    @property
    def _maker(self) -> RowMaker[R] | None:
        """The function that makes a row of a tuple; None where rows are tuples."""
        if self._make is None and self._row_factory is not None:
            make = self._row_factory(self.description or ())
            if not callable(make):
                raise InterfaceError(
                    "a row factory gives a function that makes a row of a tuple, "
                    f"not {type(make).__name__}"
                )
            self._make = make
        return self._make

    def one(self, end: E) -> R | E:
        """The next row, or ``end`` where there is none."""
        rows = self.rows
        try:
            row: R | E = rows.one(self._maker, end)
        except StopIteration as error:
            raise _not_the_end() from error
        return row

    def take(self, count: int) -> list[R]:
        """The next ``count`` rows, fewer at the end."""
        rows = self.rows
        try:
            return rows.take(count, self._maker)
        except StopIteration as error:
            raise _not_the_end() from error

    def all(self) -> list[R]:
        """Every row that is left."""
        return self.take(sys.maxsize)

    def lacks(self, count: int) -> bool:
        """Whether more must be read before ``count`` rows can be fetched."""
        return self.rows.lacks(count)

    def left(self) -> Iterator[R] | None:
        """An iterator over the next rows, as many as lie together; None where there are none.
        A row that is taken from it is fetched."""
        rows = self.rows
        left: Any = rows.left()
        return left if left is None or self._maker is None else self._made(left)

    def _made(self, left: Iterator[Any]) -> Iterator[R]:
        while length_hint(left):
            row = self.one(_END)
            if row is _END:
                return
            yield cast("R", row)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.description or ()]

    def scroll(self, value: int, mode: str) -> None:
        """PEP 249's ``scroll``."""
        rows = self.rows
        if mode not in ("relative", "absolute"):
            raise ProgrammingError(f'scroll mode is "relative" or "absolute", not {mode!r}')
        try:
            distance = index(value)
        except TypeError:
            raise ProgrammingError(f"scroll goes by an int, not {type(value).__name__}") from None
        rows.scroll(distance + (rows.position if mode == "relative" else 0))

    @property
    def rownumber(self) -> int | None:
        """The 0-based number of the next row; None without a result."""
        return None if self._rows is None else self._rows.position


def _not_the_end() -> InterfaceError:
    """In place of a StopIteration, which would pass for the end of the rows in a loop."""
    return InterfaceError("the row factory raised StopIteration")
