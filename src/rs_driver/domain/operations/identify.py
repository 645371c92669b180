"""Which of the server's processes serves a session, where the server has not said so."""

from __future__ import annotations

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.wants import Operation
from rs_driver.errors import DatabaseError


def identify(state: ConnectionState) -> Operation[None]:
    """Ask Redshift for the process, if BackendKeyData did not come: without it nobody could
    cancel what runs here. One that does not know either has none. PostgreSQL always says so."""
    session = state.core.session
    if session.process_id or state.profile.kind != "redshift":
        return
    try:
        (outcome,) = yield from simple_query(state.core, "SELECT pg_backend_pid()")
    except DatabaseError:
        if state.core.broken is not None:
            raise
        return
    if outcome.fields is not None:
        decoder = state.compile(outcome.fields, state.codecs)
        for batch in outcome.batches:
            for (number,) in decoder.tuples(batch):
                session.process_id = int(number)
