"""A DuckDB engine for the tests of this directory, and a session on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine, DuckDbSession


@pytest.fixture
def engine() -> Iterator[DuckDbEngine]:
    pytest.importorskip("duckdb")
    engine = DuckDbEngine()
    yield engine
    engine.close()


@pytest.fixture
def session(engine: DuckDbEngine) -> Iterator[DuckDbSession]:
    session = engine.open_session("alice", "dev")
    yield session
    session.close()
