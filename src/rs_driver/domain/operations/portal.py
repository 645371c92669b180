"""A result that is read through a portal, so many rows at a time.

Between two pieces the connection is free: other statements may run in the transaction, and
other portals. Who wants no more rows closes the portal, and nothing is undone by that. It
lives as long as its transaction. On Redshift the leader node keeps the whole result meanwhile.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence

from rs_driver.domain.again import in_formats
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.extended_query import (
    NAME,
    NOTHING,
    SYNC,
    Front,
    Group,
    bind,
    fly,
    parse,
)
from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.result import Fields, Outcome, Rows, command_count
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, OperationalError, ProgrammingError
from rs_driver.excerpt import opening
from rs_driver.ports.codec import CodecMap, Parameter
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.query import Bind, Close, Describe, Execute
from rs_driver.wire.results import PortalSuspended

IN_PORTALS = frozenset(("SELECT", "WITH", "VALUES", "TABLE"))
"""First words of the statements that are worth one."""
_DESCRIBE = Describe(b"S", "")
_TOO_LATE = "the transaction has ended, and the rest of this result with it"


def run_in_portal(
    state: ConnectionState,
    codecs: CodecMap,
    sql: str,
    parameters: Sequence[Parameter],
    size: int,
    *,
    begin: bool,
) -> Operation[Outcome]:
    """Run one statement and read its first ``size`` rows. ``begin``: open a transaction first.
    ProgrammingError outside of any: the portal would be gone before its second piece."""
    if not (begin or state.in_transaction):
        raise ProgrammingError(
            "fetch_size needs a transaction, with which a portal ends: set autocommit = False "
            "or use connection.transaction()"
        )
    core = state.core
    if begin and not state.profile.pipelined_begin:
        yield from simple_query(core, "BEGIN")
        begin = False
    group = yield from fly(core, sql, Front(begin=begin), parse("", sql, parameters), _DESCRIBE)
    if group.error is not None:
        raise group.error
    fields = group.outcome.fields
    formats: tuple[int, ...] = ()
    if fields is not None and state.result_format != "text":
        formats = state.shape(fields, codecs).formats
    portal = Portal(state, sql, in_formats(fields, formats), size)
    yield from portal.open(bind("", parameters, formats, portal.name))
    return portal.outcome


class Portal:
    """The rest of a portal's rows: ``domain.result.Rest``."""

    begins = False
    holds_connection = False

    def __init__(self, state: ConnectionState, sql: str, fields: Fields | None, size: int) -> None:
        self.name = state.portals.take(state.core.ended)
        self.outcome = Outcome(fields)
        self.at_end: Callable[[Error | None], None] | None = None
        self._state, self._core, self._sql = state, state.core, sql
        self._transaction = state.core.ended
        self._width = len(fields or ())
        self._execute = Execute(self.name, size)
        self._rows: weakref.ref[Rows] | None = None

    def open(self, binding: Bind) -> Operation[None]:
        """Bind it, and read its first piece; the server's error is raised."""
        self.outcome.rest = self
        group = yield from self._piece(Close(b"P", self.name), binding)
        if group.error is not None:
            raise group.error

    def wanted_by(self, rows: Rows) -> None:
        self._rows = weakref.ref(rows)

    def abandon(self) -> None:
        """Nobody will ask for more. The portal ends when its name is used again, by ``finish``, or
        with its transaction."""
        self._state.portals.give_back(self.name, self._transaction)

    def read(self, enough: Callable[[], bool]) -> Operation[None]:
        while self.outcome.rest is self and not enough():
            if self._core.ended != self._transaction:
                self._over(ProgrammingError(f"{_TOO_LATE}: {' '.join(opening(self._sql, ''))}"))
                return
            yield from self._piece()

    def finish(self) -> Operation[None]:
        """Close the portal, unless it is gone already."""
        if self.outcome.rest is self and self._core.ended == self._transaction:
            if self._core.transaction_status == "T":
                yield from fly(self._core, self._sql, NOTHING, Close(b"P", self.name))
            self._over(None)

    def _piece(self, *binding: Close | Bind) -> Operation[Group]:
        """Read so many rows more, or to the end."""
        core, group, more = self._core, Group(self._sql, NOTHING), False
        core.begin(NAME, *binding, self._execute, SYNC, columns=self._width)
        try:
            while core.busy is not None:
                event = yield from receive(core)
                core.gathering = isinstance(event, RowBatch)
                more = more or isinstance(event, PortalSuspended)
                group.take(event)
        except GeneratorExit:
            self._over(OperationalError("reading this result was interrupted: the rest is lost"))
            raise
        self.outcome.batches += group.outcome.batches
        if group.error is not None:
            self._state.failed(group.error)
            self._over(group.error)
        elif not more:
            self._complete(group)
        return group

    def _complete(self, group: Group) -> None:
        """That was all."""
        outcome, command = self.outcome, group.outcome.command
        self._over(None)
        # A tag with a count has that of the last piece.
        counted = outcome.fields is not None and command_count(command) >= 0
        outcome.command = f"{command.rpartition(' ')[0]} {outcome.rowcount}" if counted else command
        self._state.saw(self._sql, outcome)

    def _over(self, error: Error | None) -> None:
        """There will be no more rows, because of ``error`` where there is one."""
        self.outcome.rest = None
        self._state.portals.give_back(self.name, self._transaction)
        if self._rows is not None and (rows := self._rows()) is not None:
            rows.failure = error
        if (told := self.at_end) is not None:
            self.at_end = None
            told(error)
