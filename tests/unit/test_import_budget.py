"""`import rs_driver` is cheap: what somebody does not use is not loaded."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = set(
    "boto3 botocore requests urllib3 lxml numpy pandas pyarrow polars duckdb asyncio scramp "
    "sqlalchemy opentelemetry rs_driver_fakeserver pytest certifi".split()
)

# The standard library below a driver that is in use; nothing else comes with the import.
FLOOR = (
    "__future__ collections.abc contextlib dataclasses datetime decimal enum functools hashlib "
    "itertools logging os platform re secrets select socket ssl struct threading time types typing "
    "urllib.parse uuid warnings weakref"
)


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after ``statement`` and had not before."""
    program = f"import json, sys\nbefore = set(sys.modules)\n{statement}\n"
    program += "print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def test_import_loads_nothing_heavy() -> None:
    assert tops(loaded_by("import rs_driver")) & HEAVY == set()


def test_the_synchronous_driver_loads_nothing_heavy_either() -> None:
    loaded = loaded_by("import rs_driver; rs_driver.Connection, rs_driver.Cursor, rs_driver.Date")
    assert "rs_driver.shells.sync" in loaded
    assert tops(loaded) & HEAVY == set()


def test_import_stays_on_the_floor_of_the_standard_library() -> None:
    floor = loaded_by("import " + ", ".join(FLOOR.split()))
    loaded = loaded_by("import rs_driver")
    ours = {name for name in loaded if name.partition(".")[0] == "rs_driver"}
    assert loaded - ours - floor == set()
    assert len(ours) <= 5


def test_the_synchronous_driver_adds_little_to_the_floor() -> None:
    floor = loaded_by("import " + ", ".join(FLOOR.split()))
    loaded = loaded_by("import rs_driver; rs_driver.Connection")
    foreign = {name for name in loaded if name.partition(".")[0] != "rs_driver"} - floor
    assert len(foreign) <= 12, sorted(foreign)


def test_the_asynchronous_driver_loads_asyncio() -> None:
    """The measure measures: what is used is loaded."""
    assert "asyncio" in loaded_by("import rs_driver; rs_driver.AsyncConnection")
