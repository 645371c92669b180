"""One statement for many rows of parameters, pipelined under a single Sync.

An INSERT of one row becomes some of many rows, as long as a message can carry them; any other
statement is run once for each row. All or nothing in either case: the server treats what lies
before a Sync as one transaction, also in autocommit. Rows that are given are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rs_driver.domain.arguments import Arguments
from rs_driver.domain.insert import Insert
from rs_driver.domain.operations.extended_query import BEGIN, EXECUTE, SYNC, bind
from rs_driver.domain.operations.receiving import flush, receive
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.result import Outcome, command_count
from rs_driver.domain.wants import Operation
from rs_driver.errors import DatabaseError, from_fields
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.encoding import MAX_COUNT
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Describe, Parse
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse

FLIGHT = 64 * 1024
"""How much is queued, in bytes, before a long flight is given to the shell to send."""
MAX_STATEMENT = 16_000_000
"""How long a statement of many rows may be, parameters included: Redshift takes 16 MB."""

_DESCRIBE = Describe(b"S", "")
_PLACE = 12  # bytes that a placeholder takes in a text, with its comma, at most


@dataclass
class Part:
    """What one Execute is for. ``parse``: where it is another statement than before it."""

    rows: range
    parse: Parse | None
    bind: Bind


def one_by_one(sql: str, arguments: Arguments) -> Iterator[Part]:
    """The statement once for each row."""
    declared: tuple[int, ...] | None = None
    for number, row in enumerate(arguments.rows()):
        types = tuple([parameter.oid for parameter in row])
        parse = None if types == declared else Parse("", sql, types)
        declared = types
        yield Part(range(number, number + 1), parse, bind("", row, ()))


def many_rows(
    insert: Insert, kinds: Sequence[tuple[int, int]], arguments: Arguments, most: int
) -> Iterator[Part]:
    """An INSERT of many rows, ``most`` or fewer, and as many of these as it takes. ``kinds``:
    each parameter's type and format, the same in all rows."""
    types = tuple([oid for oid, _ in kinds])
    formats = tuple([form for _, form in kinds])
    before = 0
    for rows in _chunks(insert, arguments, most):
        count = len(rows)
        values = tuple(arguments.values(rows.start, count))
        parse = Parse("", insert.of(count), types * count) if count != before else None
        yield Part(rows, parse, Bind("", "", formats * count, values, ()))
        before = count


def _chunks(insert: Insert, arguments: Arguments, most: int) -> Iterator[range]:
    """As many rows as fit, and again."""
    most = max(1, min(most, MAX_COUNT // len(arguments.columns)))
    text = len(insert.of(1).encode(errors="replace")) + _PLACE * len(arguments.columns)
    first = size = 0
    for number, length in enumerate(arguments.sizes()):
        size += length + text
        if number - first == most or (size > MAX_STATEMENT and number > first):
            yield range(first, number)
            first, size = number, length + text
    yield range(first, arguments.count)


def execute_batch(
    core: ClientProtocol, sql: str, parts: Iterator[Part], begin: bool
) -> Operation[Outcome]:
    """Run all ``parts`` of the statement ``sql``, of which there is at least one.

    ``rowcount`` of the outcome is the sum, -1 where the server counts nothing. An error says
    at which ``row`` it struck, from 0, or in which ``rows``.
    """
    batch = _Batch(sql, begin)
    part = next(parts)
    core.begin("a batch", *(BEGIN if begin else ()), *_messages(part))
    batch.parts.append(part.rows)
    for part in parts:
        core.send(*_messages(part))
        batch.parts.append(part.rows)
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


def _messages(part: Part) -> tuple[FrontendMessage, ...]:
    parsing = () if part.parse is None else (part.parse, _DESCRIBE)
    return (*parsing, part.bind, EXECUTE)


class _Batch:
    """Counts what a pipelined batch answers."""

    def __init__(self, sql: str, begin: bool) -> None:
        self.error: DatabaseError | None = None
        self.parts: list[range] = []
        self._sql = sql
        self._beginning = begin
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
            if not self._beginning and self._done < len(self.parts):
                self._name(self.error, self.parts[self._done])

    def _name(self, error: DatabaseError, rows: range) -> None:
        """Say where it struck. Of many rows the first stands where the only one did; what is
        wrong behind it has no place in the user's text."""
        if len(rows) == 1:
            error.row = rows.start
        else:
            error.rows = rows

    def outcome(self) -> Outcome:
        """The last command tag, with the sum of all counts (``INSERT 0 3``)."""
        if command_count(self._command) < 0:
            return Outcome(command=self._command)
        return Outcome(command=f"{self._command.rpartition(' ')[0]} {self._counted}")
