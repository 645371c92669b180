"""One statement for many rows of parameters, pipelined under a single Sync."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver import oids
from rs_driver.domain.operations.extended_query import BEGIN, EXECUTE, SYNC, bind, parse
from rs_driver.domain.operations.receiving import flush, receive
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.result import Outcome, command_count
from rs_driver.domain.statements import widened
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, from_fields
from rs_driver.ports.codec import TEXT, Parameter
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.query import Describe
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse

FLIGHT = 64 * 1024
"""How much is queued, in bytes, before a long flight is given to the shell to send."""

_DESCRIBE = Describe(b"S", "")

Parameters = Sequence[Parameter]


def execute_batch(
    core: ClientProtocol, sql: str, rows: Sequence[Parameters], begin: bool
) -> Operation[Outcome]:
    """Run one statement for each row of parameters.

    There is at least one row. A parameter has one type in all of them where that can be:
    where one row has an int8 the ints of the others are sent as such, too, and None as the
    type of the other rows'. All or nothing: the server treats the batch as one
    transaction, also in autocommit. Rows that it gives are dropped. ``rowcount`` of the
    outcome is the sum, -1 where the server counts nothing. An error says at which row it
    struck: the attribute ``row`` of the exception, from 0.
    """
    batch = _Batch(sql, begin, len(rows))
    common = _common_types(rows)
    first = parse("", sql, _as_types(rows[0], common))
    core.begin("a batch", *(BEGIN if begin else ()), first, _DESCRIBE)
    declared = first.parameter_oids
    for row in rows:
        parameters = _as_types(row, common)
        if (types := tuple([parameter.oid for parameter in parameters])) != declared:
            declared = types
            core.send(parse("", sql, parameters), _DESCRIBE)
        core.send(bind("", parameters, ()), EXECUTE)
        if core.pending > FLIGHT:
            yield from flush(core)
            batch.take_arrived(core)
        if batch.error is not None:
            break
    core.send(SYNC)
    while core.busy is not None:
        batch.take((yield from receive(core)))
    if batch.error is not None:
        raise batch.error
    return batch.outcome()


def _common_types(rows: Sequence[Parameters]) -> list[int]:
    """For each parameter the type that fits most of its values: of int4 and int8 the wider,
    of NULL and anything else the other, else that of the first value."""
    common = [parameter.oid for parameter in rows[0]]
    known = [parameter.data is not None for parameter in rows[0]]
    for row in rows:
        for at, parameter in enumerate(row):
            if parameter.data is None or parameter.oid == common[at]:
                known[at] = known[at] or parameter.data is not None
            elif not known[at] or (parameter.oid, common[at]) == (oids.INT8, oids.INT4):
                common[at], known[at] = parameter.oid, True
    return common


def _as_types(row: Parameters, common: list[int]) -> list[Parameter]:
    return [_as_type(parameter, oid) for parameter, oid in zip(row, common, strict=True)]


def _as_type(parameter: Parameter, oid: int) -> Parameter:
    if parameter.data is None:
        return Parameter(oid, TEXT, None)
    if oid != oids.INT8 or parameter.oid == oid:
        return parameter
    return widened(parameter, oid) or parameter


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
