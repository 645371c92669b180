from __future__ import annotations

import pytest

from rs_driver.wire.control import ErrorResponse
from rs_driver_fakeserver.faults import Delay, Fatal
from rs_driver_fakeserver.hosts.moves import Close, Send, Wait
from support.fault_lines import LOGIN, ROWS, answer, line

SAID = ErrorResponse(
    {
        "S": "FATAL",
        "C": "57P01",
        "M": "terminating connection due to administrator command",
    }
).encode()


def test_at_once() -> None:
    made = line(Fatal())
    made.frontend(None)
    made.frontend(None)
    assert made.out(b"N") == [Send(b"N")]
    assert made.out(LOGIN) == [Send(SAID), Close()]


def test_at_a_place() -> None:
    assert answer(Fatal("DataRow")) == [Send(ROWS + SAID), Close()]


def test_after_a_delay_at_the_same_place() -> None:
    moves = answer(Delay(1, "DataRow"), Fatal("DataRow"))
    assert moves == [Send(ROWS), Wait(1), Send(SAID), Close()]


def test_other_words() -> None:
    said = ErrorResponse({"S": "FATAL", "C": "57P03", "M": "starting up"}).encode()
    assert line(Fatal(sqlstate="57P03", message="starting up")).out(LOGIN) == [
        Send(said),
        Close(),
    ]
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        Fatal(sqlstate="57")
