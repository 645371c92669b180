from __future__ import annotations

from collections.abc import Callable

import pytest

from rs_driver.domain.operations.transaction import commit, rollback
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Operation
from rs_driver.errors import IntegrityError, InternalError, OperationalError
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.dialogue import Dialogue, failure

READY = ReadyForQuery("I")
End = Callable[[ClientProtocol], Operation[None]]
both = pytest.mark.parametrize("end", [commit, rollback])


def inside(status: str = "T") -> Dialogue:
    dialogue = Dialogue()
    dialogue.core.transaction_status = status
    return dialogue


@both
def test_nothing_is_sent_where_nothing_is_open(end: End) -> None:
    dialogue = Dialogue()
    dialogue.run(end(dialogue.core))
    assert dialogue.sent == b""


@pytest.mark.parametrize(("end", "word"), [(commit, "COMMIT"), (rollback, "ROLLBACK")])
def test_a_transaction_is_ended(end: End, word: str) -> None:
    dialogue = inside().say(CommandComplete(word), READY)
    dialogue.run(end(dialogue.core))
    assert dialogue.messages() == [Query(word)]
    assert dialogue.core.transaction_status == "I"


@pytest.mark.parametrize(("status", "tag"), [("T", "ROLLBACK"), ("E", "ROLLBACK"), ("E", "COMMIT")])
def test_commit_of_a_failed_transaction_is_an_error(status: str, tag: str) -> None:
    dialogue = inside(status).say(CommandComplete(tag), READY)
    with pytest.raises(InternalError, match="rolled it back"):
        dialogue.run(commit(dialogue.core))
    assert dialogue.messages() == [Query("COMMIT")]
    assert (dialogue.core.busy, dialogue.core.transaction_status) == (None, "I")


def test_rollback_of_a_failed_transaction_is_none() -> None:
    dialogue = inside("E").say(CommandComplete("ROLLBACK"), READY)
    dialogue.run(rollback(dialogue.core))
    assert dialogue.core.transaction_status == "I"


def test_a_commit_that_the_server_refuses() -> None:
    dialogue = inside().say(failure("23503", "deferred"), READY)
    with pytest.raises(IntegrityError):
        dialogue.run(commit(dialogue.core))
    assert dialogue.core.busy is None


@both
def test_the_end_of_a_broken_connections_transaction_is_not_pretended(end: End) -> None:
    dialogue = Dialogue()
    dialogue.core.fail(OperationalError("gone"))
    with pytest.raises(OperationalError, match="gone"):
        dialogue.run(end(dialogue.core))


@both
def test_an_interrupted_operation_is_noticed(end: End) -> None:
    dialogue = Dialogue()
    dialogue.core.begin("a query", Query("select 1"))
    with pytest.raises(OperationalError, match="interrupted"):
        dialogue.run(end(dialogue.core))
    assert dialogue.core.broken is not None
