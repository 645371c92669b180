"""PEP 249's two-phase commit, by PostgreSQL's PREPARE TRANSACTION.

``state.two_phase`` is kept true whatever happens on the way. A step whose outcome cannot
be known, as the connection was lost or the caller interrupted, is remembered such that
the right thing can still be done:

* PREPARED is set *before* the server is asked to prepare. It is taken back where the
  server says that it did not; what is in doubt must be ended as a prepared transaction.
* The end of a transaction that is not prepared is set before the server is told. What is
  left, should that fail, is an ordinary transaction, or none.
* The end of a prepared one is set once the server has confirmed it, so that it can be
  tried again; or has said that there is no such transaction.

Redshift has no PREPARE TRANSACTION: there, only ``begin`` and the single-phase ``commit``
and ``rollback`` work.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations import transaction
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.quoting import quote_literal
from rs_driver.domain.result import Outcome
from rs_driver.domain.tpc import Action, State, Xid, as_xid
from rs_driver.domain.wants import Operation
from rs_driver.errors import (
    DataError,
    Error,
    InternalError,
    NotSupportedError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.wire.framing import HEADER_SIZE
from rs_driver.wire.results import DataRow

_UNKNOWN = "42704"
"""SQLSTATE: there is no such prepared transaction."""

# The time as text that does not depend on the session's DateStyle and TimeZone.
_PREPARED = """
SELECT gid, to_char(prepared AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00',
       owner, database
FROM pg_catalog.pg_prepared_xacts
WHERE database = pg_catalog.current_database()
ORDER BY prepared, gid
"""


def begin(state: ConnectionState, xid: Xid | str) -> Operation[None]:
    """Begin a TPC transaction, at once, with autocommit or without.

    ProgrammingError inside of any transaction.
    """
    state.two_phase.check(Action.BEGIN)
    _check_outside(state, Action.BEGIN)
    named = as_xid(xid)
    quote_literal(named.gid)  # what cannot be sent later must not begin
    yield from simple_query(state.core, "BEGIN")
    state.two_phase.advance(Action.BEGIN, named)


def prepare(state: ConnectionState) -> Operation[None]:
    """The first phase: what was done will survive a crash, and waits to be committed.

    NotSupportedError where the server cannot do that; the transaction goes on then, and
    can be committed in a single phase. InternalError where it has failed. An error of the
    server's ends the transaction: nothing is prepared.
    """
    two_phase, core = state.two_phase, state.core
    two_phase.check(Action.PREPARE)
    if not state.profile.two_phase:
        raise NotSupportedError(
            "the server has no two-phase commit: end the transaction by tpc_commit() without "
            "tpc_prepare(), in a single phase, or by tpc_rollback()"
        )
    _check_alive(state)
    if core.transaction_status == "E":
        raise InternalError(
            "the transaction has failed and cannot be prepared: call tpc_rollback()"
        )
    if not (yield from _can_prepare(state)):
        raise NotSupportedError(
            "the server's max_prepared_transactions is 0: end the transaction by tpc_commit() "
            "without tpc_prepare(), in a single phase, or by tpc_rollback()"
        )
    two_phase.advance(Action.PREPARE)
    try:
        outcomes = yield from _tell(state, "PREPARE TRANSACTION", two_phase.gid)
    except Error:
        if core.broken is None:
            two_phase.advance(Action.ENDED if core.transaction_status == "I" else Action.REFUSED)
        raise
    if outcomes[-1].command == "ROLLBACK":
        two_phase.advance(Action.ENDED)
        raise InternalError("the server rolled the transaction back instead of preparing it")


def commit(state: ConnectionState, xid: Xid | str | None = None) -> Operation[None]:
    """Commit the TPC transaction: the second phase, or a single one if not prepared.

    With ``xid``: a transaction that somebody prepared, outside of any transaction.
    """
    if xid is not None:
        yield from _finish_known(state, "COMMIT PREPARED", Action.COMMIT_KNOWN, xid)
    elif state.two_phase.state is State.PREPARED:
        yield from _finish(state, "COMMIT PREPARED", Action.COMMIT)
    else:
        state.two_phase.check(Action.COMMIT)
        _check_alive(state)
        state.two_phase.advance(Action.COMMIT)
        yield from transaction.commit(state)


def rollback(state: ConnectionState, xid: Xid | str | None = None) -> Operation[None]:
    """Undo the TPC transaction, prepared or not.

    With ``xid``: a transaction that somebody prepared, outside of any transaction.
    """
    if xid is not None:
        yield from _finish_known(state, "ROLLBACK PREPARED", Action.ROLLBACK_KNOWN, xid)
    elif state.two_phase.state is State.PREPARED:
        yield from _finish(state, "ROLLBACK PREPARED", Action.ROLLBACK)
    else:
        state.two_phase.advance(Action.ROLLBACK)
        yield from transaction.rollback(state)


def recover(state: ConnectionState) -> Operation[list[Xid]]:
    """The prepared transactions of this database, whoever prepared them, oldest first.

    Redshift has none, and is not asked. No transaction is begun for the question.
    """
    state.two_phase.check(Action.RECOVER)
    if not state.profile.two_phase:
        return []
    outcomes = yield from simple_query(state.core, _PREPARED)
    return [_recovered(row) for row in _rows(state, outcomes[-1])]


def _check_outside(state: ConnectionState, action: Action) -> None:
    if state.in_transaction:
        raise ProgrammingError(
            f"{action.value} is not possible inside a transaction: commit or roll back first"
        )


def _check_alive(state: ConnectionState) -> None:
    """Notice that the server has ended the transaction by itself: it was not committed,
    as far as we know, and must not be said to be."""
    core = state.core
    if core.transaction_status == "I" and core.busy is None and core.broken is None:
        state.two_phase.advance(Action.ENDED)
        raise InternalError("the two-phase transaction was ended by something else")


def _finish(state: ConnectionState, command: str, action: Action) -> Operation[None]:
    """End our own prepared transaction."""
    try:
        yield from _tell(state, command, state.two_phase.gid)
    except Error as error:
        if error.sqlstate == _UNKNOWN:
            state.two_phase.advance(Action.ENDED)
        raise
    state.two_phase.advance(action)


def _finish_known(
    state: ConnectionState, command: str, action: Action, xid: Xid | str
) -> Operation[None]:
    """End a prepared transaction that may be anybody's."""
    state.two_phase.check(action)
    _check_outside(state, action)
    gid = as_xid(xid).gid
    if not state.profile.two_phase:
        raise NotSupportedError("the server has no two-phase commit: nothing can be prepared")
    yield from _tell(state, command, gid)


def _tell(state: ConnectionState, command: str, gid: str) -> Operation[list[Outcome]]:
    """Run a command that takes an identifier. It may change what DDL is in force."""
    sql = f"{command} {quote_literal(gid)}"
    state.statements.doubt()
    return (yield from simple_query(state.core, sql))


def _can_prepare(state: ConnectionState) -> Operation[bool]:
    """Whether the server has room for prepared transactions."""
    outcomes = yield from simple_query(state.core, "SHOW max_prepared_transactions")
    return list(_rows(state, outcomes[-1])) != [["0"]]


def _rows(state: ConnectionState, outcome: Outcome) -> Iterator[list[str | None]]:
    """The rows in text form, whatever codecs the user has registered."""
    for batch in outcome.batches:
        view = memoryview(batch.buffer)
        for start, stop in zip(batch.starts, [*batch.starts[1:], batch.stop], strict=True):
            try:
                row = DataRow.decode(view[start + HEADER_SIZE : stop])
            except RemoteProtocolError as error:
                raise state.core.fail(error) from None
            yield [
                None if value is None else value.decode(errors="replace") for value in row.values
            ]


def _recovered(row: list[Any]) -> Xid:
    try:
        gid, prepared, owner, database = row
        return Xid.parse(gid, datetime.fromisoformat(prepared), owner, database)
    except (TypeError, ValueError):
        raise DataError("the server's list of prepared transactions cannot be read") from None
