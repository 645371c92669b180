from __future__ import annotations

from collections.abc import Callable

import pytest

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.transaction import commit, rollback
from rs_driver.domain.tpc import Action, Xid
from rs_driver.domain.wants import Operation
from rs_driver.errors import IntegrityError, InternalError, OperationalError, ProgrammingError
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.answers import IDLE
from support.dialogue import Dialogue, failure
from support.states import connection_state

End = Callable[[ConnectionState], Operation[None]]
both = pytest.mark.parametrize("end", [commit, rollback])


def talk(status: str = "I") -> tuple[Dialogue, ConnectionState]:
    dialogue = Dialogue()
    dialogue.core.transaction_status = status
    return dialogue, connection_state(dialogue.core)


@both
def test_nothing_is_sent_where_nothing_is_open(end: End) -> None:
    dialogue, state = talk()
    dialogue.run(end(state))
    assert dialogue.sent == b""
    assert state.statements.epoch == 0


@pytest.mark.parametrize(("end", "word"), [(commit, "COMMIT"), (rollback, "ROLLBACK")])
def test_a_transaction_is_ended(end: End, word: str) -> None:
    dialogue, state = talk("T")
    dialogue.say(CommandComplete(word), IDLE).run(end(state))
    assert dialogue.messages() == [Query(word)]
    assert dialogue.core.transaction_status == "I"


@pytest.mark.parametrize(("status", "tag"), [("T", "ROLLBACK"), ("E", "ROLLBACK"), ("E", "COMMIT")])
def test_commit_of_a_failed_transaction_is_an_error(status: str, tag: str) -> None:
    dialogue, state = talk(status)
    dialogue.say(CommandComplete(tag), IDLE)
    with pytest.raises(InternalError, match="rolled it back"):
        dialogue.run(commit(state))
    assert dialogue.messages() == [Query("COMMIT")]
    assert (dialogue.core.busy, dialogue.core.transaction_status) == (None, "I")
    assert state.statements.epoch == 1


def test_rollback_of_a_failed_transaction_is_none() -> None:
    dialogue, state = talk("E")
    dialogue.say(CommandComplete("ROLLBACK"), IDLE).run(rollback(state))
    assert dialogue.core.transaction_status == "I"


def test_a_commit_that_the_server_refuses_undoes_ddl_too() -> None:
    dialogue, state = talk("T")
    dialogue.say(failure("23503", "deferred"), IDLE)
    with pytest.raises(IntegrityError):
        dialogue.run(commit(state))
    assert dialogue.core.busy is None
    assert state.statements.epoch == 1


def test_only_what_undoes_something_begins_an_epoch() -> None:
    dialogue, state = talk("T")
    dialogue.say(CommandComplete("COMMIT"), IDLE).run(commit(state))
    assert state.statements.epoch == 0
    dialogue.core.transaction_status = "T"
    dialogue.say(CommandComplete("ROLLBACK"), IDLE).run(rollback(state))
    assert state.statements.epoch == 1
    assert dialogue.messages() == [Query("COMMIT"), Query("ROLLBACK")]


def test_a_rollback_that_is_interrupted_has_begun_an_epoch() -> None:
    _, state = talk("T")
    operation = rollback(state)
    next(operation)
    operation.close()
    assert state.statements.epoch == 1


@both
def test_the_end_of_a_broken_connections_transaction_is_not_pretended(end: End) -> None:
    dialogue, state = talk()
    dialogue.core.fail(OperationalError("gone"))
    with pytest.raises(OperationalError, match="gone"):
        dialogue.run(end(state))


@both
def test_an_interrupted_operation_is_noticed(end: End) -> None:
    dialogue, state = talk()
    dialogue.core.begin("a query", Query("select 1"))
    with pytest.raises(OperationalError, match="interrupted"):
        dialogue.run(end(state))
    assert dialogue.core.broken is not None


@pytest.mark.parametrize(("end", "name"), [(commit, "commit"), (rollback, "rollback")])
@pytest.mark.parametrize("status", ["T", "I"])
def test_a_transaction_in_two_phases_is_not_ended_so(end: End, name: str, status: str) -> None:
    dialogue, state = talk(status)
    state.two_phase.advance(Action.BEGIN, Xid(None, "x", None))
    with pytest.raises(ProgrammingError, match=rf"^{name}\(\) is not possible"):
        dialogue.run(end(state))
    assert dialogue.sent == b""
    assert state.statements.epoch == 0
