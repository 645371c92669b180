from __future__ import annotations

from rs_driver.domain.operations.receiving import flush, receive
from rs_driver.domain.wants import Want
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Sync
from support.dialogue import Dialogue


def test_an_event_is_waited_for_byte_by_byte() -> None:
    dialogue = Dialogue()
    dialogue.core.begin("a sync", Sync())
    for byte in ReadyForQuery("I").encode():
        dialogue.say(bytes([byte]))
    assert dialogue.run(receive(dialogue.core)) == ReadyForQuery("I")
    assert dialogue.wants == [Want.READ] * 6


def test_an_event_that_is_there_is_not_waited_for() -> None:
    dialogue = Dialogue()
    dialogue.core.begin("syncs", Sync(), Sync())
    dialogue.say(ReadyForQuery("I"), ReadyForQuery("T"))
    assert dialogue.run(receive(dialogue.core)) == ReadyForQuery("I")
    assert dialogue.run(receive(dialogue.core)) == ReadyForQuery("T")
    assert dialogue.wants == [Want.READ]


def test_nothing_is_flushed_where_nothing_is_queued() -> None:
    dialogue = Dialogue()
    dialogue.run(flush(dialogue.core))
    assert dialogue.wants == []
    dialogue.core.begin("a sync", Sync())
    dialogue.run(flush(dialogue.core))
    assert dialogue.wants == [Want.FLUSH]
    assert dialogue.messages() == [Sync()]
