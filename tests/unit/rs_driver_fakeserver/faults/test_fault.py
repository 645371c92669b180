from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from rs_driver_fakeserver.faults import Drop, Duplicate, Fault, Flip, Inject, Stall, byte
from rs_driver_fakeserver.faults.fault import MessageFault, Targets
from rs_driver_fakeserver.faults.place import At, after, before
from rs_driver_fakeserver.faults.unit import Unit
from rs_driver_fakeserver.hosts.moves import Close, Send
from support.fault_lines import ANSWER, DONE, READY, ROW_1, ROW_2, ROWS, answer, line, logged_in


def test_the_arguments_that_all_have() -> None:
    fault = Drop("DataRow")
    assert (fault.times, fault.connections, fault.probability) == (1, None, 1.0)
    with pytest.raises(ValueError, match="times is at least 1"):
        Drop("DataRow", times=0)
    with pytest.raises(ValueError, match="probability is above 0"):
        Drop("DataRow", probability=0)
    with pytest.raises(TypeError, match="connections= takes"):
        Drop("DataRow", connections="1")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(ValueError, match="near it: DataRow"):
        Drop("DataRov")


def test_connections() -> None:
    def hit(fault: Drop) -> list[int]:
        return [number for number in range(1, 6) if fault.hits(number)]

    assert hit(Drop(0)) == [1, 2, 3, 4, 5]
    assert hit(Drop(0, connections=2)) == [2]
    assert hit(Drop(0, connections=[1, 4])) == [1, 4]
    assert hit(Drop(0, connections=range(3, 99))) == [3, 4, 5]


def test_they_are_values() -> None:
    assert Drop("DataRow") == Drop(before("DataRow"))
    faults: list[Fault] = [Drop("DataRow"), Stall("DataRow")]
    assert faults[0] != faults[1]
    assert len({Drop(7), Drop(byte(7)), Drop(8)}) == 2


def test_they_look_as_they_are_written() -> None:
    assert repr(Drop("DataRow")) == "Drop(before('DataRow'))"
    assert repr(Drop(7, times=None, connections=[1])) == (
        "Drop(byte(7), times=None, connections=(1,))"
    )
    assert repr(Flip(7, mask=1)) == "Flip(byte(7), mask=1)"
    assert repr(Inject(b"x", "DataRow")) == "Inject((b'x',), at=before('DataRow'))"


def test_a_point_fault_happens_at_its_place() -> None:
    assert answer(Drop("DataRow")) == [Send(ROWS), Close()]
    assert answer(Drop(after("DataRow"))) == [Send(ROWS + ROW_1), Close()]
    assert answer(Drop(before("DataRow", nth=2))) == [Send(ROWS + ROW_1), Close()]


def test_nothing_comes_after_an_end() -> None:
    made = logged_in(Drop("DataRow"))
    made.out(ANSWER)
    assert made.out(ANSWER) == []


def test_times_and_probability() -> None:
    copies = b"".join([ROWS, ROW_1, ROW_1, ROW_2, ROW_2, DONE, READY])
    assert answer(Duplicate("DataRow", times=None)) == [Send(copies)]
    assert answer(Duplicate("DataRow", times=2)) == [Send(copies)]
    assert answer(Duplicate("DataRow")) == [Send(ANSWER.replace(ROW_1, ROW_1 * 2))]
    assert answer(Duplicate("DataRow", times=None, probability=1e-9)) == [Send(ANSWER)]


def test_the_same_seed_gives_the_same_faults() -> None:
    def hits(seed: str) -> list[int]:
        made = logged_in(Duplicate("DataRow", times=None, probability=0.5), seed=seed)
        return [len(made.out(ROW_1)[0].data) for _ in range(30)]  # type: ignore[union-attr]  # Sends

    assert hits("a") == hits("a") != hits("b")
    assert set(hits("a")) == {len(ROW_1), 2 * len(ROW_1)}


@dataclass(frozen=True, repr=False)
class Gone(MessageFault):
    """Somebody's own: a message is left out, but for one kind."""

    at: At

    def changed(self, unit: Unit) -> list[Unit] | None:
        return None if unit.data == ROW_1 else []


def test_a_fault_of_ones_own() -> None:
    assert answer(Gone("RowDescription")) == [Send(ROW_1 + ROW_2 + DONE + READY)]


@dataclass(frozen=True, repr=False)
class Ended(MessageFault):
    """Somebody's own: a message, and the end."""

    at: At

    def changed(self, unit: Unit) -> list[Unit]:
        return [replace(unit, marks=((len(unit.data), Close()),))]


def test_nothing_comes_after_an_end_of_ones_own() -> None:
    made = logged_in(Ended("RowDescription"))
    assert made.out(ANSWER) == [Send(ROWS), Close()]
    assert made.out(ANSWER) == []


def test_an_end_happens_once() -> None:
    notes: list[str] = []
    line(Drop(0, times=None), notes=notes).out(ANSWER)
    assert notes == ["fault: Drop(byte(0), times=None)"]


def test_a_message_fault_goes_on_to_the_next_where_it_cannot_be() -> None:
    assert answer(Gone("DataRow")) == [Send(ROWS + ROW_1 + DONE + READY)]
    assert answer(Gone(after("RowDescription"))) == [Send(ROWS + ROW_1 + DONE + READY)]


def test_targets_are_bytes_of_a_unit() -> None:
    targets = Targets(after("DataRow"))
    row = Unit(ROW_1, kind=None)
    assert targets.offsets(row) == []
    every = Targets(byte(0))
    assert every.offsets(Unit(b"ab")) == [0, 1]
    assert every.offsets(Unit(b"cd")) == [0, 1]
    late = Targets(byte(2))
    assert late.offsets(Unit(b"ab")) == []
    assert late.offsets(Unit(b"cd")) == [0, 1]
    late.put_off()
    assert late.offsets(Unit(b"")) == []
