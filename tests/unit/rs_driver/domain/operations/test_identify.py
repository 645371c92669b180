from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.domain.operations.identify import identify
from rs_driver.errors import OperationalError
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, DataRow
from support.answers import IDLE
from support.dialogue import Dialogue, described, failure
from support.states import POSTGRES, connection_state


def test_who_has_said_so_is_not_asked() -> None:
    dialogue = Dialogue()
    dialogue.core.session.process_id = 7
    dialogue.run(identify(connection_state(dialogue.core)))
    assert dialogue.sent == b""


def test_nor_is_postgres() -> None:
    dialogue = Dialogue()
    state = connection_state(dialogue.core)
    state.learn(POSTGRES)
    dialogue.run(identify(state))
    assert dialogue.sent == b""


def test_the_others_are() -> None:
    dialogue = Dialogue()
    dialogue.say(described(oids.INT4), DataRow((b"4711",)), CommandComplete("SELECT"), IDLE)
    dialogue.run(identify(connection_state(dialogue.core)))
    assert dialogue.messages() == [Query("SELECT pg_backend_pid()")]
    assert dialogue.core.session.process_id == 4711
    assert not dialogue.core.session.has_cancel_key


@pytest.mark.parametrize("answer", [failure("42883"), CommandComplete("SELECT")])
def test_one_that_does_not_know_has_none(answer: object) -> None:
    dialogue = Dialogue()
    dialogue.say(answer, IDLE)  # type: ignore[arg-type]
    dialogue.run(identify(connection_state(dialogue.core)))
    assert dialogue.core.session.process_id == 0


def test_one_that_is_gone_is_an_error() -> None:
    dialogue = Dialogue()
    dialogue.say(failure("57P01", severity="FATAL"))
    with pytest.raises(OperationalError):
        dialogue.run(identify(connection_state(dialogue.core)))
