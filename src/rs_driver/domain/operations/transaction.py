"""COMMIT and ROLLBACK of the connection's transaction."""

from __future__ import annotations

from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Operation
from rs_driver.errors import InternalError


def commit(core: ClientProtocol) -> Operation[None]:
    """End the transaction; nothing where none is open.

    A server rolls a failed transaction back instead, and calls that a success. It is an
    InternalError here: what the user meant to keep is lost.
    """
    if core.transaction_status == "I" and core.busy is None and core.broken is None:
        return
    failed = core.transaction_status == "E"
    outcomes = yield from simple_query(core, "COMMIT")
    if failed or outcomes[-1].command == "ROLLBACK":
        raise InternalError(
            "the transaction had failed: the server rolled it back instead of committing it; "
            "after an error that you handle, call rollback()"
        )


def rollback(core: ClientProtocol) -> Operation[None]:
    """Undo the transaction; nothing where none is open."""
    if core.transaction_status == "I" and core.busy is None and core.broken is None:
        return
    yield from simple_query(core, "ROLLBACK")
