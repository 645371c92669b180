from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import Fault
from rs_driver_fakeserver.faults.registry import FAULTS, Outcome
from rs_driver_fakeserver.strategies.fault_schedules import STRATEGIES, fault_schedules
from support.minimal import minimal, some


def test_every_class_of_fault_has_a_strategy() -> None:
    assert {kind.__name__ for kind in STRATEGIES} == set(FAULTS)


@pytest.mark.parametrize("kind", STRATEGIES)
@given(data=st.data())
def test_a_server_takes_it(kind: type[Fault], data: st.DataObject) -> None:
    fault = data.draw(STRATEGIES[kind]())
    assert type(fault) is kind
    FakeServer(faults=[fault])


@pytest.mark.parametrize("outcome", get_args(Outcome))
@given(data=st.data())
def test_outcomes(outcome: Outcome, data: st.DataObject) -> None:
    for fault in data.draw(fault_schedules(outcomes=[outcome])):
        assert FAULTS[type(fault).__name__].outcome == outcome


@pytest.mark.parametrize("kind", STRATEGIES)
def test_there_is_every_kind(kind: type[Fault]) -> None:
    assert some(fault_schedules(), lambda found: any(type(one) is kind for one in found))


def test_sizes() -> None:
    assert minimal(fault_schedules()) == []
    assert len(minimal(fault_schedules(min_size=2))) == 2


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="outcomes= takes some of"):
        fault_schedules(outcomes=["bad"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="empty"):
        fault_schedules(outcomes=[])
    with pytest.raises(TypeError, match=r"such as \['same'\]"):
        fault_schedules(outcomes="same")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="faults"):
        fault_schedules(min_size=2, max_size=1)
