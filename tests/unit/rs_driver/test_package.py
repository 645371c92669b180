"""The public names of the package; PEP 249's globals."""

from __future__ import annotations

import importlib.metadata
import inspect
import re

import pytest

import rs_driver
from rs_driver import constructors, errors
from support.sources import SRC

PUBLIC = set(
    "BINARY DATETIME NUMBER ROWID STRING AsyncConnection AsyncCursor AsyncPool Binary Connection "
    "Cursor "
    "DataError DatabaseError Date DateFromTicks Error IntegrityError InterfaceError InternalError "
    "Interval IntervalDayToSecond IntervalYearToMonth Json "
    "NotSupportedError OperationalError Pool ProgrammingError QueryCanceled RemoteProtocolError "
    "Retry Time TimeFromTicks Timestamp TimestampFromTicks TlsError Warning __version__ apilevel "
    "connect "
    "paramstyle threadsafety".split()
)
"""Frozen: what is added here is a promise, what is taken away breaks somebody's program."""

PEP249 = set(
    "apilevel threadsafety paramstyle connect Warning Error InterfaceError DatabaseError DataError "
    "OperationalError IntegrityError InternalError ProgrammingError NotSupportedError Date Time "
    "Timestamp DateFromTicks TimeFromTicks TimestampFromTicks Binary STRING BINARY NUMBER DATETIME "
    "ROWID".split()
)


def test_public_names() -> None:
    assert set(rs_driver.__all__) == PUBLIC
    assert len(rs_driver.__all__) == len(PUBLIC)
    assert dir(rs_driver) == sorted(PUBLIC)


def test_every_public_name_is_there() -> None:
    for name in rs_driver.__all__:
        assert getattr(rs_driver, name) is not None


def test_pep_249_is_covered() -> None:
    assert PEP249 <= PUBLIC


def test_a_name_that_is_not_public() -> None:
    for name in ("nonsense", "_wiring_", "TypeObject", "LocalProtocolError"):
        with pytest.raises(AttributeError, match=name):
            getattr(rs_driver, name)


def test_globals() -> None:
    assert rs_driver.apilevel == "2.0"
    assert rs_driver.threadsafety == 2
    assert rs_driver.paramstyle == "format"


def test_names_come_from_their_modules() -> None:
    assert rs_driver.Error is errors.Error
    assert rs_driver.STRING is constructors.STRING
    assert rs_driver.Connection.__module__ == "rs_driver.dbapi"
    assert rs_driver.AsyncConnection.__module__ == "rs_driver.asyncapi"


def test_the_order_of_connects_parameters() -> None:
    names = list(inspect.signature(rs_driver.connect).parameters)
    assert names == ["user", "database", "password", "port", "host", "options"]


def test_version() -> None:
    """One number, in one place: the build reads ``_version.py``."""
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z]+\d+)?", rs_driver.__version__)
    pyproject = (SRC.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in pyproject
    assert 'path = "src/rs_driver/_version.py"' in pyproject
    assert importlib.metadata.version("rs_driver") == rs_driver.__version__
