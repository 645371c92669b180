"""Exceptions at random moments: the next answer is right, or the connection is broken.

``make soak`` throws twenty times as many.
"""

from __future__ import annotations

import asyncio
import os

import numpy as np  # noqa: F401  (an import that is interrupted leaves half a module behind)
import pytest

import rs_driver
from support.interrupts import CancelTrial, InterruptTrial
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

TIMES = int(os.environ.get("RS_DRIVER_TEST_SOAK", "1"))


@pytest.mark.parametrize(("sslmode", "interrupts"), [("verify-full", 500), ("disable", 200)])
def test_interrupts(postgres: PostgresServer, sslmode: str, interrupts: int) -> None:
    options = postgres.connect_kwargs(sslmode=sslmode)

    def connect() -> rs_driver.Connection:
        return rs_driver.connect(**options)

    trial = InterruptTrial(connect, seed=20260117)
    trial.run(interrupts * TIMES)
    print(dict(trial.outcomes))
    assert trial.struck == interrupts * TIMES
    assert min(trial.outcomes["right"], trial.outcomes["broken"]) > 0


@pytest.mark.parametrize(("sslmode", "cancels"), [("verify-full", 200), ("disable", 50)])
def test_cancelled_tasks(postgres: PostgresServer, sslmode: str, cancels: int) -> None:
    options = postgres.connect_kwargs(sslmode=sslmode)
    trial = CancelTrial(lambda: rs_driver.AsyncConnection.connect(**options), seed=20260118)
    asyncio.run(trial.run(cancels * TIMES))
    print(dict(trial.outcomes))
    assert trial.struck == cancels * TIMES
    assert trial.outcomes["right"] > 0
