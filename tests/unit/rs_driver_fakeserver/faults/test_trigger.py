from __future__ import annotations

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.trigger import Trigger


def trigger(times: int | None, probability: float = 1.0) -> tuple[Trigger, list[int]]:
    notes: list[int] = []
    return Trigger(times, probability, Chance("x"), lambda: notes.append(1)), notes


def test_times() -> None:
    one, notes = trigger(2)
    assert [one.fires(), one.spent] == [True, False]
    assert [one.fires(), one.spent, one.fires()] == [True, True, False]
    assert len(notes) == 2


def test_without_end_but_not_told_without_end() -> None:
    one, notes = trigger(None)
    assert all(one.fires() for _ in range(100))
    assert not one.spent
    assert len(notes) == 3


def test_probability_does_not_count_what_does_not_happen() -> None:
    one, notes = trigger(3, 0.5)
    fired = [one.fires() for _ in range(100)]
    assert sum(fired) == len(notes) == 3
    assert not all(fired[:3])
