"""From a statement and its arguments to the conversation that fits them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from rs_driver.domain.classify import Statement
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.copy_stream import check_stream
from rs_driver.domain.operations import prepared, varbyte
from rs_driver.domain.operations.copy import S3_ADVICE
from rs_driver.domain.operations.extended_query import Front, execute_as_text
from rs_driver.domain.operations.portal import IN_PORTALS, run_in_portal
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.parameters import PreparedText
from rs_driver.domain.result import Outcome, Rest
from rs_driver.domain.tpc import Action, State
from rs_driver.domain.wants import Operation
from rs_driver.errors import DatabaseError, DataError, InterfaceError, ProgrammingError
from rs_driver.ports.codec import CodecMap, Parameter
from rs_driver.wire.query import Query

_NOT_IN_A_TRANSACTION = "25001"
_PREPARE_TRANSACTION = re.compile(r"\bprepare\s+transaction\b", re.IGNORECASE)
_CLIENT = re.compile(r"\bstd(?:in|out)\b", re.IGNORECASE)


class Holder(Protocol):
    """A cursor's state. ``coming``: the rest of a result that it does not hold yet."""

    coming: Rest | None


class Call(NamedTuple):
    """What a cursor was told to run. ``arguments``: None, a sequence or a mapping, as the
    style asks; of a batch, a sequence of these. ``stream`` is for COPY from or to the client.
    ``streams``: the rows are left with the server until they are fetched; ``fetch_size``: they
    are asked for so many at a time, 0 for all at once. ``holder``: whoever will show them."""

    sql: str
    arguments: Any
    style: str
    codecs: CodecMap
    stream: object | None = None
    streams: bool = False
    fetch_size: int = 0
    holder: Holder | None = None


Start = Callable[[ConnectionState, Call], Operation["list[Outcome]"]]
"""What a cursor runs: ``execute`` or one of ``executemany``."""


def execute(state: ConnectionState, call: Call) -> Operation[list[Outcome]]:
    """Run one text: what PEP 249 calls an operation.

    Arguments None sends the text as it is. Errors in the arguments are raised before
    anything is sent. Several statements are possible where there are no parameters.
    """
    if call.stream is not None:
        check_stream(call.stream)
    sql, parameters = checked(call.sql), []
    if call.arguments is None:
        read = state.texts.as_it_is(sql, state.backslash_escapes)
    else:
        read = state.texts.rewrite(sql, call.style, state.backslash_escapes)
        parameters = call.codecs.encode_all(read.arrange(call.arguments))
    check_allowed(state, read)
    text, kind = read.text, read.kind
    if call.stream is not None and (parameters or not kind.copies):
        raise ProgrammingError("a stream is for COPY from or to the client, without parameters")
    begin = state.needs_begin(kind)
    if call.streams:
        yield from varbyte.settle_early(state)
    try:
        if call.fetch_size and not kind.several and kind.keyword in IN_PORTALS:
            size = call.fetch_size
            outcomes = [
                (yield from run_in_portal(state, call.codecs, text, parameters, size, begin=begin))
            ]
        elif parameters or kind.returns_rows:
            outcome = yield from prepared.run(
                state, call.codecs, text, parameters, kind, begin=begin, streams=call.streams
            )
            outcomes = [outcome]
        elif begin and state.profile.pipelined_begin and not (kind.several or kind.copies):
            outcomes = [(yield from execute_as_text(state.core, text, (), Front(begin=True)))]
        else:
            outcomes = yield from _simply(state, text, kind, begin, call.stream)
        _note(state, call, text, outcomes)
        if varbyte.is_open(state):
            yield from varbyte.settle(state, outcomes)
    except BaseException as error:  # whatever it is, nobody will know of the rows
        if (rest := state.core.rest) is not None:
            rest.abandon()
        if isinstance(error, DatabaseError):
            state.failed(error)
            if begin and error.sqlstate == _NOT_IN_A_TRANSACTION:
                error.advice = "set connection.autocommit = True for this statement"
        raise
    return outcomes


def _note(state: ConnectionState, call: Call, text: str, outcomes: Sequence[Outcome]) -> None:
    """What has run, for the connection; and whose the rest of its rows is."""
    for outcome in outcomes:
        if outcome.rest is not None and call.holder is not None:
            call.holder.coming = outcome.rest
        state.saw(text, outcome)


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


def check_allowed(state: ConnectionState, read: PreparedText) -> None:
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


def checked(sql: object) -> str:
    """``sql`` as a plain str: a subclass might compare or hash as it likes."""
    if not isinstance(sql, str):
        raise InterfaceError(f"a statement is a str, not {type(sql).__name__}")
    return sql if type(sql) is str else str.__str__(sql)


def apply_settings(state: ConnectionState) -> Operation[None]:
    """Set the session's parameters (``search_path``, ``query_group`` ...), values bound."""
    for name, value in state.session_settings.items():
        parameters: Sequence[Parameter] = state.codecs.encode_all([name, value])
        yield from execute_as_text(state.core, "SELECT set_config($1, $2, false)", parameters)
