"""State machines of ``rs_driver_fakeserver.strategies`` with the driver as their client."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

import rs_driver
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.strategies.model.client import ModelledClient

SHORT = settings(
    max_examples=30,
    stateful_step_count=15,
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class Driven(ModelledClient):
    """rs_driver, in memory; to be put in front of the rules."""

    def connect(self, server: FakeServer) -> Any:
        return rs_driver.connect(transport=server.memory(), user="alice", database="dev")

    def transaction_status(self) -> str | None:
        return str(self.connection.state.core.transaction_status)


def passes(model: type[RuleBasedStateMachine]) -> None:
    """Run it: short histories, always the same."""
    run_state_machine_as_test(model, settings=SHORT)


def complaint(model: type[RuleBasedStateMachine]) -> str:
    """What it has to say of a client that is not right: its own error, or the client's."""
    with pytest.raises(Exception) as caught:
        run_state_machine_as_test(model, settings=settings(SHORT, max_examples=500))
    return str(caught.value)
