"""From a statement and its arguments to the conversation that fits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations import extended_query
from rs_driver.domain.operations.extended_query import BoundStatement, execute_batch
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.parameters import PreparedText
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, InterfaceError
from rs_driver.ports.codec import Parameter
from rs_driver.wire.query import Query

Arguments = Any
"""None, a sequence or a mapping, as the paramstyle asks."""

Start = Callable[[ConnectionState, str, Any, str], Operation[list[Outcome]]]
"""What a cursor runs: ``execute`` or ``executemany``."""


def execute(
    state: ConnectionState, sql: str, arguments: Arguments, style: str
) -> Operation[list[Outcome]]:
    """Run one text: what PEP 249 calls an operation.

    ``arguments`` None sends ``sql`` as it is. Errors in the arguments are raised before
    anything is sent. Several statements are possible where there are no parameters.
    """
    text, values = _checked(sql), []
    if arguments is not None:
        prepared = state.rewrites.rewrite(text, style, state.backslash_escapes)
        text, values = prepared.text, prepared.arrange(arguments)
    parameters = state.codecs.encode_all(values)
    kind = state.rewrites.classify(text, state.backslash_escapes)
    begin = state.needs_begin(kind)
    if not parameters and (kind.several or not kind.returns_rows):
        if begin:
            Query(text).encode()  # what cannot be sent must not leave a transaction open
            yield from simple_query(state.core, "BEGIN")
        return (yield from simple_query(state.core, text))
    if begin and not state.profile.pipelined_begin:
        BoundStatement(text, parameters).parse().encode()
        yield from simple_query(state.core, "BEGIN")
        begin = False
    statement = BoundStatement(text, parameters, begin)
    if kind.returns_rows and state.result_format != "text":
        outcome = yield from extended_query.execute(state.core, statement, state.result_formats)
    else:
        outcome = yield from extended_query.execute_as_text(state.core, statement)
    return [outcome]


def executemany(
    state: ConnectionState, sql: str, rows: Sequence[Arguments], style: str
) -> Operation[list[Outcome]]:
    """Run one statement for each of ``rows``, pipelined, all or nothing.

    Every row is encoded before anything is sent; an error there, as one of the server,
    carries the 0-based ``row``. No rows: nothing is sent.
    """
    escapes = state.backslash_escapes
    prepared = state.rewrites.rewrite(_checked(sql), style, escapes)
    encoded = [_encode(state, prepared, number, row) for number, row in enumerate(rows)]
    if not encoded:
        return [Outcome(command="")]
    begin = state.needs_begin(state.rewrites.classify(prepared.text, escapes))
    if begin and not state.profile.pipelined_begin:
        yield from simple_query(state.core, "BEGIN")
        begin = False
    return [(yield from execute_batch(state.core, prepared.text, encoded, begin))]


def _checked(sql: object) -> str:
    """``sql`` as a plain str: a subclass might compare or hash as it likes."""
    if not isinstance(sql, str):
        raise InterfaceError(f"a statement is a str, not {type(sql).__name__}")
    return sql if type(sql) is str else str.__str__(sql)


def _encode(
    state: ConnectionState, prepared: PreparedText, number: int, row: Arguments
) -> list[Parameter]:
    try:
        return state.codecs.encode_all(prepared.arrange(row))
    except Error as error:
        error.row = number
        raise


def apply_settings(state: ConnectionState, settings: Mapping[str, str]) -> Operation[None]:
    """Set the session's parameters (``search_path``, ``query_group`` ...), values bound."""
    for name, value in settings.items():
        parameters = state.codecs.encode_all([name, value])
        statement = BoundStatement("SELECT set_config($1, $2, false)", parameters)
        yield from extended_query.execute_as_text(state.core, statement)
