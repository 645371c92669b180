from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Delay, Duplicate
from rs_driver_fakeserver.hosts.moves import Send, Wait
from support.fault_lines import ANSWER, DONE, LOGIN, READY, ROW_1, ROW_2, ROWS, answer, line, sent


def test_once_more() -> None:
    assert sent(answer(Duplicate("CommandComplete"))) == ANSWER.replace(DONE, DONE * 2)


def test_several_copies() -> None:
    assert sent(answer(Duplicate("DataRow", 3))) == ANSWER.replace(ROW_1, ROW_1 * 4)


def test_a_pause_is_not_copied() -> None:
    assert answer(Delay(1, "DataRow"), Duplicate("DataRow")) == [
        Send(ROWS),
        Wait(1),
        Send(ROW_1 * 2 + ROW_2 + DONE + READY),
    ]


def test_the_answer_before_tls_is_not_copied() -> None:
    made = line(Duplicate("SSLResponse"))
    made.frontend(None)
    made.frontend(None)
    assert sent(made.out(b"N" + LOGIN)) == b"N" + LOGIN[:9] + LOGIN


def test_checks() -> None:
    with pytest.raises(ValueError, match="copies is at least 1"):
        Duplicate("DataRow", 0)
