"""Errors as SQLSTATEs are in test_decode.py."""

from __future__ import annotations

import datetime as dt
import struct
from ipaddress import ip_address, ip_interface

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalYearToMonth
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.decode_binary import from_binary

UTC = dt.timezone.utc
WEST = dt.timezone(-dt.timedelta(hours=5))
ONE = "00000001 00000000 00000017 00000001 00000001 00000004 00000001"

BOUNDED = (
    "00000002 00000001 00000017 00000001 00000000 00000002 00000005 ffffffff 00000004 00000007"
)


@pytest.mark.parametrize(
    ("oid", "data", "expected"),
    [
        (oids.CHAR, "00", ""),
        (oids.CHAR, "61", "a"),
        (oids.CID, "00000007", 7),
        (oids.REGPROC, "00000007", 7),
        (oids.TID, "000000010002", (1, 2)),
        (oids.INT2VECTOR, "00000001 00000000 00000015 00000001 00000000 00000002 0007", (7,)),
        (oids.OIDVECTOR, "00000000 00000000 0000001a", ()),
        (oids.GEOGRAPHY, "0102", b"\1\2"),
        (oids.DATE, "7fffffff", "infinity"),
        (oids.DATE, "80000000", "-infinity"),
        (oids.DATE, "002c95d4", "10000-01-01"),
        (oids.TIME, "000000141dd76000", "24:00:00"),
        (oids.TIMETZ, "0000000a0eebb000 00004650", dt.time(12, tzinfo=WEST)),
        (oids.TIMETZ, "000000141dd76000 00004650", "24:00:00-05"),
        (oids.TIMESTAMP, "7fffffffffffffff", "infinity"),
        (oids.TIMESTAMPTZ, "8000000000000000", "-infinity"),
        (oids.TIMESTAMPTZ, "0400000000000000", "11133-08-28 17:22:31.711744+00"),
        (oids.ABSTIME, "00000000", dt.datetime(1970, 1, 1, tzinfo=UTC)),
        (oids.INTERVAL, "0000000000000001 00000002 00000003", Interval(1, 2, 3)),
        (oids.INTERVAL, "0000000000000001 00000002 00000000", dt.timedelta(2, 0, 1)),
        (oids.INTERVALY2M, "fffffff2", IntervalYearToMonth(-14)),
        (oids.INTERVALD2S, "00000014f80fadb8", dt.timedelta(1, 3661, 123000)),
        (oids.INET, "02 20 00 04 0a000001", ip_address("10.0.0.1")),
        (oids.INET, "02 08 00 04 0a000001", ip_interface("10.0.0.1/8")),
        (oids.CIDR, "03 80 01 10" + "00" * 15 + "01", ip_address("::1")),
        (oids.MACADDR, "08002b010203", "08:00:2b:01:02:03"),
        (oids.CSTRING, "61", "a"),
        (oids.JSON, "7b7d", "{}"),
        (oids.INT4_ARRAY, ONE, [1]),
        (oids.INT4_ARRAY, "00000000 00000000 00000017", []),
        (oids.INT4_ARRAY, "00000002 00000000 00000017 00000000 00000001 00000002 00000001", []),
        (oids.INT4_ARRAY, BOUNDED, [[None, 7]]),
        (999_999, "61", "a"),
    ],
)
def test_postgres(oid: int, data: str, expected: object) -> None:
    value = from_binary(bytes.fromhex(data), oid, redshift=False)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("oid", "data", "expected"),
    [
        (oids.INTERVAL, "0000000000000000 fffffffb", Interval(0, 0, -5)),
        (oids.INTERVAL, "000000649534e000 00000000", dt.timedelta(5)),
        (oids.TIMETZ, "0000000a0eebb000", dt.time(12, tzinfo=UTC)),
        (oids.TIMETZ, "000000141dd76000", "24:00:00+00"),
        (oids.TIMETZ, "0000000a0eebb000 00004650", dt.time(12, tzinfo=WEST)),
        (oids.INT4_ARRAY, ONE, [1]),
    ],
)
def test_redshift(oid: int, data: str, expected: object) -> None:
    assert from_binary(bytes.fromhex(data), oid, redshift=True) == expected


@pytest.mark.parametrize(
    ("oid", "data"),
    [
        (oids.TIMETZ, "ffffffffffffffff 00000000"),
        (oids.TIMETZ, "0000000000000000 00015180"),
        (oids.INTERVAL, "00" * 17),
        (oids.INET, "02 20 00 10 0a000001"),
        (oids.INET, "02 21 00 04 0a000001"),
        (oids.INT2VECTOR, "00000001 00000001 00000015 00000001 00000000 ffffffff"),
        (oids.JSONB, "02 7b7d"),
        (oids.MACADDR, "08002b01020304"),
        (oids.INT4_ARRAY, "00000007 00000000 00000017"),
        (oids.INT4_ARRAY, "ffffffff 00000000 00000017"),
        (oids.INT4_ARRAY, "00000000 00000002 00000017"),
        (oids.INT4_ARRAY, "00000001 00000000 00000017"),
        (oids.INT4_ARRAY, "00000001 00000000 00000017 7fffffff 00000001"),
        (oids.INT4_ARRAY, "00000001 00000000 00000017 ffffffff 00000001"),
        (oids.INT4_ARRAY, ONE + "00"),
        (oids.INT4_ARRAY, ONE[:-2]),
        (oids.INT4_ARRAY, ONE.replace("00000004", "fffffffe")),
        (oids.INT4_ARRAY, "00000000 00000000 00000017 00"),
    ],
)
def test_no_values(oid: int, data: str) -> None:
    with pytest.raises((ValueError, ArithmeticError, struct.error)):
        from_binary(bytes.fromhex(data), oid, redshift=False)


@pytest.mark.parametrize(
    ("oid", "data", "state"),
    [
        (oids.INT8_ARRAY, ONE, "42804"),
        (oids.INT4_ARRAY, "00000001", "08P01"),
        (oids.INTERVAL, "00" * 11, "08P01"),
        (oids.TID, "00", "08P01"),
    ],
)
def test_errors_of_the_protocol(oid: int, data: str, state: str) -> None:
    with pytest.raises(SqlError) as caught:
        from_binary(bytes.fromhex(data), oid, redshift=False)
    assert caught.value.sqlstate == state
