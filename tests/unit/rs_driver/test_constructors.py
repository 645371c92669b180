from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rs_driver import constructors, oids
from rs_driver.constructors import BINARY, DATETIME, NUMBER, ROWID, STRING, TypeObject
from rs_driver.errors import DataError

TYPES = (STRING, BINARY, NUMBER, DATETIME, ROWID)


@pytest.fixture(params=["UTC", "America/St_Johns"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The local time zone of the process."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's time zone cannot be set")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_constructors() -> None:
    assert constructors.Date(2024, 2, 29) == dt.date(2024, 2, 29)
    assert constructors.Time(1, 2, 3) == dt.time(1, 2, 3)
    assert constructors.Timestamp(2024, 2, 29, 1, 2, 3) == dt.datetime(2024, 2, 29, 1, 2, 3)
    assert constructors.Binary(b"\0x") == b"\0x"
    assert constructors.Binary(bytearray(b"x")) == b"x"


def test_ticks_are_local_time(zone: str) -> None:
    ticks = 1709262245.75
    local = dt.datetime(2024, 3, 1, 3, 4, 5)
    if zone != "UTC":
        local -= dt.timedelta(hours=3, minutes=30)
    assert constructors.TimestampFromTicks(ticks) == local
    assert constructors.DateFromTicks(ticks) == local.date()
    assert constructors.TimeFromTicks(ticks) == local.time()


@pytest.mark.parametrize("ticks", ["x", None, b"1", 1e30, -1e30, 1e15, float("nan"), float("inf")])
def test_ticks_that_are_no_time(ticks: Any) -> None:
    for make in (
        constructors.DateFromTicks,
        constructors.TimeFromTicks,
        constructors.TimestampFromTicks,
    ):
        with pytest.raises(DataError, match="ticks: "):
            make(ticks)


@pytest.mark.parametrize(
    ("oid", "kind"),
    [
        *((oid, STRING) for oid in (oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.SUPER)),
        *((oid, BINARY) for oid in (oids.BYTEA, oids.VARBYTE)),
        *((oid, NUMBER) for oid in (oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8)),
        (oids.NUMERIC, NUMBER),
        *((oid, DATETIME) for oid in (oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ)),
        (oids.OID, ROWID),
    ],
)
def test_type_objects(oid: int, kind: TypeObject) -> None:
    assert [other for other in TYPES if oid == other] == [kind]
    assert [other for other in TYPES if other == oid] == [kind]
    assert oid != next(other for other in TYPES if other is not kind)


def test_no_code_is_of_two_kinds() -> None:
    codes = [code for kind in TYPES for code in kind.codes]
    assert len(codes) == len(set(codes))


def test_type_objects_among_themselves() -> None:
    assert TypeObject("STRING", STRING.codes) == STRING
    assert hash(STRING) == hash(TypeObject("STRING", STRING.codes))
    assert STRING != NUMBER
    assert STRING != "STRING"
    assert [repr(kind) for kind in TYPES] == ["STRING", "BINARY", "NUMBER", "DATETIME", "ROWID"]
    assert len(set(TYPES)) == 5
