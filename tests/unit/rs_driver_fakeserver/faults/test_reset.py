from __future__ import annotations

from rs_driver_fakeserver.faults import Reset, inside
from rs_driver_fakeserver.hosts import moves
from support.fault_lines import ROW_1, ROWS, answer


def test_it_breaks_off() -> None:
    assert answer(Reset("RowDescription")) == [moves.Reset()]
    assert answer(Reset(inside("DataRow", offset=-1))) == [
        moves.Send(ROWS + ROW_1[:-1]),
        moves.Reset(),
    ]
