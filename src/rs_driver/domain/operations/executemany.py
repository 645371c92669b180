"""From a statement and many rows of arguments to the batch that fits them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rs_driver.domain.arguments import Arguments, encode
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.insert import Insert, one_row
from rs_driver.domain.operations.batch import Part, execute_batch, many_rows, one_by_one
from rs_driver.domain.operations.execute import Call, check_allowed, checked
from rs_driver.domain.operations.extended_query import NOTHING, fly
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.result import Outcome
from rs_driver.domain.statements import OPEN
from rs_driver.domain.wants import Operation
from rs_driver.errors import DatabaseError, ProgrammingError
from rs_driver.wire.query import Describe, Parse


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
    text = state.texts.rewrite(checked(call.sql), call.style, state.backslash_escapes)
    check_allowed(state, text)
    if text.kind.copies:
        raise ProgrammingError("COPY is run by execute(), with stream= for the client's data")
    sql, begin = text.text, state.needs_begin(text.kind)
    insert = one_row(sql, text.count)
    arguments = encode(call.codecs, text, call.arguments, widen=insert is not None)
    if not arguments.count:
        return [Outcome(touched=0)]
    parts = one_by_one(sql, arguments)
    exact = exact or state.profile.rows_per_insert < 2 or arguments.count < 2
    if insert is not None and not exact:
        kinds = yield from _settled(state, sql, insert, arguments)
        if kinds is not None:
            parts = many_rows(insert, kinds, arguments, state.profile.rows_per_insert)
    if begin and not state.profile.pipelined_begin:
        parts = _encodable(parts)
        yield from simple_query(state.core, "BEGIN")
        begin = False
    try:
        outcome = yield from execute_batch(state.core, sql, parts, begin)
    except DatabaseError as error:
        state.failed(error)
        raise
    state.saw(sql, outcome)
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
    """What the server takes for parameters that are declared as ``types``, today."""
    group = yield from fly(
        state.core, sql, NOTHING, Parse("", sql, types), Describe(b"S", ""), budget=None
    )
    if group.error is not None:
        raise group.error
    return group.resolved


def _encodable(parts: Iterator[Part]) -> Iterator[Part]:
    """The same; what cannot be sent must not leave a transaction open."""
    first = next(parts)
    for message in (first.parse, first.bind):
        if message is not None:
            message.encode()
    return chain((first,), parts)
