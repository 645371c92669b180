from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.rules.quota import Quota, times


def test_how_often() -> None:
    assert Quota().times(2) == Quota(2, 2)
    assert Quota().times(2).at_least(3) == Quota(3, None)
    assert Quota().times(2).optional() == Quota(0, 2)
    assert Quota().times(2).any_times() == Quota(0, None)


def test_a_stock_limits_it() -> None:
    stocked = Quota().stocked(3)
    assert stocked == Quota(0, 3, 3)
    assert stocked.times(2) == Quota(2, 2, 3)
    assert stocked.at_least(2) == Quota(2, 3, 3)
    assert stocked.times(2).any_times() == Quota(0, 3, 3)
    for ask in (stocked.times, stocked.at_least):
        with pytest.raises(ValueError, match="the rule has 3 answers"):
            ask(4)


def test_what_was_to_come_once_comes_for_each_of_a_stock() -> None:
    assert Quota().times(1).stocked(3) == Quota(3, 3, 3)
    assert Quota().times(1).optional().stocked(3) == Quota(0, 3, 3)
    assert Quota().at_least(5).stocked(3) == Quota(3, 3, 3)


@pytest.mark.parametrize("count", [0, -1])
def test_too_rarely(count: int) -> None:
    with pytest.raises(ValueError, match=r"a rule comes once or more often.*optional\(\)"):
        Quota().times(count)


@pytest.mark.parametrize("count", [True, 1.0, "1", None])
def test_what_is_no_number(count: Any) -> None:
    with pytest.raises(TypeError, match=r"times\(\) takes a number of times, not"):
        Quota().times(count)


def test_in_words() -> None:
    assert [times(n) for n in range(4)] == ["not at all", "once", "twice", "3 times"]
    assert str(Quota(2, 2)) == "twice"
    assert str(Quota(1, None)) == "at least once"
    assert str(Quota(0, 1)) == "any number of times"
