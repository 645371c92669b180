from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Delay, Garbage, Truncate, after, inside
from rs_driver_fakeserver.hosts.moves import Send, Wait
from support.fault_lines import (
    ANSWER,
    DONE,
    PARSED,
    READY,
    ROW_1,
    ROW_2,
    ROWS,
    answer,
    logged_in,
    sent,
)


def test_cut_short() -> None:
    assert sent(answer(Truncate("DataRow", 2))) == ANSWER.replace(ROW_1, ROW_1[:-2])


def test_with_its_length() -> None:
    shorter = b"D\0\0\0" + bytes([len(ROW_1) - 3]) + ROW_1[5:-2]
    assert sent(answer(Truncate("DataRow", 2, adjust=True))) == ANSWER.replace(ROW_1, shorter)


def test_its_header_stays() -> None:
    assert sent(answer(Truncate("DataRow", 99))) == ANSWER.replace(ROW_1, ROW_1[:5])
    whole = sent(answer(Truncate("DataRow", 99, adjust=True)))
    assert whole == ANSWER.replace(ROW_1, b"D\0\0\0\4")


def test_what_has_no_body_is_let_pass() -> None:
    made = logged_in(Truncate("ParseComplete"))
    assert sent(made.out(PARSED + ROW_1 + ROW_2)) == PARSED + ROW_1[:-1] + ROW_2


def test_the_message_that_is_longer_than_the_place() -> None:
    said = sent(answer(Truncate(inside("DataRow", offset=4))))
    assert said == ANSWER.replace(ROW_1, ROW_1[:-1])


def test_a_pause_in_what_is_cut_off_stays() -> None:
    pause = Delay(1, inside("DataRow", offset=-1))
    moves = answer(pause, Truncate("DataRow", 4))
    assert Wait(1) in moves
    assert sent(moves) == ANSWER.replace(ROW_1, ROW_1[:-4])
    behind = answer(pause, Truncate("DataRow", 4), Garbage(after("DataRow"), b"xx"))
    assert [move for move in behind if move != Wait(1)] == [
        Send(ROWS + ROW_1[:-4]),
        Send(b"xx" + ROW_2 + DONE + READY),
    ]


def test_checks() -> None:
    with pytest.raises(ValueError, match="cut is at least 1"):
        Truncate("DataRow", 0)
