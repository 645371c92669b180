"""A result that is too long to be read at once: its rest stays with the server.

``execute`` reads up to the result budget and rests then: the connection is busy, between two
reads, and its state is known. Whoever fetches reads on. Whoever wants something else of the
connection has the rest read first, in wire form, for the cursor that it belongs to; or
dropped, where that cursor has forgotten it. If much of it is dropped, the statement is
cancelled, but only where nothing else is undone by that: a query, alone in its transaction.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from rs_driver.domain.operations.cancel import fence
from rs_driver.domain.operations.extended_query import Group
from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.result import Rows
from rs_driver.domain.wants import Cancel, Operation
from rs_driver.errors import Error, OperationalError, ProgrammingError
from rs_driver.excerpt import opening
from rs_driver.ports.rows import RowBatch

_PATIENCE = 1024 * 1024
"""How many bytes of rows are dropped before the server is asked to send no more of them."""


class Arriving:
    """The rest of ``group``'s outcome. ``most``: how many bytes of it are kept for a cursor
    that does not fetch them; None for a cursor that streams, for which none are. ``alone``:
    whether it is of a query with which its transaction began: cancelling it undoes nothing."""

    holds_connection = True

    def __init__(
        self,
        core: ClientProtocol,
        group: Group,
        most: int | None,
        done: Callable[[Error | None], None],
        *,
        alone: bool = False,
    ) -> None:
        self.begins = group.begins
        self.at_end: Callable[[Error | None], None] | None = None
        self._alone = alone
        self._dropped = 0
        self._core = core
        self._group = group
        self._most = most
        self._done = done
        self._rows: weakref.ref[Rows] | None = None
        self._abandoned = self._yields = False

    def wanted_by(self, rows: Rows) -> None:
        self._rows = weakref.ref(rows)

    def abandon(self) -> None:
        """Nobody will ever want the rows."""
        self._abandoned = True

    def roll_back(self) -> None:
        """What wants the connection is a ROLLBACK: a stream does not stand in the way of that."""
        self._yields = True

    def finish(self) -> Operation[None]:
        """Nothing else than what is done for any operation: the rest makes way for it."""
        yield from ()

    @property
    def _wanted(self) -> bool:
        return not self._abandoned and (self._rows is None or self._rows() is not None)

    def read(self, enough: Callable[[], bool]) -> Operation[None]:
        core, group = self._core, self._group
        if core.rest is not self:
            return  # another thread has read it to its end meanwhile
        core.resume()
        try:
            while core.busy is not None and not enough():
                event = yield from receive(core)
                core.gathering = self._most is not None and isinstance(event, RowBatch)
                if self._wanted or not isinstance(event, RowBatch):
                    group.take(event)
                else:
                    self._dropped += event.nbytes
        except GeneratorExit:
            self._ended(interrupted := _interrupted())
            self._tell(interrupted)
            raise
        except Error as error:  # the connection is lost
            self._tell(error)
            raise
        if core.busy is not None:
            core.pause(self)
            return
        self._ended(group.error)
        self._done(group.error)
        self._tell(group.error)

    def _tell(self, error: Error | None) -> None:
        told, self.at_end = self.at_end, None
        if told is not None:
            told(error)

    def _ended(self, error: Error | None) -> None:
        """There will be no more rows, because of ``error`` where there is one."""
        self._group.outcome.rest = None
        if self._rows is not None and (rows := self._rows()) is not None:
            rows.failure = _interrupted() if error is None and self._abandoned else error

    def make_way(self) -> Operation[None]:
        """Read all of it, for the connection is wanted for something else."""
        batches = self._group.outcome.batches
        rows = None if self._rows is None else self._rows()
        if self._most is None and rows is not None and rows.lacks(1):
            yield from self.read(lambda: not rows.lacks(1))  # it may well be the end
            if self._core.rest is not self:
                return
        if self._most is None and self._wanted:
            if not self._yields:
                raise ProgrammingError(
                    f"a streaming cursor has not been read to its end, nor closed: {self._named()}"
                )
            self._give_up(rows)
        most = self._most or 0

        def enough() -> bool:
            if self._wanted:
                return sum(batch.nbytes for batch in batches) > most
            return self._alone and self._dropped > _PATIENCE

        yield from self.read(enough)
        if self._core.rest is self:
            if not self._wanted:
                return (yield from self._cut_short())
            raise OperationalError(
                f"more than {most} bytes of another cursor's rows would have to be kept first "
                f"(max_pending_bytes): fetch them or close that cursor: {self._named()}"
            )

    def _give_up(self, rows: Rows | None) -> None:
        """The rest is lost. Who reads on learns why."""
        if rows is not None:
            rows.failure = ProgrammingError(
                "the transaction was rolled back, and the rest of this result lost: "
                f"{self._named()}"
            )
        self._group.outcome.rest = self._rows = None
        self._abandoned = True

    def _cut_short(self) -> Operation[None]:
        """Have the server send no more than is on its way."""
        self._alone = False
        asked = yield Cancel()
        yield from self.read(lambda: False)
        if asked:
            yield from fence(self._core)
            if self._core.transaction_status == "E":  # it had begun the transaction itself
                yield from simple_query(self._core, "ROLLBACK")

    def _named(self) -> str:
        return " ".join(opening(self._group.sql, ""))


def _interrupted() -> OperationalError:
    return OperationalError("reading this result was interrupted: the rest of it is lost")
