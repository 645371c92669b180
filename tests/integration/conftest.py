"""What integration tests share: a real PostgreSQL, and both drivers behind one face."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from support import blocking
from support.postgres import VARIABLE, PostgresServer, postgres_server
from support.postgres_binaries import NotAvailableError


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL with TLS and SCRAM, started for this test session.

    Without one the tests are skipped, but in CI and where one was asked for by name
    they fail: a suite that quietly tests nothing is worse than a red one.
    """
    try:
        with postgres_server() as server:
            yield server
    except NotAvailableError as error:
        if os.environ.get("CI") or os.environ.get(VARIABLE):
            pytest.fail(f"no PostgreSQL to test against: {error}")
        pytest.skip(f"no PostgreSQL to test against: {error}")


@pytest.fixture(params=["sync", "async"])
def shell(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """``connect``, of one driver or the other."""
    if request.param == "sync":
        yield rs_driver.connect
        return
    loop = asyncio.new_event_loop()
    yield lambda **options: blocking.connect(loop, **options)
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
