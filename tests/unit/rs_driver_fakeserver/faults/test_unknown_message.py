from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Delay, UnknownMessage, message
from rs_driver_fakeserver.hosts.moves import Wait
from support.fault_lines import ANSWER, ROW_1, answer, sent


def test_it_is_inserted() -> None:
    assert sent(answer(UnknownMessage("DataRow"))) == ANSWER.replace(ROW_1, b"y\0\0\0\4" + ROW_1)
    made = sent(answer(UnknownMessage("DataRow", tag=b"@", body=b"abc")))
    assert made == ANSWER.replace(ROW_1, b"@\0\0\0\7abc" + ROW_1)


def test_it_is_a_message() -> None:
    pauses = answer(Delay(1, message(6), times=None)).count(Wait(1))
    with_it = answer(UnknownMessage("DataRow"), Delay(1, message(6), times=None))
    assert with_it.count(Wait(1)) == pauses + 1


def test_checks() -> None:
    with pytest.raises(ValueError, match="b'D' is known: it is DataRow"):
        UnknownMessage("DataRow", tag=b"D")
    with pytest.raises(ValueError, match="one byte"):
        UnknownMessage("DataRow", tag=b"yy")
    with pytest.raises(TypeError, match="body is bytes, not str"):
        UnknownMessage("DataRow", body="x")  # type: ignore[arg-type]  # what is tested
