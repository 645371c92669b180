"""Errors as SQLSTATEs are in test_decode.py."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from ipaddress import ip_address, ip_interface

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalYearToMonth
from rs_driver_fakeserver.values.decode_text import clock, from_text, reader, since
from rs_driver_fakeserver.values.types import resolve

UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("oid", "text", "expected"),
    [
        (oids.XID, "7", 7),
        (oids.REGPROC, "now", "now"),
        (oids.REGPROC, "7", 7),
        (oids.INT2VECTOR, "1 2", (1, 2)),
        (oids.FLOAT8, " -Infinity ", float("-inf")),
        (oids.FLOAT8, ".5e-3", 0.0005),
        (oids.NUMERIC, "1.", Decimal(1)),
        (oids.DATE, " 2024-02-29 ", dt.date(2024, 2, 29)),
        (oids.DATE, "10000-01-01", "10000-01-01"),
        (oids.TIME, "24:00:00", "24:00:00"),
        (oids.TIME, "13:45:30.1234567+05:30", dt.time(13, 45, 30, 123456)),
        (oids.TIMETZ, "13:45:30.5+05:30", dt.time(13, 45, 30, 500000, INDIA)),
        (oids.TIMETZ, "13:45+05:30", dt.time(13, 45, tzinfo=INDIA)),
        (oids.TIMETZ, "13:45:30", dt.time(13, 45, 30, tzinfo=UTC)),
        (oids.TIMETZ, "24:00:00+00", "24:00:00+00"),
        (oids.TIMESTAMP, "2024-02-29 13:45:30+05:30", dt.datetime(2024, 2, 29, 13, 45, 30)),
        (oids.TIMESTAMP, "2024-02-29T13:45:30Z", dt.datetime(2024, 2, 29, 13, 45, 30)),
        (oids.TIMESTAMP, "-infinity", "-infinity"),
        (oids.TIMESTAMP, "0044-03-15 01:02:03 BC", "0044-03-15 01:02:03 BC"),
        (oids.TIMESTAMPTZ, "10000-01-01 00:00:00+00", "10000-01-01 00:00:00+00"),
        (oids.ABSTIME, "1970-01-01 00:00:00+00", dt.datetime(1970, 1, 1, tzinfo=UTC)),
        (oids.INTERVAL, "1 day 00:00:01", dt.timedelta(1, 1)),
        (oids.INTERVAL, "14 mons -1 days", Interval(0, -1, 14)),
        (oids.INTERVALY2M, "1-2", IntervalYearToMonth(14)),
        (oids.INTERVALD2S, "1 01:01:01.123", dt.timedelta(1, 3661, 123000)),
        (oids.INET, "10.0.0.1", ip_address("10.0.0.1")),
        (oids.INET, "10.0.0.1/8", ip_interface("10.0.0.1/8")),
        (oids.CIDR, "::1/128", ip_address("::1")),
        (oids.JSON, '{"a":1}', '{"a":1}'),
        (oids.SUPER, "no JSON", "no JSON"),
        (oids.GEOMETRY, "0101", "0101"),
        (oids.INT4_ARRAY, "{1,NULL}", [1, None]),
        (oids.INT4_ARRAY, "[0:0][0:1]={{1,2}}", [[1, 2]]),
        (oids.TEXT_ARRAY, '{a,"b c"}', ["a", "b c"]),
        (oids.DATE_ARRAY, "{infinity,2024-02-29}", ["infinity", dt.date(2024, 2, 29)]),
        (oids.INT2VECTOR_ARRAY, '{"1 2","3"}', [(1, 2), (3,)]),
        (999_999, "anything", "anything"),
    ],
)
def test_values(oid: int, text: str, expected: object) -> None:
    value = from_text(text, oid)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (oids.FLOAT8, "1_000"),
        (oids.FLOAT8, "0x10"),
        (oids.NUMERIC, "1_000"),
        (oids.NUMERIC, "sNaN"),
        (oids.NUMERIC, "\u0667"),
        (oids.NUMERIC, ""),
        (oids.DATE, "2023-02-29"),
        (oids.DATE, "20240229"),
        (oids.TIME, "25:00"),
        (oids.TIMETZ, "soon"),
        (oids.TIMESTAMP, "2024-02-29 25:00"),
        (oids.INET, "10.0.0.256"),
        (oids.JSON, "{"),
        (oids.JSON, "[" * 200_000),
        (oids.TEXT_ARRAY, "{"),
        (oids.DATE_ARRAY, "{soon}"),
        (oids.INTERVALY2M, "1 day"),
    ],
)
def test_no_values(oid: int, text: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        from_text(text, oid)


def test_reader() -> None:
    assert reader(resolve("int4"))("7") == 7


def test_what_python_cannot_hold() -> None:
    assert since(dt.datetime(2000, 1, 1), 10**18, "late") == "late"
    assert clock(86_400_000_000) is None
    assert clock(0, UTC) == dt.time(tzinfo=UTC)
    with pytest.raises(ValueError, match="time of day"):
        clock(10**18)
