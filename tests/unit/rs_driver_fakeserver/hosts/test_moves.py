from __future__ import annotations

from typing import get_args

from rs_driver_fakeserver.hosts.moves import Close, HalfClose, Move, Reset, Send, Stall, Wait


def test_moves_are_values() -> None:
    moves = [Send(b"a"), Wait(1.0), Close(), Reset(), HalfClose(), Stall()]
    assert moves == [Send(b"a"), Wait(1.0), Close(), Reset(), HalfClose(), Stall()]
    assert {type(move) for move in moves} == set(get_args(Move))
