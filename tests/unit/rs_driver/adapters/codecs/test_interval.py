from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from support.time_values import DAY, postgres_interval
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode, number

HIGH32, HIGH64 = 2**31 - 1, 2**63 - 1
LOW32, LOW64 = -(2**31), -(2**63)
REDSHIFTS = [REDSHIFT, OLD_REDSHIFT]


def redshift_interval(micros: int, months: int) -> bytes:
    return number(micros, 8) + number(months, 4)


def same(value: Any, decoded: Any) -> None:
    assert type(decoded) is type(value)
    assert decoded == value


@pytest.mark.parametrize(
    ("text", "parts", "value"),
    [
        (b"00:00:00", (0, 0, 0), timedelta(0)),
        (b"4 days 01:02:03", (3_723_000_000, 4, 0), timedelta(4, 3723)),
        (b"-1 days +23:59:59.999999", (DAY - 1, -1, 0), timedelta(microseconds=-1)),
        (b"-00:00:00.000001", (-1, 0, 0), timedelta(microseconds=-1)),
        (b"999999999 days 23:59:59.999999", (DAY - 1, 999_999_999, 0), timedelta.max),
        (b"-999999999 days", (0, -999_999_999, 0), timedelta.min),
        (b"999999999 days 24:00:00", (DAY, 999_999_999, 0), Interval(DAY, 999_999_999)),
        (b"-999999999 days -00:00:00.000001", (-1, -999_999_999, 0), Interval(-1, -999_999_999)),
        (b"2147483647 days", (0, HIGH32, 0), Interval(days=HIGH32)),
        (b"-2147483648 days", (0, LOW32, 0), Interval(days=LOW32)),
        (b"1 mon", (0, 0, 1), Interval(months=1)),
        (b"-5 mons", (0, 0, -5), Interval(months=-5)),
        (b"1 year 2 mons -3 days +00:00:01", (1_000_000, -3, 14), Interval(1_000_000, -3, 14)),
        (b"1 mon 35 days 25:00:00", (90_000_000_000, 35, 1), Interval(90_000_000_000, 35, 1)),
        # Infinite ones of PostgreSQL 17.
        (b"infinity", (HIGH64, HIGH32, HIGH32), Interval(HIGH64, HIGH32, HIGH32)),
        (b"-infinity", (LOW64, LOW32, LOW32), Interval(LOW64, LOW32, LOW32)),
    ],
)
def test_postgres_in_both_formats(text: bytes, parts: tuple[int, int, int], value: Any) -> None:
    same(value, decode(oids.INTERVAL, TEXT, text))
    same(value, decode(oids.INTERVAL, BINARY, postgres_interval(*parts)))


@pytest.mark.parametrize("profile", REDSHIFTS)
@pytest.mark.parametrize(
    ("text", "micros", "months", "value"),
    [
        (b"00:00:00", 0, 0, timedelta(0)),
        (b"5 days", 5 * DAY, 0, timedelta(5)),
        (b"-00:00:00.000001", -1, 0, timedelta(microseconds=-1)),
        (b"106751991 days 04:00:54.775807", HIGH64, 0, timedelta(microseconds=HIGH64)),
        (b"-106751991 days -04:00:54.775808", LOW64, 0, timedelta(microseconds=LOW64)),
        (b"-5 mons", 0, -5, Interval(months=-5)),
        # The days are folded in both formats.
        (b"1 mon 5 days", 5 * DAY, 1, Interval(5 * DAY, 0, 1)),
        (b"-1 mons +5 days -00:00:00.000001", 5 * DAY - 1, -1, Interval(5 * DAY - 1, 0, -1)),
        (b"1 mon", 0, 1, Interval(months=1)),
        (b"178956970 years 7 mons", 0, HIGH32, Interval(months=HIGH32)),
    ],
)
def test_redshift_in_both_formats(
    profile: ServerProfile, text: bytes, micros: int, months: int, value: Any
) -> None:
    same(value, decode(oids.INTERVAL, TEXT, text, profile))
    same(value, decode(oids.INTERVAL, BINARY, redshift_interval(micros, months), profile))


