from __future__ import annotations

import pytest

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.leftovers import Leftovers
from rs_driver.domain.operations.reset import reset
from rs_driver.domain.tpc import State
from rs_driver.errors import OperationalError
from rs_driver.ports.profile import ServerProfile
from rs_driver.rows import dict_row
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.answers import IDLE
from support.dialogue import Dialogue, failure
from support.states import connection_state


def talk(status: str = "I", **profile: object) -> tuple[Dialogue, ConnectionState]:
    dialogue = Dialogue()
    state = connection_state(dialogue.core)
    state.learn(ServerProfile(**profile))  # type: ignore[arg-type]  # one field at a time
    state.opened(autocommit=True)
    dialogue.core.transaction_status = status
    return dialogue, state


def test_mostly_nothing_is_sent() -> None:
    dialogue, state = talk()
    assert dialogue.run(reset(state)) is True
    assert dialogue.sent == b""


def test_what_is_open_is_rolled_back() -> None:
    dialogue, state = talk("T")
    dialogue.say(CommandComplete("ROLLBACK"), IDLE)
    assert dialogue.run(reset(state)) is True
    assert dialogue.messages() == [Query("ROLLBACK")]


def test_habits_are_restored() -> None:
    dialogue, state = talk()
    state.autocommit, state.row_factory, state.statement_timeout = False, dict_row, 1.5
    dialogue.run(reset(state))
    habits = [state.autocommit, state.row_factory, state.statement_timeout]
    assert habits == [True, None, None]


def test_settings_are_reset_and_the_users_own_set_again() -> None:
    dialogue, state = talk()
    state.session_settings = {}
    state.leftovers = Leftovers.SETTINGS
    epoch = state.statements.epoch
    dialogue.say(CommandComplete("RESET"), IDLE)
    assert dialogue.run(reset(state)) is True
    assert dialogue.messages() == [Query("RESET ALL")]
    assert state.leftovers is Leftovers.NONE
    assert state.statements.epoch > epoch


def test_a_reset_that_fails_leaves_it_to_be_done() -> None:
    dialogue, state = talk()
    state.leftovers = Leftovers.SETTINGS
    dialogue.say(failure("53000"), IDLE)
    with pytest.raises(OperationalError):
        dialogue.run(reset(state))
    assert state.leftovers is Leftovers.SETTINGS


def test_postgres_discards_everything() -> None:
    dialogue, state = talk(kind="postgres")
    state.leftovers = Leftovers.OBJECTS | Leftovers.SETTINGS
    dialogue.say(CommandComplete("DISCARD ALL"), IDLE)
    assert dialogue.run(reset(state)) is True
    assert dialogue.messages() == [Query("DISCARD ALL")]


def test_redshift_keeps_its_temporary_tables() -> None:
    dialogue, state = talk()
    state.leftovers = Leftovers.OBJECTS
    assert dialogue.run(reset(state)) is False
    assert dialogue.sent == b""


def test_two_phases_are_not_ended_by_it() -> None:
    dialogue, state = talk("T")
    state.two_phase.state = State.BEGUN
    assert dialogue.run(reset(state)) is False
    assert dialogue.sent == b""
