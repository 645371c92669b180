from __future__ import annotations

import gc
from typing import Any

import pytest

from rs_driver.domain.pool import PoolLimits, Slot, Slots, Waiter
from rs_driver.errors import InterfaceError, OperationalError
from support.transports import ManualClock


class Thing:
    """What a pool keeps."""

    def __init__(self, expires_at: float | None = None) -> None:
        self.expires_at = expires_at


class Stage:
    """A pool's slots under a clock that stands still, and what was woken."""

    def __init__(self, **limits: Any) -> None:
        self.clock = ManualClock()
        self.slots: Slots[Thing] = Slots(PoolLimits(**limits), self.clock)
        self.woken: list[Waiter[Thing]] = []

    def borrow(self, thing: Thing | None = None) -> Thing:
        """What a shell does where nobody has to wait."""
        slot = self.slots.take()
        assert slot is not None
        if slot.connection is None:
            self.slots.opened(slot, thing or Thing())
        return self.lend(slot)

    def lend(self, slot: Slot[Thing] | None) -> Thing:
        assert slot is not None
        assert slot.connection is not None
        lent = slot.connection
        self.slots.lend(slot, lent)
        return lent

    def give_back(self, thing: Thing, *, fit: bool = True) -> bool:
        return self.slots.settle(self.slots.recall(thing), fit=fit)

    def wait(self) -> Waiter[Thing]:
        waiter: Waiter[Thing] = Waiter(lambda: self.woken.append(waiter))
        self.slots.wait(waiter)
        return waiter


def test_the_newest_is_lent_first() -> None:
    stage = Stage()
    first, second = stage.borrow(), stage.borrow()
    assert stage.give_back(first)
    assert stage.give_back(second)
    assert stage.borrow() is second
    assert stage.borrow() is first


def test_there_are_not_more_than_max_size() -> None:
    stage = Stage(max_size=2)
    slot, other = stage.slots.take(), stage.slots.take()
    assert slot is not None
    assert other is not None
    assert stage.slots.take() is None
    assert not stage.slots.settle(slot, fit=False)  # it could not be opened
    assert stage.slots.take() is not None
    assert stage.slots.stats().failed == 1


def test_who_waits_longest_is_next() -> None:
    stage = Stage(max_size=1)
    slot = stage.borrow()
    first, second = stage.wait(), stage.wait()
    stage.clock.now += 2
    assert stage.give_back(slot)
    assert stage.woken == [first]
    assert stage.lend(stage.slots.leave(first)) is slot
    assert stage.slots.take() is None  # nobody overtakes the second
    assert stage.give_back(slot)
    assert stage.woken == [first, second]
    assert stage.lend(stage.slots.leave(second)) is slot
    assert stage.slots.stats().wait_seconds == 4.0
    assert stage.slots.stats().waited == 2


def test_a_place_that_comes_free_is_for_who_waits() -> None:
    stage = Stage(max_size=1)
    thing = stage.borrow()
    first, second = stage.wait(), stage.wait()
    assert not stage.give_back(thing, fit=False)
    free = stage.slots.leave(first)
    assert free is not None
    assert free.connection is None
    assert not stage.slots.settle(free, fit=False)  # nor could it be opened
    assert stage.woken == [first, second]


def test_who_leaves_the_queue_gets_nothing() -> None:
    stage = Stage(max_size=1)
    slot = stage.borrow()
    waiter = stage.wait()
    assert stage.slots.leave(waiter) is None
    assert stage.give_back(slot)
    assert stage.woken == []
    assert stage.borrow() is slot


def test_the_queue_has_an_end() -> None:
    stage = Stage(max_size=1, max_waiting=1)
    lent = stage.borrow()
    stage.wait()
    with pytest.raises(OperationalError, match=r"1 are waiting .* 1 of 1 are lent") as caught:
        stage.wait()
    assert caught.value.retry_safe
    assert "within 3 seconds" in str(stage.slots.timed_out(3))
    assert stage.slots.stats().timeouts == 2
    assert stage.give_back(lent)


def test_what_was_given_back_is_not_ours_twice() -> None:
    stage = Stage()
    slot = stage.borrow()
    stage.give_back(slot)
    with pytest.raises(InterfaceError, match="not one that this pool has lent"):
        stage.give_back(slot)
    with pytest.raises(InterfaceError):
        stage.slots.recall(Thing())


