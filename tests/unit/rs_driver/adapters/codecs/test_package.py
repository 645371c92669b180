"""Types of date and time by bytes that were seen on the wire, with the right answers.

The text beside them is what a server writes for the same value. A str in place of a value
is what Python cannot hold.
"""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from support.time_values import decode_or_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode

ALL = (POSTGRES, REDSHIFT, OLD_REDSHIFT)
REDSHIFTS = (REDSHIFT, OLD_REDSHIFT)
NEW = (POSTGRES, REDSHIFT)
"""Redshift before protocol 2 is asked for DATE and TIME as text."""


@dataclass(frozen=True)
class Golden:
    """``sent``: the format in which the value is a parameter, None if in another form."""

    oid: int
    binary: str
    text: str
    value: Any
    servers: tuple[ServerProfile, ...]
    sent: int | None = None


def _date(binary: str, text: str, value: Any) -> Golden:
    return Golden(oids.DATE, binary, text, value, NEW, TEXT)


def _time(binary: str, text: str, value: Any) -> Golden:
    return Golden(oids.TIME, binary, text, value, NEW, TEXT)


def _timetz(binary: str, text: str, hour: int, *servers: ServerProfile) -> Golden:
    value = time(hour, tzinfo=timezone.utc)
    return Golden(oids.TIMETZ, binary, text, value, servers or ALL)


def _timestamp(binary: str, text: str, value: Any) -> Golden:
    return Golden(oids.TIMESTAMP, binary, text, value, ALL, BINARY)


def _timestamptz(binary: str, text: str, value: Any) -> Golden:
    return Golden(oids.TIMESTAMPTZ, binary, text, value, ALL, BINARY)


def _interval(binary: str, text: str, value: Any) -> Golden:
    return Golden(oids.INTERVAL, binary, text, value, REDSHIFTS, BINARY)


def _months(binary: str, text: str, months: int) -> Golden:
    return Golden(oids.INTERVALY2M, binary, text, IntervalYearToMonth(months), REDSHIFTS, BINARY)


def _micros(binary: str, text: str, micros: int) -> Golden:
    return Golden(oids.INTERVALD2S, binary, text, IntervalDayToSecond(micros), REDSHIFTS, BINARY)


LEAP = datetime(2024, 2, 29, 13, 45, 30, 123456)
ROWS = [
    _date("00000000", "2000-01-01", date(2000, 1, 1)),
    _date("ffffffff", "1999-12-31", date(1999, 12, 31)),
    _date("00002279", "2024-02-29", date(2024, 2, 29)),
    _date("fffdacc0", "1582-10-15", date(1582, 10, 15)),
    _date("fffca7f7", "1400-01-01", date(1400, 1, 1)),
    _date("002c95d3", "9999-12-31", date.max),
    _date("002c95d4", "10000-01-01", "10000-01-01"),
    _date("ffda97a7", "4714-11-24 BC", "4714-11-24 BC"),
    _date("7fffffff", "infinity", "infinity"),
    _date("80000000", "-infinity", "-infinity"),
    _time("0000000b8839b4c0", "13:45:30.123456", time(13, 45, 30, 123456)),
    _time("000000141dd75fff", "23:59:59.999999", time.max),
    _time("000000141dd76000", "24:00:00", "24:00:00"),
    _timetz("0000000a0eebb000", "12:00:00+00", 12, *REDSHIFTS),
    _timetz("0000000a0eebb000 00004650", "12:00:00-05", 17),
    _timetz("000000134743bc00 00004650", "23:00:00-05", 4),
    _timetz("00000000d693a400 ffffb9b0", "01:00:00+05", 20),
    Golden(
        oids.TIMETZ,
        "00000010f2e3eba0 00000000",
        "20:13:14.5+00",
        time(20, 13, 14, 500_000, timezone.utc),
        ALL,
    ),
    _timestamp("0002b5843dc614c0", "2024-02-29 13:45:30.123456", LEAP),
    _timestamp("ffbcbb82ca6da000", "1400-01-01 00:00:00", datetime(1400, 1, 1)),
    _timestamp("7fffffffffffffff", "infinity", "infinity"),
    _timestamp("8000000000000000", "-infinity", "-infinity"),
    _timestamptz(
        "0002b5843dc614c0",
        "2024-02-29 14:45:30.123456+01",
        LEAP.replace(tzinfo=timezone.utc),
    ),
    _timestamptz("7fffffffffffffff", "infinity", "infinity"),
    _timestamptz("8000000000000000", "-infinity", "-infinity"),
    _interval("00000000dde878c0 00000000", "01:02:03", timedelta(0, 3723)),
    _interval("000000649534e000 00000000", "5 days", timedelta(5)),
    _interval("0000000000000000 fffffffb", "-5 mons", Interval(months=-5)),
    _interval("000000649534e000 00000001", "1 mon 5 days", Interval(5 * 86_400_000_000, 0, 1)),
    _months("0000000e", "1-2", 14),
    _months("fffffff2", "-1-2", -14),
    _months("7fffffff", "178956970-7", 2**31 - 1),
    _months("80000000", "-178956970-8", -(2**31)),
    _micros("00000014f80fadb8", "1 01:01:01.123", 90_061_123_000),
    _micros("7fffffffffffffff", "106751991 04:00:54.775807", 2**63 - 1),
    _micros("8000000000000000", "-106751991 -04:00:54.775808", -(2**63)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.oid}-{row.text}")
def test_the_value_is_the_same_from_both_formats(row: Golden) -> None:
    for server in row.servers:
        assert default_codecs(server).result_format(row.oid) == BINARY
        for code, wire in ((TEXT, row.text.encode()), (BINARY, bytes.fromhex(row.binary))):
            if isinstance(row.value, str):
                with pytest.raises(DataError, match="Python has no"):
                    decode(row.oid, code, wire, server)
            else:
                assert repr(decode(row.oid, code, wire, server)) == repr(row.value)
            assert repr(decode_or_text(row.oid, code, wire, server)) == repr(row.value)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.sent is not None and not isinstance(row.value, str)],
    ids=lambda row: f"{row.oid}-{row.text}",
)
def test_the_value_is_sent_by_the_same_bytes(row: Golden) -> None:
    wire = bytes.fromhex(row.binary) if row.sent == BINARY else row.text.encode()
    for server in row.servers:
        assert default_codecs(server).encode(row.value) == Parameter(row.oid, row.sent or 0, wire)


def test_twelve_bytes_of_interval_have_no_room_for_days_of_their_own() -> None:
    """Some read int16 days and int16 months here; then -5 months would have days, too."""
    wire = bytes.fromhex("00000000dde878c0 0004 0000")
    assert decode(oids.INTERVAL, BINARY, wire, REDSHIFT) == Interval(3_723_000_000, 0, 4 << 16)


def test_what_a_connection_has_met_goes_with_it() -> None:
    """What is made for a server is shared, but not what a map remembers of classes."""
    codecs = default_codecs(REDSHIFT)
    met = type("Met", (str,), {})
    assert codecs.encode(met("x")) == codecs.encode("x")
    gone = weakref.ref(met)
    del codecs, met
    gc.collect()
    assert gone() is None
