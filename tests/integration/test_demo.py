"""The demo, as users run it: a process of its own, here on the embedded engine and on
PostgreSQL in the place of a cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from support.postgres import PostgresServer

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"
EXPECTED = [
    "flights     4334 rows",
    "planes      1468 rows",
    "airline                   flights   miles  minutes_late",
    "ExpressJet Airlines Inc.      612  309195         24.67",
    "calm        2872         10.78",
    "pyformat  origin = %(origin)s and dest <> %(dest)s    (2586,)",
    "lat       Decimal   Decimal('42.36434700')",
    "wind_gust NoneType  None",
    "time_hour datetime  datetime.datetime(2013, 1, 1, 10, 0, tzinfo=datetime.timezone.utc)",
    "exact     Decimal   (Decimal('3703703670370368.0000000003'),)",
    "before:   1210 flights from LGA",
    "          1210 deleted",
    "          3 added",
    "within:   3 flights from LGA",
    "after:    1210 flights from LGA",
]


def demo(*arguments: str, **environment: str) -> list[str]:
    """The lines that the demo prints, with every warning an error."""
    # The demo must not meet a DSN or a PGHOST of whoever runs the tests.
    inherited = {
        key: found
        for key, found in os.environ.items()
        if not key.startswith("PG") and key != "RS_DRIVER_DEMO_DSN"
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", str(DEMO), *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environment},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def errors(lines: list[str]) -> list[list[str]]:
    """Class and SQLSTATE of each error shown."""
    section = lines[lines.index("Errors have a class and a SQLSTATE") + 2 :]
    return [line[30:].split()[:2] for line in section[:3]]


def check(lines: list[str]) -> None:
    assert [line for line in EXPECTED if line not in lines] == []
    assert errors(lines) == [
        ["ProgrammingError", "42703"],
        ["ProgrammingError", "42P01"],
        ["DataError", "22P02"],
    ]
    assert "--dsn redshift://" in lines[-1]


@pytest.mark.engine
def test_on_the_embedded_engine() -> None:
    pytest.importorskip("duckdb")
    check(demo())


@pytest.mark.postgres
def test_on_a_server_by_dsn(postgres: PostgresServer) -> None:
    kwargs = {key: str(found) for key, found in postgres.connect_kwargs().items()}
    user, password, host, port, database = (
        quote(kwargs.pop(key), safe="") for key in ("user", "password", "host", "port", "database")
    )
    dsn = f"postgresql://{user}:{password}@{host}:{port}/{database}?{urlencode(kwargs)}"
    check(demo(RS_DRIVER_DEMO_DSN=dsn))
