"""What holds for the whole suite."""

from __future__ import annotations

import os
import secrets

import pytest
from hypothesis import HealthCheck, settings

# Deadlines are wall time, which says more about the machine than about the code.
settings.register_profile(
    "standard",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("standard"), max_examples=1000)
settings.load_profile("standard")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose Hypothesis' seed here, so that the header can print it."""
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = str(secrets.randbits(64))


def pytest_report_header(config: pytest.Config) -> str:
    """The seed that repeats this run, and the PostgreSQL that was asked for."""
    wish = os.environ.get("RS_DRIVER_TEST_POSTGRES", "the first that is here")
    return f"repeat with: --hypothesis-seed={config.option.hypothesis_seed}; PostgreSQL: {wish}"
