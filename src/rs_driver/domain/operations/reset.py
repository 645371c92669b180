"""A session as it was when it was opened, for whoever uses it next."""

from __future__ import annotations

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.leftovers import Leftovers
from rs_driver.domain.operations.execute import apply_settings
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.operations.transaction import rollback
from rs_driver.domain.tpc import State
from rs_driver.domain.wants import Operation


def reset(state: ConnectionState) -> Operation[bool]:
    """Roll back, and undo what the statements until now have set or made in the session. False
    where that is not possible: the session is to be closed then.

    One turn where a transaction is open, and two more where something was left: most often it
    costs nothing.
    """
    if state.two_phase.state is not State.NONE:
        return False
    yield from rollback(state)
    state.restore()
    if not state.leftovers:
        return True
    everything = bool(state.leftovers & Leftovers.OBJECTS)
    if everything and state.profile.kind != "postgres":
        return False
    yield from simple_query(state.core, "DISCARD ALL" if everything else "RESET ALL")
    state.statements.doubt()  # which are gone, or mean what the search path says now
    yield from apply_settings(state)
    state.leftovers = Leftovers.NONE
    return True
