"""ErrorMidRows: a statement fails after some of its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.results import CommandComplete, DataRow, PortalSuspended, RowDescription
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import Fault, Stage
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import Unit, silenced
from rs_driver_fakeserver.protocol.replies import error_response

_STATUS = 5
_OPENS = ("BEGIN", "START TRANSACTION")
_ENDS = ("COMMIT", "ROLLBACK")


@dataclass(frozen=True, repr=False)
class ErrorMidRows(Fault):
    """After some rows of a result comes an error; the rest of the command is skipped.

    The database error with the server's SQLSTATE, not the rows as if they were all. The
    connection is usable, after a rollback if it was in a transaction.

    ``after``: so many rows, in however many portions they come. ``sqlstate``, ``message``: of
    the error. A transaction is told to have failed until it ends, but the server runs its
    statements all the same.
    """

    after: int = 1
    sqlstate: str = "XX000"
    message: str = "the query failed in the middle of its rows"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("after", self.after, 0)
        checks.sqlstate(self.sqlstate)

    def stage(self, trigger: Trigger) -> Stage:
        return _ErrorStage(self, trigger)


class _ErrorStage:
    def __init__(self, fault: ErrorMidRows, trigger: Trigger) -> None:
        self._fault = fault
        self._trigger = trigger
        self._rows = 0
        self._in_block = False
        """The client is in a transaction block, failed or not."""
        self._skipping = self._failed = False

    @property
    def done(self) -> bool:
        return self._trigger.spent and not self._skipping and not self._failed

    def feed(self, unit: Unit) -> list[Unit]:
        if unit.kind is ReadyForQuery:
            return [self._ready(unit)]
        if self._skipping:
            return silenced(unit)
        if unit.kind in (DataRow, CommandComplete, PortalSuspended) and self._is_time(unit):
            self._skipping = True
            self._failed = self._in_block
            return self._error(unit)
        if unit.kind is DataRow:
            self._rows += 1
        elif unit.kind in (CommandComplete, RowDescription, ErrorResponse):
            self._rows = 0  # the next ones are another result's
            self._note_command(unit)
        return [unit]

    def _is_time(self, unit: Unit) -> bool:
        enough = self._rows == self._fault.after and (self._rows or unit.kind is DataRow)
        return bool(enough) and not self._trigger.spent and self._trigger.fires()

    def _note_command(self, unit: Unit) -> None:
        if unit.kind is CommandComplete:
            tag = unit.data[5:-1].decode("latin-1")
            self._in_block = tag in _OPENS or (self._in_block and tag not in _ENDS)

    def _error(self, unit: Unit) -> list[Unit]:
        """Instead of ``unit``, with the pauses and the like that were put there."""
        error = SqlError(self._fault.sqlstate, self._fault.message)
        said = Unit(error_response(error, Dialect()).encode(), ErrorResponse, turn=True)
        first = tuple(mark for mark in unit.marks if mark[0] == 0)
        rest = replace(unit, marks=unit.marks[len(first) :])
        return [replace(said, marks=first), *silenced(rest)]

    def _ready(self, unit: Unit) -> Unit:
        """With the status that the client must be told."""
        status = unit.data[_STATUS:]
        if self._skipping:
            status = b"E" if self._failed else b"I"
        elif self._failed and status == b"T":
            status = b"E"
        else:
            self._failed = False
        self._skipping = False
        self._in_block = status != b"I"
        if not self._in_block:
            self._rows = 0  # a portal that was suspended has gone with its transaction
        return Unit(unit.data[:_STATUS] + status, unit.kind, unit.turn, unit.marks)
