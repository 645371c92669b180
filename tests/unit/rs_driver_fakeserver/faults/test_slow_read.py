from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import SlowRead, phase
from rs_driver_fakeserver.faults.unit import Reading
from rs_driver_fakeserver.hosts.moves import Send
from support.fault_lines import ANSWER, LOGIN, line


def test_from_the_first_word_on() -> None:
    made = line(SlowRead(bytes=7, seconds=0.5))
    assert made.reading == Reading()
    assert made.out(LOGIN) == [Send(LOGIN)]
    assert made.reading == Reading(max_bytes=7, wait=0.5)
    made.out(ANSWER)
    assert made.reading == Reading(max_bytes=7, wait=0.5)


def test_from_a_place_on_and_the_latest_counts() -> None:
    made = line(SlowRead(bytes=7), SlowRead(bytes=9, seconds=0, at=phase("rows")))
    made.out(LOGIN)
    assert made.reading == Reading(7, 0.01)
    made.out(ANSWER)
    assert made.reading == Reading(9, 0)


def test_checks() -> None:
    with pytest.raises(ValueError, match="bytes is at least 1"):
        SlowRead(bytes=0)
    with pytest.raises(ValueError, match="seconds are from 0 on"):
        SlowRead(seconds=-1)
