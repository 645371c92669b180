"""From a statement and its arguments to the conversation that fits them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from rs_driver.domain.arguments import Arguments, encode
from rs_driver.domain.classify import Statement
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.copy_stream import check_stream
from rs_driver.domain.insert import Insert, one_row
from rs_driver.domain.operations import prepared, varbyte
from rs_driver.domain.operations.batch import Part, execute_batch, many_rows, one_by_one
from rs_driver.domain.operations.copy import S3_ADVICE
from rs_driver.domain.operations.extended_query import NOTHING, Front, execute_as_text, fly
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.parameters import PreparedText
from rs_driver.domain.result import Outcome
from rs_driver.domain.statements import OPEN, Prepared
from rs_driver.domain.tpc import Action, State
from rs_driver.domain.wants import Operation
from rs_driver.errors import DatabaseError, DataError, InterfaceError, ProgrammingError
from rs_driver.ports.codec import TEXT, CodecMap, Parameter
from rs_driver.wire.query import Describe, Parse, Query

_NOT_IN_A_TRANSACTION = "25001"
_PREPARE_TRANSACTION = re.compile(r"\bprepare\s+transaction\b", re.IGNORECASE)
_CLIENT = re.compile(r"\bstd(?:in|out)\b", re.IGNORECASE)


class Call(NamedTuple):
    """What a cursor was told to run. ``arguments``: None, a sequence or a mapping, as the
    style asks; of a batch, a sequence of these. ``stream`` is for COPY from or to the client.
    ``streams``: the rows are left with the server until they are fetched."""

    sql: str
    arguments: Any
    style: str
    codecs: CodecMap
    stream: object | None = None
    streams: bool = False


Start = Callable[[ConnectionState, Call], Operation["list[Outcome]"]]
"""What a cursor runs: ``execute`` or ``executemany``."""


def execute(state: ConnectionState, call: Call) -> Operation[list[Outcome]]:
    """Run one text: what PEP 249 calls an operation.

    Arguments None sends the text as it is. Errors in the arguments are raised before
    anything is sent. Several statements are possible where there are no parameters.
    """
    if call.stream is not None:
        check_stream(call.stream)
    sql, parameters = _checked(call.sql), []
    if call.arguments is None:
        read = state.texts.as_it_is(sql, state.backslash_escapes)
    else:
        read = state.texts.rewrite(sql, call.style, state.backslash_escapes)
        parameters = call.codecs.encode_all(read.arrange(call.arguments))
    _check_allowed(state, read)
    text, kind = read.text, read.kind
    if call.stream is not None and (parameters or not kind.copies):
        raise ProgrammingError("a stream is for COPY from or to the client, without parameters")
    begin = state.needs_begin(kind)
    if call.streams:
        yield from varbyte.settle_early(state)
    try:
        if parameters or kind.returns_rows:
            outcome = yield from prepared.run(
                state, call.codecs, text, parameters, kind, begin=begin, streams=call.streams
            )
            outcomes = [outcome]
        elif begin and state.profile.pipelined_begin and not (kind.several or kind.copies):
            outcomes = [(yield from execute_as_text(state.core, text, (), Front(begin=True)))]
        else:
            outcomes = yield from _simply(state, text, kind, begin, call.stream)
        for outcome in outcomes:
            state.statements.saw(text, outcome)
        if varbyte.is_open(state):
            yield from varbyte.settle(state, outcomes)
    except BaseException as error:  # whatever it is, nobody will know of the rows
        if (rest := state.core.rest) is not None:
            rest.abandon()
        if isinstance(error, DatabaseError) and begin and error.sqlstate == _NOT_IN_A_TRANSACTION:
            error.advice = "set connection.autocommit = True for this statement"
        raise
    return outcomes


def _simply(
    state: ConnectionState, text: str, kind: Statement, begin: bool, stream: object | None
) -> Operation[list[Outcome]]:
    """By the simple protocol: any number of statements, COPY; all rows as text."""
    if begin:
        Query(text).encode()  # what cannot be sent must not leave a transaction open
        yield from simple_query(state.core, "BEGIN")
    try:
        return (yield from simple_query(state.core, text, stream))
    except Exception as error:  # the user's own exception, of a stream, counts as well
        if kind.several or kind.controls_transaction:
            # Those before the failed one have run, perhaps. A COMMIT that fails undoes DDL.
            state.statements.doubt()
        if isinstance(error, DatabaseError) and error.sqlstate and _wants_a_client(text, kind):
            error.advice = S3_ADVICE if state.profile.kind == "redshift" else None
        raise


def _wants_a_client(text: str, kind: Statement) -> bool:
    """Whether it is a COPY of the client's data, as far as can be told without parsing it."""
    return kind.copies and _CLIENT.search(text) is not None


def executemany_exactly(state: ConnectionState, call: Call) -> Operation[list[Outcome]]:
    """``executemany``, with each row by itself, so that errors name it."""
    return executemany(state, call, exact=True)


