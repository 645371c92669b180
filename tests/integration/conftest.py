"""The fixtures that need a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

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
