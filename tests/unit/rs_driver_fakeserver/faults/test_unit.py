from __future__ import annotations

from dataclasses import replace

from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.faults.unit import Cut, Unit, silenced, woven
from rs_driver_fakeserver.hosts.moves import Close, Reset, Wait

UNIT = Unit(b"abcd", DataRow, turn=True)
EXTRA = Unit(b"xy")


def test_nothing() -> None:
    assert woven(UNIT, []) == [UNIT]


def test_bytes_in_the_middle_become_part_of_it() -> None:
    assert woven(UNIT, [(1, [EXTRA]), (3, [EXTRA])]) == [Unit(b"axybcxyd", DataRow, turn=True)]


def test_bytes_at_its_borders_do_not() -> None:
    assert woven(UNIT, [(0, [EXTRA])]) == [EXTRA, UNIT]
    assert woven(UNIT, [(4, [EXTRA])]) == [UNIT, Unit(b"xy", turn=True)]


def test_marks() -> None:
    made = woven(UNIT, [(0, [Wait(1)]), (2, [Cut()]), (4, [Wait(2)])])
    assert made == [Unit(b"abcd", DataRow, True, ((0, Wait(1)), (2, Cut()), (4, Wait(2))))]


def test_marks_move_with_the_bytes_and_stand_before_new_ones() -> None:
    marked = Unit(b"abcd", DataRow, marks=((2, Wait(1)), (3, Wait(2))))
    made = woven(marked, [(2, [EXTRA])])
    assert made == [Unit(b"abxycd", DataRow, marks=((2, Wait(1)), (5, Wait(2))))]


def test_a_pause_before_the_unit_stands_before_new_bytes_there() -> None:
    marked = Unit(b"abcd", DataRow, marks=((0, Wait(1)),))
    assert woven(marked, [(0, [EXTRA])]) == [
        Unit(b"xy", marks=((0, Wait(1)),)),
        Unit(b"abcd", DataRow),
    ]


def test_an_end_is_the_last_thing() -> None:
    made = woven(UNIT, [(2, [EXTRA, Close()]), (3, [EXTRA])])
    assert made == [Unit(b"abxy", DataRow, True, ((4, Close()),))]
    (ended,) = woven(Unit(b"ab", DataRow), [(1, [Close()])])
    assert ended.turn


def test_an_end_behind_new_bytes() -> None:
    assert woven(UNIT, [(4, [EXTRA, Close()])]) == [
        UNIT,
        Unit(b"xy", turn=True, marks=((2, Close()),)),
    ]
    assert woven(UNIT, [(0, [EXTRA, Close()])]) == [
        EXTRA,
        Unit(b"", None, True, ((0, Close()),)),
    ]


def test_nothing_comes_after_an_end_that_was_there() -> None:
    ended = Unit(b"ab", DataRow, marks=((2, Reset()),))
    assert woven(ended, [(2, [EXTRA])]) == [replace(ended, turn=True)]


def test_a_silenced_unit_is_its_marks() -> None:
    assert silenced(UNIT) == []
    marked = Unit(b"ab", DataRow, True, ((1, Wait(1)), (2, Reset())))
    assert silenced(marked) == [Unit(b"", None, True, ((0, Wait(1)), (0, Reset())))]
