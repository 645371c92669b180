"""Parse, Bind, Describe, Execute: one statement with parameters, results in chosen formats.

The unnamed statement and portal are used throughout. Each group of messages ends with
its own Sync and travels as one flight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rs_driver.domain.operations.receiving import flush, receive
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.result import Fields, Outcome, command_count
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, from_fields
from rs_driver.ports.codec import TEXT, Parameter
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Sync
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse, RowDescription

FLIGHT = 64 * 1024
"""How much is queued, in bytes, before a long flight is given to the shell to send."""

_WHAT = "an extended query"
_EXECUTE = Execute("")
_DESCRIBE = Describe(b"S", "")
_SYNC = Sync()
_BEGIN = (Parse("", "BEGIN", ()), Bind("", "", (), (), ()), _EXECUTE)

Formats = Callable[[int], int]
"""The result format to ask for by a column's type OID."""


@dataclass(frozen=True)
class BoundStatement:
    """One statement to run. ``begin``: open a transaction in the same flight, before it."""

    sql: str
    parameters: Sequence[Parameter] = ()
    begin: bool = False

    def parse(self) -> Parse:
        return Parse("", self.sql, _oids(self.parameters))


def _oids(parameters: Sequence[Parameter]) -> tuple[int, ...]:
    return tuple([parameter.oid for parameter in parameters])


def _bind(parameters: Sequence[Parameter], result_formats: tuple[int, ...]) -> Bind:
    formats = tuple(parameter.format for parameter in parameters)
    values = tuple(parameter.data for parameter in parameters)
    return Bind("", "", formats, values, result_formats)


class _Group:
    """Collects the outcome of flights; what BEGIN in front answers is passed over."""

    def __init__(self, sql: str, begin: bool) -> None:
        self.outcome = Outcome()
        self.error: Error | None = None
        self._sql = sql
        self._beginning = begin

    def take(self, event: Event) -> None:
        if isinstance(event, RowBatch):
            self.outcome.batches.append(event)
        elif isinstance(event, RowDescription):
            self.outcome.fields = event.fields
        elif isinstance(event, (CommandComplete, EmptyQueryResponse)):
            if self._beginning:
                self._beginning = False
            elif isinstance(event, CommandComplete):
                self.outcome.command = event.command
        elif isinstance(event, ErrorResponse) and self.error is None:
            self.error = from_fields(event.fields, self._sql)

    def drain(self, core: ClientProtocol) -> Operation[None]:
        """Take everything up to the ReadyForQuery that ends the operation, then raise."""
        while core.busy is not None:
            self.take((yield from receive(core)))
        if self.error is not None:
            raise self.error


def execute_as_text(core: ClientProtocol, statement: BoundStatement) -> Operation[Outcome]:
    """One flight: Parse Bind Describe Execute Sync; every column comes as text."""
    group = _Group(statement.sql, statement.begin)
    bind = _bind(statement.parameters, ())
    core.begin(_WHAT, *_flight(statement, bind, Describe(b"P", ""), _EXECUTE))
    yield from group.drain(core)
    return group.outcome


def execute(
    core: ClientProtocol, statement: BoundStatement, formats: Formats
) -> Operation[Outcome]:
    """Two flights: the statement is described, then run with the formats that fit."""
    group = _Group(statement.sql, statement.begin)
    core.begin(_WHAT, *_flight(statement, _DESCRIBE))
    yield from group.drain(core)
    fields = group.outcome.fields
    wanted = tuple(formats(field.type_oid) for field in fields or ())
    bind = _bind(statement.parameters, wanted)
    core.begin(_WHAT, bind, _EXECUTE, _SYNC, columns=len(wanted))
    yield from group.drain(core)
    if fields is not None:
        group.outcome.fields = _in_formats(fields, wanted)
    return group.outcome


def _in_formats(fields: Fields, formats: tuple[int, ...]) -> Fields:
    """The description with the formats asked for: Describe of a statement says text always."""
    return tuple(
        field if fmt == TEXT else replace(field, format=fmt)
        for field, fmt in zip(fields, formats, strict=True)
    )


def _flight(statement: BoundStatement, *messages: FrontendMessage) -> tuple[FrontendMessage, ...]:
    """Parse and ``messages`` under one Sync, with BEGIN as its first statement if wanted."""
    begin = _BEGIN if statement.begin else ()
    return (*begin, statement.parse(), *messages, _SYNC)


def execute_batch(
    core: ClientProtocol, sql: str, rows: Sequence[Sequence[Parameter]], begin: bool
) -> Operation[Outcome]:
    """Run one statement for each row of parameters, pipelined under a single Sync.

    There is at least one row. All or nothing: the server treats the batch as one
    transaction, also in autocommit. Rows that it gives are dropped. ``rowcount`` of the
    outcome is the sum, -1 where the server counts nothing. An error says at which row it
    struck: the attribute ``row`` of the exception, from 0.
    """
    batch = _Batch(sql, begin, len(rows))
    oids = _oids(rows[0])
    core.begin("a batch", *(_BEGIN if begin else ()), Parse("", sql, oids), _DESCRIBE)
    for parameters in rows:
        if (row_oids := _oids(parameters)) != oids:
            oids = row_oids
            core.send(Parse("", sql, oids), _DESCRIBE)
        core.send(_bind(parameters, ()), _EXECUTE)
        if core.pending > FLIGHT:
            yield from flush(core)
            batch.take_arrived(core)
        if batch.error is not None:
            break
    core.send(_SYNC)
    while core.busy is not None:
        batch.take((yield from receive(core)))
    if batch.error is not None:
        raise batch.error
    return batch.outcome()


class _Batch:
    """Counts what a pipelined batch answers."""

    def __init__(self, sql: str, begin: bool, rows: int) -> None:
        self.error: Error | None = None
        self._sql = sql
        self._beginning = begin
        self._rows = rows
        self._done = 0
        self._counted = -1
        self._command = ""

    def take_arrived(self, core: ClientProtocol) -> None:
        while core.busy is not None and (event := core.next()) is not None:
            self.take(event)

    def take(self, event: Event) -> None:
        if isinstance(event, (CommandComplete, EmptyQueryResponse)):
            if self._beginning:
                self._beginning = False
                return
            self._done += 1
            self._command = event.command if isinstance(event, CommandComplete) else ""
            if (count := command_count(self._command)) >= 0:
                self._counted = max(self._counted, 0) + count
        elif isinstance(event, ErrorResponse) and self.error is None:
            self.error = from_fields(event.fields, self._sql)
            # BEGIN in front may fail, or what was deferred until all rows were there.
            if not self._beginning and self._done < self._rows:
                self.error.row = self._done

    def outcome(self) -> Outcome:
        """The last command tag, with the sum of all counts (``INSERT 0 3``)."""
        if command_count(self._command) < 0:
            return Outcome(command=self._command)
        return Outcome(command=f"{self._command.rpartition(' ')[0]} {self._counted}")
