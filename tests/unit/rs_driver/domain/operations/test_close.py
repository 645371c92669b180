from __future__ import annotations

import pytest

from rs_driver.domain.operations.close import close
from rs_driver.errors import OperationalError, ProgrammingError
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Close, Sync
from rs_driver.wire.results import CloseComplete
from support.dialogue import Dialogue, failure

READY = ReadyForQuery("I")


@pytest.mark.parametrize("kind", [b"S", b"P"])
def test_all_names_go_in_one_flight(kind: bytes) -> None:
    dialogue = Dialogue().say(CloseComplete(), CloseComplete(), READY)
    dialogue.run(close(dialogue.core, kind, "a", "b"))
    assert dialogue.messages() == [Close(kind, "a"), Close(kind, "b"), Sync()]
    assert dialogue.core.busy is None


def test_an_error_is_raised_once_the_connection_is_in_step_again() -> None:
    dialogue = Dialogue().say(CloseComplete(), failure()).say(ReadyForQuery("E"))
    with pytest.raises(ProgrammingError, match="no such thing"):
        dialogue.run(close(dialogue.core, b"S", "a", "b"))
    assert (dialogue.core.busy, dialogue.core.broken) == (None, None)
    assert dialogue.core.transaction_status == "E"


def test_a_server_that_hangs_up() -> None:
    dialogue = Dialogue().say(CloseComplete()).hang_up()
    with pytest.raises(OperationalError, match="closed the connection during a close"):
        dialogue.run(close(dialogue.core, b"S", "a", "b"))