def executemany(
    state: ConnectionState, call: Call, *, exact: bool = False
) -> Operation[list[Outcome]]:
    """Run one statement for each row of arguments, pipelined, all or nothing.

    An INSERT of one row becomes some of many rows, unless errors are to be ``exact``. Every
    row is encoded before anything is sent; an error there, as one of the server, carries the
    0-based ``row``, or the ``rows``. No rows: nothing is sent.
    """
    text = state.texts.rewrite(_checked(call.sql), call.style, state.backslash_escapes)
    _check_allowed(state, text)
    if text.kind.copies:
        raise ProgrammingError("COPY is run by execute(), with stream= for the client's data")
    arguments = encode(call.codecs, text, call.arguments)
    if not arguments.count:
        return [Outcome(touched=0)]
    sql, begin = text.text, state.needs_begin(text.kind)
    parts = one_by_one(sql, arguments)
    exact = exact or state.profile.rows_per_insert < 2 or arguments.count < 2
    if not exact and (insert := one_row(sql, text.count)) is not None:
        kinds = yield from _settled(state, sql, insert, arguments)
        if kinds is not None:
            parts = many_rows(insert, kinds, arguments, state.profile.rows_per_insert)
    if begin and not state.profile.pipelined_begin:
        parts = _encodable(parts)
        yield from simple_query(state.core, "BEGIN")
        begin = False
    outcome = yield from execute_batch(state.core, sql, parts, begin)
    state.statements.saw(sql, outcome)
    return [outcome]


def _settled(
    state: ConnectionState, sql: str, insert: Insert, arguments: Arguments
) -> Operation[list[tuple[int, int]] | None]:
    """The types and formats of the parameters, if the INSERT means the same with many rows.

    PostgreSQL gives each row's values the types of the table's columns, as it does for one row.
    How Redshift does it, which had to find a way of its own, is not known: there, nothing is
    left open to it. What it would make of a value in one row it is asked for.
    """
    kinds = arguments.kinds()
    if kinds is None or state.profile.kind == "postgres":
        return kinds
    if insert.literal:
        return None
    if OPEN.isdisjoint([oid for oid, _ in kinds]):
        return kinds
    types = tuple([oid for oid, _ in kinds])
    resolved = yield from _resolved(state, sql, types)
    if len(resolved) != len(kinds) or not OPEN.isdisjoint(resolved):
        return None
    return [
        (chosen if oid in OPEN else oid, form)
        for (oid, form), chosen in zip(kinds, resolved, strict=True)
    ]


def _resolved(
    state: ConnectionState, sql: str, types: tuple[int, ...]
) -> Operation[tuple[int, ...]]:
    """What the server takes for parameters that are declared as ``types``. Asked once."""
    statements = state.statements
    known = statements.find(sql, [Parameter(oid, TEXT, None) for oid in types])
    if known is not None and known[0].oids == types:
        return known[0].resolved
    group = yield from fly(
        state.core, sql, NOTHING, Parse("", sql, types), Describe(b"S", ""), budget=None
    )
    if group.error is not None:
        raise group.error
    if len(group.resolved) == len(types):
        fields = group.outcome.fields
        statements.keep(Prepared(sql, types, group.resolved, fields, statements.epoch))
    return group.resolved


def _encodable(parts: Iterator[Part]) -> Iterator[Part]:
    """The same; what cannot be sent must not leave a transaction open."""
    first = next(parts)
    for message in (first.parse, first.bind):
        if message is not None:
            message.encode()
    return chain((first,), parts)


def _check_allowed(state: ConnectionState, read: PreparedText) -> None:
    """An error where the statement cannot be run now, or here."""
    limit, text = state.profile.max_statement_bytes, read.text
    if limit is not None and len(text) * 4 > limit and len(text.encode(errors="replace")) > limit:
        raise DataError(f"the statement has over {limit} bytes, more than Redshift takes")
    if state.two_phase.state is State.NONE:
        return  # both are possible
    controls = read.kind.controls_transaction or (
        "PREPARE" in read.kind.keywords and _PREPARE_TRANSACTION.search(text) is not None
    )
    state.two_phase.check(Action.TRANSACTION_SQL if controls else Action.EXECUTE)


def _checked(sql: object) -> str:
    """``sql`` as a plain str: a subclass might compare or hash as it likes."""
    if not isinstance(sql, str):
        raise InterfaceError(f"a statement is a str, not {type(sql).__name__}")
    return sql if type(sql) is str else str.__str__(sql)


def apply_settings(state: ConnectionState, settings: Mapping[str, str]) -> Operation[None]:
    """Set the session's parameters (``search_path``, ``query_group`` ...), values bound."""
    for name, value in settings.items():
        parameters: Sequence[Parameter] = state.codecs.encode_all([name, value])
        yield from execute_as_text(state.core, "SELECT set_config($1, $2, false)", parameters)
