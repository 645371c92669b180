from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import (
    Delay,
    Drop,
    Duplicate,
    Garbage,
    Inject,
    Split,
    byte,
    inside,
    message,
)
from rs_driver_fakeserver.faults.unit import Reading
from rs_driver_fakeserver.hosts.moves import Close, Send, Wait
from support.fault_lines import (
    ANSWER,
    LOGIN,
    READY,
    ROW_1,
    ROW_2,
    ROWS,
    STREAM,
    answer,
    conversation,
    line,
    sent,
)


@pytest.mark.parametrize("size", [1, 3, None])
def test_without_faults_it_passes_on_what_it_gets(size: int | None) -> None:
    assert conversation(line(), size) == [Send(STREAM)]
    made = line()
    assert made.out(ROW_1[:3]) == [Send(ROW_1[:3])]
    assert made.out(b"") == []
    assert made.reading == Reading()


def test_without_faults_the_bytes_are_not_even_looked_at() -> None:
    made = line()
    data = b"no messages at all"
    (move,) = made.out(data)
    assert isinstance(move, Send)
    assert move.data is data


def test_a_message_is_held_until_it_is_whole_while_a_fault_waits() -> None:
    made = line(Duplicate("DataRow"))
    assert made.out(ROWS + ROW_1[:3]) == [Send(ROWS)]
    assert made.out(ROW_1[3:] + ROW_2[:3]) == [Send(ROW_1 + ROW_1 + ROW_2[:3])]
    assert made.out(ROW_2[3:4]) == [Send(ROW_2[3:4])]


def test_the_order_of_faults_is_theirs() -> None:
    twice, garbage = Duplicate("DataRow"), Garbage("DataRow", b"xx", times=None)
    assert sent(line(twice, garbage).out(ROW_1)) == b"xx" + ROW_1 + b"xx" + ROW_1
    assert sent(line(garbage, twice).out(ROW_1)) == b"xx" + ROW_1 + ROW_1


def test_a_place_is_in_what_the_faults_before_have_left() -> None:
    garbage = Garbage(0, b"x" * 5)
    assert line(garbage, Drop(7)).out(ROW_1) == [Send(b"xxxxx" + ROW_1[:2]), Close()]
    assert line(Drop(7), garbage).out(ROW_1) == [Send(b"xxxxx" + ROW_1[:7]), Close()]


def test_damage_within_a_message_does_not_hide_it() -> None:
    damage = Garbage(inside("DataRow", offset=2), b"xx")
    assert (
        sent(line(damage, Duplicate("DataRow")).out(ROW_1)) == (ROW_1[:2] + b"xx" + ROW_1[2:]) * 2
    )


def test_three_at_once() -> None:
    moves = answer(Delay(1, "DataRow"), Split(at=[len(LOGIN) + 2]), Drop("CommandComplete"))
    assert moves == [
        Send(ROWS[:2]),
        Send(ROWS[2:]),
        Wait(1),
        Send(ROW_1 + ROW_2),
        Close(),
    ]


def test_what_happens_is_reported() -> None:
    notes: list[str] = []
    made = line(Duplicate("DataRow"), Drop(inside("ReadyForQuery", offset=2)), notes=notes)
    assert notes == []
    made.out(ANSWER)
    assert notes == [
        "fault: Duplicate(before('DataRow'))",
        "fault: Drop(inside('ReadyForQuery', offset=2))",
    ]


def test_each_fault_has_chance_of_its_own() -> None:
    def inserted(*faults: Garbage) -> bytes:
        return sent(line(*faults, seed=3).out(READY)).removesuffix(READY)

    first, second = Garbage(message(), 4), Garbage(byte(0), 4)
    both = inserted(first, second)
    assert both.endswith(inserted(first))
    assert both != inserted(first) * 2


def test_faults_that_do_not_happen_change_nothing() -> None:
    faults = [Drop("CopyDone"), Duplicate("CopyData"), Inject(b"x", "NoData"), Delay(1, 10**9)]
    assert conversation(line(*faults)) == [Send(STREAM)]
