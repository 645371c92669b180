from __future__ import annotations

from rs_driver.domain.operations.terminate import terminate
from rs_driver.domain.phases import Phase
from rs_driver.domain.wants import Want
from rs_driver.errors import OperationalError
from rs_driver.wire.query import Query, Terminate
from support.dialogue import Dialogue


def test_an_idle_connection_says_goodbye() -> None:
    dialogue = Dialogue()
    dialogue.run(terminate(dialogue.core))
    assert dialogue.messages() == [Terminate()]
    assert dialogue.wants == [Want.FLUSH]
    assert dialogue.core.phase is Phase.CLOSED


def test_nothing_is_said_in_the_middle_of_something_else() -> None:
    dialogue = Dialogue()
    dialogue.core.begin("a query", Query("select 1"))
    dialogue.run(terminate(dialogue.core))
    assert dialogue.messages() == [Query("select 1")]


def test_nothing_is_said_to_a_server_that_is_gone() -> None:
    dialogue = Dialogue()
    dialogue.core.fail(OperationalError("gone"))
    dialogue.run(terminate(dialogue.core))
    assert dialogue.sent == b""
    assert dialogue.wants == []
