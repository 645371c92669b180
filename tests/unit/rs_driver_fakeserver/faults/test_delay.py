from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Delay, byte, inside, message
from rs_driver_fakeserver.hosts.moves import Send, Wait
from support.fault_lines import DONE, LOGIN, READY, ROW_1, ROW_2, ROWS, answer, line


def test_at_a_place() -> None:
    rest = ROW_2 + DONE + READY
    assert answer(Delay(2, "DataRow")) == [Send(ROWS), Wait(2), Send(ROW_1 + rest)]
    assert answer(Delay(2, inside("DataRow", offset=1))) == [
        Send(ROWS + ROW_1[:1]),
        Wait(2),
        Send(ROW_1[1:] + rest),
    ]


def test_before_the_first_message_if_not_told() -> None:
    made = line(Delay(2))
    made.frontend(None)
    made.frontend(None)
    assert made.out(b"N" + LOGIN) == [Send(b"N"), Wait(2), Send(LOGIN)]


def test_per_message() -> None:
    assert line(Delay(0.5, message(), times=None)).out(ROW_1 + ROW_2) == [
        Wait(0.5),
        Send(ROW_1),
        Wait(0.5),
        Send(ROW_2),
    ]


def test_per_byte() -> None:
    moves = line(Delay(0.5, byte(1), times=None)).out(ROW_1)
    assert moves[::2] == [Send(ROW_1[at : at + 1]) for at in range(len(ROW_1))]
    assert moves[1::2] == [Wait(0.5)] * len(ROW_1)


def test_seconds_are_checked() -> None:
    with pytest.raises(ValueError, match="seconds are above 0"):
        Delay(0)
