from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Delay, Garbage, Split
from rs_driver_fakeserver.hosts.moves import Move, Send, Wait
from support.fault_lines import ANSWER, LOGIN, ROW_1, ROWS, line, sent


def pieces(moves: list[Move]) -> list[int]:
    return [len(move.data) for move in moves if isinstance(move, Send)]


def test_every_byte_by_default() -> None:
    moves = line(Split()).out(ROW_1)
    assert moves == [Send(ROW_1[at : at + 1]) for at in range(len(ROW_1))]
    assert Split() == Split(every=1)


def test_every_few_bytes_counted_from_the_beginning() -> None:
    made = line(Split(every=7))
    first = made.out(ANSWER[:20])
    rest = made.out(ANSWER[20:])
    borders = [len(sent([*first, *rest][:at])) for at in range(1, len(first) + len(rest))]
    assert sent([*first, *rest]) == ANSWER
    last = len(ROWS)  # the first message that is whole after 20 bytes is not; it comes later
    assert {border % 7 for border in borders if border != last} <= {0}
    assert max(pieces([*first, *rest])) == 7


def test_at_offsets() -> None:
    made = line(Split(at=[3, 0, 9, 3, len(LOGIN), len(LOGIN) + 1, 10_000]))
    assert pieces(made.out(LOGIN)) == [3, 6, len(LOGIN) - 9]
    assert pieces(made.out(ANSWER)) == [1, len(ANSWER) - 1]


def test_with_pauses() -> None:
    assert line(Split(at=[3], pause=0.5)).out(ROW_1) == [
        Send(ROW_1[:3]),
        Wait(0.5),
        Send(ROW_1[3:]),
    ]


def test_times() -> None:
    assert pieces(line(Split(2, times=3)).out(ROW_1)) == [2, 2, 2, len(ROW_1) - 6]


def test_after_garbage_it_splits_that_too_before_it_it_does_not() -> None:
    garbage = Garbage("DataRow", b"x" * 10)
    assert max(pieces(line(garbage, Split(3)).out(ROW_1))) == 3
    assert pieces(line(Split(3), garbage).out(ROW_1))[0] == 13


def test_pauses_that_were_there_stay() -> None:
    moves = line(Delay(1, 4), Split(3)).out(ROW_1)
    assert moves[:4] == [Send(ROW_1[:3]), Send(ROW_1[3:4]), Wait(1), Send(ROW_1[4:6])]


def test_checks() -> None:
    with pytest.raises(ValueError, match="every= or at=, not both"):
        Split(every=1, at=[2])
    with pytest.raises(ValueError, match="every is at least 1"):
        Split(every=0)
    with pytest.raises(ValueError, match="an offset is at least 0"):
        Split(at=[-1])
    with pytest.raises(TypeError, match=r"at= takes offsets, such as \[7, 9\], not int"):
        Split(at=7)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(ValueError, match="from 0 on"):
        Split(pause=-1)