@pytest.mark.parametrize("profile", REDSHIFTS)
@pytest.mark.parametrize(
    ("text", "months"),
    [
        (b"0-0", 0),
        (b"1-2", 14),
        (b"-1-2", -14),
        (b"1 year 2 mons", 14),
        (b"-1 years -2 mons", -14),
        (b"00:00:00", 0),
        (b"178956970-7", HIGH32),
        (b"-178956970-8", LOW32),
    ],
)
def test_year_to_month_in_both_formats(profile: ServerProfile, text: bytes, months: int) -> None:
    value = IntervalYearToMonth(months)
    same(value, decode(oids.INTERVALY2M, TEXT, text, profile))
    same(value, decode(oids.INTERVALY2M, BINARY, number(months, 4), profile))


@pytest.mark.parametrize("profile", REDSHIFTS)
@pytest.mark.parametrize(
    ("text", "micros"),
    [
        (b"0 00:00:00", 0),
        (b"1 01:01:01.123", 90_061_123_000),
        (b"1 day 01:01:01.123", 90_061_123_000),
        (b"1 days 1 hours 1 mins 1.123 secs", 90_061_123_000),
        (b"-1 01:01:01.123", -90_061_123_000),
        (b"-1 -01:01:01.123", -90_061_123_000),
        (b"-1 days -01:01:01.123", -90_061_123_000),
        (b"-0 00:00:01", -1_000_000),
        (b"106751991 04:00:54.775807", HIGH64),
        (b"-106751991 04:00:54.775808", LOW64),
    ],
)
def test_day_to_second_in_both_formats(profile: ServerProfile, text: bytes, micros: int) -> None:
    value = IntervalDayToSecond(micros)
    same(value, decode(oids.INTERVALD2S, TEXT, text, profile))
    same(value, decode(oids.INTERVALD2S, BINARY, number(micros, 8), profile))


@pytest.mark.parametrize(
    ("oid", "format", "profile", "wire", "why"),
    [
        (oids.INTERVAL, TEXT, POSTGRES, b"soon", "not an interval such as"),
        (oids.INTERVAL, TEXT, POSTGRES, b"2147483648 days", "longer than any"),
        (oids.INTERVAL, TEXT, POSTGRES, b"178956970 years 8 mons", "longer than any"),
        (oids.INTERVAL, TEXT, POSTGRES, b"2562047788:00:54.775808", "longer than any"),
        (oids.INTERVAL, TEXT, REDSHIFT, b"106751991 days 04:00:54.775808", "longer than any"),
        (oids.INTERVAL, TEXT, REDSHIFT, b"infinity", "not an interval such as"),
        (oids.INTERVAL, BINARY, POSTGRES, bytes(12), "requires a buffer of 16 bytes"),
        (oids.INTERVAL, BINARY, REDSHIFT, bytes(16), "requires a buffer of 12 bytes"),
        (oids.INTERVALY2M, TEXT, REDSHIFT, b"1-2 3 00:00:00", "more than years and months"),
        (oids.INTERVALY2M, TEXT, REDSHIFT, b"00:00:01", "more than years and months"),
        (oids.INTERVALY2M, TEXT, REDSHIFT, b"178956970-8", "longer than any"),
        (oids.INTERVALY2M, BINARY, REDSHIFT, bytes(8), "requires a buffer of 4 bytes"),
        (oids.INTERVALD2S, TEXT, REDSHIFT, b"1 mon", "more than days to seconds"),
        (oids.INTERVALD2S, TEXT, REDSHIFT, b"106751992 00:00:00", "longer than any"),
        (oids.INTERVALD2S, BINARY, REDSHIFT, bytes(12), "requires a buffer of 8 bytes"),
    ],
)
def test_what_is_no_interval_is_a_data_error(
    oid: int, format: int, profile: ServerProfile, wire: bytes, why: str
) -> None:
    with pytest.raises(DataError, match=f'^column "c": .* cannot be read as interval.*: .*{why}'):
        decode(oid, format, wire, profile)


