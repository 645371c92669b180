from __future__ import annotations

from rs_driver_fakeserver.faults import HalfClose
from rs_driver_fakeserver.hosts import moves
from support.fault_lines import ANSWER, ROWS, logged_in


def test_nothing_more_is_said() -> None:
    line = logged_in(HalfClose("DataRow"))
    assert line.out(ANSWER) == [moves.Send(ROWS), moves.HalfClose()]
    line.frontend(ord("Q"))
    assert line.out(ANSWER) == []
