"""Exceptions at random moments: the next answer is right, or the connection is broken."""

from __future__ import annotations

import numpy as np  # noqa: F401  (an import that is interrupted leaves half a module behind)
import pytest

import rs_driver
from support.interrupts import InterruptTrial
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

INTERRUPTS = 1000


@pytest.mark.parametrize("sslmode", ["disable", "verify-full"])
def test_a_thousand_interrupts(postgres: PostgresServer, sslmode: str) -> None:
    options = postgres.connect_kwargs(sslmode=sslmode)

    def connect() -> rs_driver.Connection:
        return rs_driver.connect(**options)

    trial = InterruptTrial(connect, seed=20260117)
    trial.run(INTERRUPTS)
    assert trial.outcomes["right"] + trial.outcomes["broken"] == INTERRUPTS
    assert min(trial.outcomes["right"], trial.outcomes["broken"]) > 0
