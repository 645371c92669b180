"""What a test asks of DuckDB's version: for Python 3.10 there is none from 2 on."""

from __future__ import annotations

import importlib.metadata
from contextlib import suppress

import pytest


def _major() -> int:
    with suppress(importlib.metadata.PackageNotFoundError):
        return int(importlib.metadata.version("duckdb").partition(".")[0])
    return 0


DUCKDB = _major()
"""0: it is not installed."""
duckdb_2 = pytest.mark.skipif(DUCKDB < 2, reason="DuckDB 2 is where it came")