def test_what_each_server_is_asked_for() -> None:
    for profile in REDSHIFTS:
        codecs = default_codecs(profile)
        for oid in (oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S):
            assert codecs.result_format(oid) == BINARY
    codecs = default_codecs(POSTGRES)
    assert codecs.result_format(oids.INTERVAL) == BINARY
    assert codecs.codec(oids.INTERVALY2M, TEXT) is None
    assert codecs.codec(oids.INTERVALD2S, BINARY) is None


@pytest.mark.parametrize(
    ("value", "micros", "days", "months"),
    [
        (timedelta(0), 0, 0, 0),
        (timedelta(4, 3723), 3_723_000_000, 4, 0),
        # One sign for both, as "-1 days +23:59:59.999999" reaches another time in summer.
        (timedelta(microseconds=-1), -1, 0, 0),
        (timedelta(-1, -1), -1_000_000, -1, 0),
        (timedelta(days=-1), 0, -1, 0),
        (timedelta.max, DAY - 1, 999_999_999, 0),
        (timedelta.min, 0, -999_999_999, 0),
        (Interval(1, -2, 3), 1, -2, 3),
        (Interval(HIGH64, HIGH32, HIGH32), HIGH64, HIGH32, HIGH32),
        (Interval(LOW64, LOW32, LOW32), LOW64, LOW32, LOW32),
        (IntervalYearToMonth(-14), 0, 0, -14),
        (IntervalDayToSecond(90_061_123_000), 90_061_123_000, 0, 0),
    ],
)
def test_encode_for_postgres(value: Any, micros: int, days: int, months: int) -> None:
    expected = Parameter(oids.INTERVAL, BINARY, postgres_interval(micros, days, months))
    assert default_codecs(POSTGRES).encode(value) == expected


@pytest.mark.parametrize("profile", REDSHIFTS)
@pytest.mark.parametrize(
    ("value", "oid", "wire"),
    [
        (timedelta(5), oids.INTERVAL, redshift_interval(5 * DAY, 0)),
        (timedelta(microseconds=-1), oids.INTERVAL, redshift_interval(-1, 0)),
        (timedelta(microseconds=HIGH64), oids.INTERVAL, redshift_interval(HIGH64, 0)),
        (timedelta(microseconds=LOW64), oids.INTERVAL, redshift_interval(LOW64, 0)),
        (Interval(1, -2, 3), oids.INTERVAL, redshift_interval(1 - 2 * DAY, 3)),
        (Interval(months=-5), oids.INTERVAL, bytes.fromhex("0000000000000000 fffffffb")),
        (IntervalYearToMonth(14), oids.INTERVALY2M, number(14, 4)),
        (IntervalYearToMonth(LOW32), oids.INTERVALY2M, number(LOW32, 4)),
        (IntervalDayToSecond(90_061_123_000), oids.INTERVALD2S, number(90_061_123_000, 8)),
        (IntervalDayToSecond(LOW64), oids.INTERVALD2S, number(LOW64, 8)),
    ],
)
def test_encode_for_redshift(profile: ServerProfile, value: Any, oid: int, wire: bytes) -> None:
    assert default_codecs(profile).encode(value) == Parameter(oid, BINARY, wire)


@pytest.mark.parametrize(
    "value",
    [
        timedelta.max,
        timedelta.min,
        timedelta(microseconds=HIGH64 + 1),
        Interval(HIGH64, 1),
        Interval(LOW64, -1),
        Interval(days=HIGH32),
    ],
)
def test_what_redshift_cannot_hold_is_a_data_error(value: Any) -> None:
    with pytest.raises(DataError, match="too long: Redshift counts its days in microseconds"):
        default_codecs(REDSHIFT).encode(value)
    assert default_codecs(POSTGRES).encode(value).oid == oids.INTERVAL
