from __future__ import annotations

import threading

import pytest

from rs_driver_fakeserver.faults import Drop, Fault, FaultPlan, Garbage, Stall
from rs_driver_fakeserver.faults.plan import FaultPlan as SameFaultPlan
from rs_driver_fakeserver.hosts import moves
from support.fault_lines import ROW_1, sent


def said(plan: FaultPlan, number: int = 1) -> list[moves.Move]:
    """What a new connection makes of a row."""
    return plan.line(number, list[str]().append).out(ROW_1)


WHOLE = [moves.Send(ROW_1)]
DROP, STALL = Drop(0), Stall(0)


def test_no_faults() -> None:
    assert said(FaultPlan()) == WHOLE
    assert list(FaultPlan()) == []
    assert SameFaultPlan is FaultPlan


def test_from_the_beginning_added_and_removed() -> None:
    plan = FaultPlan(0, [DROP])
    assert said(plan) == [moves.Close()]
    plan.remove(DROP)
    plan.add(STALL)
    assert list(plan) == [STALL]
    assert said(plan) == [moves.Stall()]
    plan.clear()
    assert len(plan) == 0
    assert said(plan) == WHOLE


def test_removing_what_is_not_there() -> None:
    plan = FaultPlan(0, [DROP])
    plan.remove(STALL)
    assert list(plan) == [DROP]


def test_of_equal_ones_the_latest_goes() -> None:
    plan = FaultPlan(0, [DROP, STALL, DROP])
    plan.remove(Drop(0))
    assert list(plan) == [DROP, STALL]


def test_a_scope_ends_and_takes_its_own_ones_away() -> None:
    plan = FaultPlan(0, [DROP])
    with plan.scope([DROP, STALL]):
        assert list(plan) == [DROP, DROP, STALL]
        plan.remove(DROP)
    assert list(plan) == [DROP]
    plan.clear()
    plan.scope([STALL])  # without a block: from now on
    assert said(plan) == [moves.Stall()]
    with pytest.raises(TypeError, match="str is not a fault"):
        plan.scope([DROP, "Drop"])  # type: ignore[list-item]  # what is tested
    assert list(plan) == [STALL]


def test_strikes_are_counted() -> None:
    plan = FaultPlan(0)
    never = plan.scope([Stall(0, connections=9)])
    with plan.scope([Drop(0, connections=range(2, 9))]) as drops:
        for number in range(1, 4):
            said(plan, number)
    assert (drops.strikes, never.strikes) == (2, 0)
    again = plan.scope([Garbage("DataRow", b"x", times=7), Garbage("DataRow", b"y")])
    plan.line(1, list[str]().append).out(ROW_1 * 20)
    assert again.strikes == 7 + 1


def test_connections_count_from_when_the_fault_was_added() -> None:
    plan = FaultPlan(0)
    said(plan, 1)
    plan.add(Drop(0, connections=2))
    assert [said(plan, number) == WHOLE for number in (2, 3, 4)] == [True, False, True]


def test_times_count_on_each_connection() -> None:
    plan = FaultPlan(0, [DROP])
    assert said(plan) == said(plan) == [moves.Close()]


def test_a_connection_keeps_the_faults_that_it_began_with() -> None:
    plan = FaultPlan(0, [DROP])
    line = plan.line(1, list[str]().append)
    plan.clear()
    assert line.out(ROW_1) == [moves.Close()]


def test_seeds() -> None:
    def garbage(plan: FaultPlan) -> list[bytes]:
        return [sent(said(plan)) for _ in range(3)]

    fault = Garbage(0, 8)
    plan = FaultPlan("a", [fault])
    first = garbage(plan)
    assert len(set(first)) == 3
    assert first == garbage(FaultPlan("a", [fault])) != garbage(FaultPlan("b", [fault]))
    plan.clear()
    plan.add(fault)
    assert garbage(plan) == first


def test_the_report() -> None:
    notes: list[str] = []
    FaultPlan(0, [DROP]).line(7, notes.append).out(ROW_1)
    assert notes == ["fault: Drop(byte(0))"]


def test_mistakes() -> None:
    with pytest.raises(TypeError, match=r"write Drop\(\.\.\.\)"):
        FaultPlan(0, [Drop])  # type: ignore[list-item]  # what is tested
    with pytest.raises(TypeError, match=r"takes a list, such as \[Drop\(\.\.\.\)\]"):
        FaultPlan(0, DROP)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(TypeError, match="str is not a fault"):
        FaultPlan().add("Drop")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(TypeError, match="seed= takes an int or a str, not float"):
        FaultPlan(0.5)  # type: ignore[arg-type]  # what is tested


def test_several_threads() -> None:
    plan = FaultPlan(0)
    faults: list[Fault] = [Drop(number) for number in range(50)]

    def change() -> None:
        for fault in faults:
            plan.add(fault)
            plan.line(1, list[str]().append)
            plan.remove(fault)

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(plan) == 0
