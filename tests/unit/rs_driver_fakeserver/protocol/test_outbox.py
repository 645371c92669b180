from __future__ import annotations

import pytest

from rs_driver.wire.control import ReadyForQuery
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.protocol.outbox import THRESHOLD, Outbox

READY = ReadyForQuery("I")


@pytest.fixture
def log() -> MessageLog:
    return MessageLog()


def test_nothing_goes_out_before_flush(log: MessageLog) -> None:
    outbox = Outbox(log.connect())
    outbox.send(READY)
    assert outbox.take() == b""
    outbox.flush()
    assert outbox.take() == READY.encode()
    assert outbox.take() == b""
    assert log.backend() == [READY]


def test_a_drain_gets_it_at_once(log: MessageLog) -> None:
    drained: list[bytes] = []
    outbox = Outbox(log.connect(), drained.append)
    outbox.send(READY)
    outbox.flush()
    outbox.flush()
    assert drained == [READY.encode()]
    assert outbox.take() == b""


def test_a_long_result_does_not_wait(log: MessageLog) -> None:
    drained: list[bytes] = []
    outbox = Outbox(log.connect(), drained.append)
    row = b"D\0\0\0\6\0\0" * 10_000
    outbox.send_raw(row)
    assert len(row) > THRESHOLD
    assert drained == [row]
    outbox.send_raw(b"")
    assert len(log.entries) == 1


def test_turns_are_counted_once_a_flight(log: MessageLog) -> None:
    outbox = Outbox(log.connect())
    outbox.asked()
    outbox.asked()
    outbox.flush()
    assert log.turns == 0
    outbox.send(READY)
    outbox.flush()
    outbox.send(READY)
    outbox.flush()
    assert log.turns == 1
