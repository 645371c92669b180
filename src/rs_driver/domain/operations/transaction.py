"""COMMIT and ROLLBACK of the connection's transaction."""

from __future__ import annotations

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.tpc import Action
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, InternalError


def commit(state: ConnectionState) -> Operation[None]:
    """End the transaction; nothing where none is open. ProgrammingError in one of two phases.

    A server rolls a failed transaction back instead, and calls that a success. It is an
    InternalError here: what the user meant to keep is lost.
    """
    state.two_phase.check(Action.PLAIN_COMMIT)
    if _nothing_open(core := state.core):
        return
    failed = core.transaction_status == "E"
    try:
        outcomes = yield from simple_query(core, "COMMIT")
    except Error:
        state.statements.doubt()  # what does not commit is undone, DDL too
        raise
    if failed or outcomes[-1].command == "ROLLBACK":
        state.statements.doubt()
        by = f" by: {state.failed_by}" if failed and state.failed_by else ""
        raise InternalError(
            f"the transaction had failed{by}; the server rolled it back instead of committing it; "
            "after an error that you handle, call rollback()"
        )
    state.statements.committed()


def rollback(state: ConnectionState) -> Operation[None]:
    """Undo the transaction; nothing where none is open. ProgrammingError in one of two phases."""
    state.two_phase.check(Action.PLAIN_ROLLBACK)
    if _nothing_open(state.core):
        return
    state.statements.doubt()  # what was described in the transaction may be gone with it
    yield from simple_query(state.core, "ROLLBACK")


def _nothing_open(core: ClientProtocol) -> bool:
    return core.transaction_status == "I" and core.busy is None and core.broken is None