def test_a_lifetime_ends_when_nobody_has_it() -> None:
    stage = Stage(max_lifetime=100)
    lent, idle = stage.borrow(), stage.borrow()
    stage.give_back(idle)
    stage.clock.now += 99
    assert stage.slots.due() == []
    stage.clock.now += 1
    assert stage.slots.due() == [idle]
    assert not stage.give_back(lent)
    assert stage.slots.size == 0
    stats = stage.slots.stats()
    assert (stats.closed, stats.lost) == (2, 0)


def test_credentials_end_a_lifetime() -> None:
    stage = Stage(max_lifetime=None)
    stage.give_back(stage.borrow(Thing(expires_at=stage.clock.time() + 50)))
    stage.clock.now += 49
    assert stage.slots.due() == []
    stage.clock.now += 1
    assert len(stage.slots.due()) == 1


def test_the_idle_are_closed_but_for_min_size() -> None:
    stage = Stage(min_size=1, max_idle=10)
    slots = [stage.borrow() for _ in range(3)]
    for slot in slots:
        stage.clock.now += 1
        stage.give_back(slot)
    stage.clock.now += 9
    assert stage.slots.due() == slots[:2]
    stage.clock.now += 9
    assert stage.slots.due() == []
    assert stage.slots.size == 1


def test_min_size_is_opened_at_once() -> None:
    stage = Stage(min_size=2)
    for _ in range(2):
        slot = stage.slots.room()
        assert slot is not None
        stage.slots.opened(slot, Thing())
        stage.slots.settle(slot, fit=True)
    assert stage.slots.room() is None
    assert stage.slots.stats().idle == 2


def test_who_was_idle_for_long_is_asked() -> None:
    stage = Stage(check_after=5)
    stage.give_back(stage.borrow())
    slot = stage.slots.take()
    assert slot is not None
    assert not stage.slots.is_due_for_a_check(slot)
    stage.clock.now += 5
    assert stage.slots.is_due_for_a_check(slot)
    assert not Stage(check_after=None).slots.is_due_for_a_check(slot)
    stage.slots.dead(slot)
    assert slot.connection is None
    assert stage.slots.stats().lost == 1


def test_the_end() -> None:
    stage = Stage(max_size=2)
    lent, idle = stage.borrow(), stage.borrow()
    waiter = stage.wait()
    stage.give_back(idle)
    slot = stage.slots.leave(waiter)
    assert slot is not None
    stage.slots.settle(slot, fit=True)
    assert stage.slots.close() == [idle]
    assert stage.slots.out == 1
    assert not stage.give_back(lent)
    for refused in (stage.slots.take, stage.slots.room):
        with pytest.raises(InterfaceError, match="pool is closed"):
            refused()


def test_who_waits_is_told_of_the_end() -> None:
    stage = Stage(max_size=1)
    stage.borrow()
    waiter = stage.wait()
    stage.slots.close()
    assert stage.woken == [waiter]
    assert stage.slots.leave(waiter) is None
    assert "closed" in str(waiter.error)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"min_size": 3, "max_size": 2}, "min_size <= max_size"),
        ({"max_size": 0}, "max_size above 0"),
        ({"max_size": None}, "max_size: expects a number, not NoneType"),
        ({"max_size": 2.5}, "max_size: expects a number, not float"),
        ({"max_idle": -1}, "max_idle: must be 0 or more"),
        ({"max_idle": float("nan")}, "max_idle: must be 0 or more"),
        ({"acquire_timeout": "5"}, "acquire_timeout: expects a number, not str"),
        ({"max_waiting": True}, "max_waiting: expects a number, not bool"),
    ],
)
def test_limits_that_make_no_sense(limits: Any, message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        PoolLimits(**limits)


def test_what_is_forgotten_is_no_place_taken() -> None:
    stage = Stage(max_size=2)
    lent = stage.borrow()
    slot = stage.slots.take()
    assert slot is not None
    assert stage.slots.take() is None
    del lent, slot
    gc.collect()
    assert stage.slots.size == 0
    assert stage.slots.take() is not None
