"""Which flights a statement with parameters, or with rows, travels in.

===================================  ==================================================
the statement                        its flights, after Closes and BEGIN where due
===================================  ==================================================
gives rows, not known yet            Parse Describe; then Bind Execute, binary results
anything else, not known yet         Parse Describe Bind Execute, text results
known, not named yet, or with a str  Parse (under a name, when that is due) Describe Bind
that is no text to the server        Execute, in the formats that are known to fit
named                                Bind Execute, likewise
===================================  ==================================================

Where the server would not say that the rows are of another shape than an earlier flight has
described (``plan_guard``; FETCH and the like on any server), a Describe of the portal goes
along: with what is named, and with the second flight of what is new.

A described statement may be out of date: another connection has altered its table. Where
the server says so before it has bound the statement, and nothing of the user's had run in
the transaction, nothing is lost by beginning again, once. Within a transaction that has
begun to work there is no such way; the error says what it is, and the next use is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from rs_driver.domain.again import Again, in_formats
from rs_driver.domain.classify import Statement
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.arriving import Arriving
from rs_driver.domain.operations.extended_query import (
    DESCRIBE_PORTAL,
    EXECUTE,
    NAME,
    NOTHING,
    SYNC,
    Front,
    Group,
    arrive,
    bind,
    parse,
)
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.protocol import DESCRIPTION
from rs_driver.domain.result import Outcome
from rs_driver.domain.statements import Prepared
from rs_driver.domain.wants import Operation, Want
from rs_driver.errors import Error, OperationalError, RemoteProtocolError
from rs_driver.ports.codec import TEXT, CodecMap, Parameter
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Describe, Parse

_NO_SUCH_STATEMENT = "26000"
_STALE = (
    ("0A000", "RevalidateCachedQuery", "cached plan"),
    ("08P01", "PortalSetResultFormat", "result formats"),
)
"""SQLSTATE, and the routine or the words that tell such an error from others of its kind."""

_WRITES = re.compile(r"\b(?:insert|update|delete|merge)\b", re.IGNORECASE)

_OUT_OF_DATE = (
    "what the driver knew of this statement is out of date: another session has altered a "
    "table, or prepared statements were deallocated; roll back and run the transaction again"
)


def run(
    state: ConnectionState,
    codecs: CodecMap,
    sql: str,
    parameters: Sequence[Parameter],
    kind: Statement,
    *,
    begin: bool,
    streams: bool = False,
) -> Operation[Outcome]:
    """Run one statement. ``begin``: open a transaction in its first flight. ``kind``: if it
    may well give rows, their formats are worth a flight of their own. ``streams``: no more of
    the rows are read than have to be."""
    steps = _Steps(state, codecs, kind, begin, streams)
    if begin and not state.profile.pipelined_begin:
        parse("", sql, parameters).encode()  # what cannot be sent must not open a transaction
        yield from steps.begin()
    found = state.statements.find(sql, parameters)
    if found is None:
        outcome = yield from steps.new(sql, parameters)
    else:
        known, fitted = found
        known.uses += 1
        if known.name and not known.hangs_on_choice(fitted):
            outcome = yield from steps.bound(known, known.name, fitted)
        else:
            outcome = yield from steps.parsed_again(known, fitted)
    if outcome is None:
        yield from steps.start_again()
        outcome = yield from steps.new(sql, parameters)
    if outcome is None:
        raise steps.stale  # twice in a row: somebody alters the table again and again
    return outcome


class _Steps:
    """The conversations of one statement. What gives None was stale: begin again."""

    stale: Error

    def __init__(
        self,
        state: ConnectionState,
        codecs: CodecMap,
        kind: Statement,
        begin: bool,
        streams: bool,
    ) -> None:
        self._state = state
        self._streams = streams
        self._cache = state.statements
        self._codecs = codecs
        self._begin = begin
        self._guarded = state.profile.plan_guard and not kind.borrows_rows
        self._kind = kind
        self._as_text = state.result_format == "text" or not kind.returns_rows
        closes, begins = self._cache.to_close(), begin and state.profile.pipelined_begin
        self._front = Front(closes, begins) if closes or begins else NOTHING
        self._untouched = state.core.transaction_status == "I"

    def begin(self) -> Operation[None]:
        """Open the transaction where BEGIN may not ride along."""
        if self._begin and not self._state.profile.pipelined_begin:
            yield from simple_query(self._state.core, "BEGIN")

    def bound(
        self, statement: Prepared, name: str, parameters: Sequence[Parameter], fresh: bool = False
    ) -> Operation[Outcome | None]:
        """Bind and Execute what an earlier flight has described; where nothing guards it, what
        its columns are is described on the way, and counts. ``name``: that of the server, even
        where the cache has not kept the statement. ``fresh``: it was described just now."""
        sent = tuple([parameter.format for parameter in parameters])
        key = (self._codecs, name, sent, fresh)
        known, again = statement.again
        if again is None or known != key:
            again = self._again(statement, name, sent, fresh)
            statement.again = (key, again)
        if self._front is NOTHING:
            core = self._state.core
            core.launch(
                NAME, again.flight.encode([each.data for each in parameters]), again.expected.debts
            )
            yield Want.READ
            if (whole := core.whole(again.expected)) is not None:
                rows, command = whole
                return Outcome(again.fields, [] if rows is None else [rows], command)
            group = Group(statement.sql, NOTHING)
            yield from self._arrive(group)
        else:
            group = yield from self._fly(
                statement.sql,
                bind(name, parameters, again.formats),
                *(() if self._guarded else (DESCRIBE_PORTAL,)),
                EXECUTE,
                columns=again.expected.columns if self._guarded else None,
            )
        if self._guarded:
            group.outcome.fields = again.fields
        elif group.described and not statement.describes(group.outcome.fields):
            self._cache.forget(statement)
            if group.error is None:
                self._check_readable(group, statement.sql)
        return self._outcome(group, statement, named=bool(name) and not fresh)

    def _again(self, statement: Prepared, name: str, sent: tuple[int, ...], fresh: bool) -> Again:
        safe = fresh or self._guarded
        formats = self._formats(statement) if safe else self._safe_formats(statement)
        version = None if self._guarded else self._state.profile.protocol_version
        return self._state.flights.of(statement.fields, name, sent, formats, version)

    def parsed_again(
        self, known: Prepared, parameters: Sequence[Parameter]
    ) -> Operation[Outcome | None]:
        """One flight, with the formats known from before; under a name, when that is due.

        It is another statement, as tables may be others by now: each value goes under the
        very type that its bytes are of, never under one that was resolved back then.
        """
        declared = known.declared(parameters)
        name = "" if known.hangs_on_choice(parameters) else self._cache.name_for(known.uses)
        formats = self._safe_formats(known)
        group = yield from self._fly(
            known.sql,
            Parse(name, known.sql, declared),
            Describe(b"S", name),
            bind(name, parameters, formats),
            EXECUTE,
        )
        self._cache.forget(known)
        chosen = known.chosen_of(declared)
        statement = self._keep(known.sql, name, declared, group, known.uses, chosen)
        if group.error is None:
            columns = len(statement.fields or ())
            if len(formats) == 1:  # a single one is for all columns, however many they are now
                formats *= columns
            if columns and formats and columns != len(formats):
                raise self._state.core.fail(
                    RemoteProtocolError(f"{len(formats)} formats were taken for {columns} columns")
                )
            if formats:
                group.outcome.fields = in_formats(statement.fields, formats)
            self._check_readable(group, known.sql)
        return self._outcome(group, statement)

    def _reads(self, sql: str) -> bool:
        """Whether the statement can be run again, should its rows turn out unreadable."""
        return self._kind.reads or (self._kind.keyword == "WITH" and not _WRITES.search(sql))

    def _check_readable(self, group: Group, sql: str) -> None:
        """The columns are others than were known: what came in binary may have no codec."""
        for column in group.outcome.fields or ():
            if column.format != TEXT and self._codecs.codec(column.type_oid, column.format) is None:
                advice = "run it again" if self._reads(sql) else "it has run, its rows are lost"
                raise OperationalError(
                    f'column "{column.name}" cannot be read: another session has changed what '
                    f"the statement selects from since it was described; {advice}"
                )

    def new(self, sql: str, parameters: Sequence[Parameter]) -> Operation[Outcome | None]:
        """Run a statement that is not known."""
        if self._as_text:
            return (yield from self._at_once(sql, parameters))
        return (yield from self._described_first(sql, parameters))

    def _described_first(
        self, sql: str, parameters: Sequence[Parameter]
    ) -> Operation[Outcome | None]:
        """Two flights: one describes, the other runs with the formats that fit."""
        name = self._cache.name_for(1)
        group = yield from self._describe(name, parse(name, sql, parameters))
        statement = self._keep(sql, name, _types(parameters), group)
        if group.error is not None:
            raise group.error
        return (yield from self.bound(statement, name, parameters, fresh=True))

    def _describe(self, name: str, parsing: Parse) -> Operation[Group]:
        describing = Describe(b"S", name)
        if self._front is not NOTHING:
            return (yield from self._fly(parsing.sql, parsing, describing))
        core = self._state.core
        group = Group(parsing.sql, NOTHING)
        flight = b"".join((parsing.encode(), describing.encode(), SYNC.encode()))
        core.launch(NAME, flight, DESCRIPTION)
        yield Want.READ
        if (described := core.described()) is not None:
            group.parsed = True
            for event in described:
                group.take(event)
        else:
            yield from arrive(core, group, None)
        return group

    def _at_once(self, sql: str, parameters: Sequence[Parameter]) -> Operation[Outcome]:
        """One flight, results as text."""
        name = self._cache.name_for(1)
        group = yield from self._fly(
            sql,
            parse(name, sql, parameters),
            Describe(b"S", name),
            bind(name, parameters, ()),
            EXECUTE,
        )
        self._keep(sql, name, _types(parameters), group)
        if group.error is not None:
            raise group.error
        return group.outcome

    def start_again(self) -> Operation[None]:
        """Undo the BEGIN, and begin once more."""
        if self._state.core.transaction_status != "I":
            yield from simple_query(self._state.core, "ROLLBACK")
        self._front = Front(begin=self._begin and self._state.profile.pipelined_begin)
        yield from self.begin()

    def _fly(
        self, sql: str, *messages: FrontendMessage, columns: int | None = None
    ) -> Operation[Group]:
        front, self._front = self._front, NOTHING
        group = Group(sql, front)
        self._state.core.begin(NAME, *front.messages(), *messages, SYNC, columns=columns)
        yield from self._arrive(group)
        self._cache.closed(group.closed)
        return group

    def _arrive(self, group: Group) -> Operation[None]:
        core, limits = self._state.core, self._state.limits
        yield from arrive(core, group, 0 if self._streams else limits.result_budget)
        if core.busy is not None:
            most = None if self._streams else limits.max_pending_bytes
            outcome, alone = group.outcome, self._kind.reads and self._untouched
            done = partial(self._done, group)
            outcome.rest = rest = Arriving(core, group, most, done, alone=alone)
            core.pause(rest)

    def _done(self, group: Group, error: Error | None) -> None:
        """All rows of a long result have come."""
        if error is None:
            self._state.saw(group.sql, group.outcome)
        else:
            self._state.failed(error)

    def _keep(
        self,
        sql: str,
        name: str,
        types: tuple[int, ...],
        group: Group,
        uses: int = 1,
        chosen: frozenset[int] = frozenset(),
    ) -> Prepared:
        """What was described, in the cache if it was; a name that was given in vain is
        closed later."""
        statement = Prepared(
            sql, types, group.resolved, group.outcome.fields, self._cache.epoch, name, uses, chosen
        )
        if group.described and len(group.resolved) == len(types):
            self._cache.keep(statement)
        elif group.parsed and name:
            self._cache.abandoned(name)
        return statement

    def _outcome(self, group: Group, statement: Prepared, *, named: bool = False) -> Outcome | None:
        """What came of it. ``named``: the server had it, and once had no fault to find in it."""
        if group.error is None:
            return group.outcome
        if group.bound or not (_is_stale(group.error) or (named and _is_semantic(group.error))):
            raise group.error
        self._cache.forget(statement)
        if not self._untouched:
            group.error.advice = _OUT_OF_DATE
            raise group.error
        self.stale = group.error
        return None

    def _formats(self, statement: Prepared) -> tuple[int, ...]:
        """The format to ask for, column by column."""
        if self._state.result_format == "text":
            return tuple([TEXT for _ in statement.fields or ()])
        if self._state.result_format == "binary":
            wanted = self._codecs.result_format
            return tuple([wanted(field.type_oid, binary=True) for field in statement.fields or ()])
        return self._state.shape(statement.fields or (), self._codecs).formats

    def _safe_formats(self, statement: Prepared) -> tuple[int, ...]:
        """The same where the columns may be others than we know: what cannot be run again is
        asked for in text, which can be read whatever it is."""
        return self._formats(statement) if self._reads(statement.sql) else ()


def _types(parameters: Sequence[Parameter]) -> tuple[int, ...]:
    return tuple([parameter.oid for parameter in parameters])


def _is_semantic(error: Error) -> bool:
    """Whether the server finds a fault in the statement itself, such as in its types."""
    return (error.sqlstate or "").startswith("42")


def _is_stale(error: Error) -> bool:
    """Whether the server refuses to bind because a description is out of date."""
    return error.sqlstate == _NO_SUCH_STATEMENT or any(
        error.sqlstate == code and (error.fields.get("R") == routine or words in error.message)
        for code, routine, words in _STALE
    )
