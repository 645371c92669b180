from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Drop, after, inside, phase
from rs_driver_fakeserver.hosts.moves import Close, Send
from support.fault_lines import LOGIN, READY, ROW_1, ROWS, STREAM, answer, conversation, line


@pytest.mark.parametrize("offset", range(len(STREAM) + 1))
def test_at_every_byte(offset: int) -> None:
    moves = conversation(line(Drop(offset)))
    assert moves == [*([Send(STREAM[:offset])] if offset else []), Close()]


def test_within_a_message() -> None:
    assert answer(Drop(inside("DataRow", offset=3))) == [Send(ROWS + ROW_1[:3]), Close()]


def test_as_soon_as_the_message_is_out() -> None:
    made = line(Drop(phase("ready")))
    made.frontend(None)
    assert made.out(LOGIN) == [Send(LOGIN), Close()]
    made = line(Drop(after("ReadyForQuery", nth=2)))
    assert made.out(LOGIN + READY + ROWS) == [Send(LOGIN + READY), Close()]
