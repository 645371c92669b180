from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.time_values import decode_or_text
from support.wire_values import POSTGRES, REDSHIFT, decode, number

UTC = timezone.utc
MICRO = timedelta(microseconds=1)
LEAP = datetime(2024, 2, 29, 13, 45, 30, 123456)


@pytest.mark.parametrize(
    ("binary", "text", "value"),
    [
        ("0002b5843dc614c0", b"2024-02-29 13:45:30.123456", LEAP),
        ("ffbcbb82ca6da000", b"1400-01-01 00:00:00", datetime(1400, 1, 1)),
        ("0000000000000000", b"2000-01-01T00:00:00", datetime(2000, 1, 1)),
        ("ffffffffffffffff", b"1999-12-31 23:59:59.999999", datetime(2000, 1, 1) - MICRO),
        ("ff1fe2ffc59c6000", b"0001-01-01 00:00:00", datetime.min),
        ("0380e70b913b7fff", b"9999-12-31 23:59:59.999999", datetime.max),
    ],
)
def test_timestamp_is_naive_in_both_formats(binary: str, text: bytes, value: datetime) -> None:
    assert decode(oids.TIMESTAMP, TEXT, text) == value
    assert decode(oids.TIMESTAMP, BINARY, bytes.fromhex(binary)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"2024-02-29 13:45:30.123456+00", datetime(2024, 2, 29, 13, 45, 30, 123456, UTC)),
        (b"2024-02-29 13:45:30.5+05:30", datetime(2024, 2, 29, 8, 15, 30, 500000, UTC)),
        (b"2024-02-29 20:00:00-05", datetime(2024, 3, 1, 1, tzinfo=UTC)),
        (b"1800-01-01 00:00:00-04:56:02", datetime(1800, 1, 1, 4, 56, 2, tzinfo=UTC)),
        # The local year is one that datetime cannot hold, the UTC value is not.
        (b"10000-01-01 00:30:00+01", datetime(9999, 12, 31, 23, 30, tzinfo=UTC)),
        (b"0001-12-31 23:30:00-01 BC", datetime(1, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_timestamptz_is_utc_in_both_formats(text: bytes, value: datetime) -> None:
    since = value - datetime(2000, 1, 1, tzinfo=UTC)
    binary = number(since // MICRO, 8)
    for code, wire in ((TEXT, text), (BINARY, binary)):
        decoded = decode(oids.TIMESTAMPTZ, code, wire)
        assert decoded == value
        assert decoded.tzinfo is UTC


@pytest.mark.parametrize("oid", [oids.TIMESTAMP, oids.TIMESTAMPTZ])
@pytest.mark.parametrize(
    ("micros", "text", "why"),
    [
        (2**63 - 1, "infinity", "no infinite datetime"),
        (-(2**63), "-infinity", "no infinite datetime"),
        (252455616000000000, "10000-01-01 00:00:00", "no datetime 10000-01-01"),
        (-63082281600000001, "0001-12-31 23:59:59.999999 BC", "no datetime 0001-12-31"),
        (9223371331199999999, "294276-12-31 23:59:59.999999", "no datetime 294276-12-31"),
        (-211813488000000000, "4714-11-24 00:00:00 BC", "no datetime 4714-11-24"),
    ],
)
def test_what_python_cannot_hold_follows_the_policy_in_both_formats(
    oid: int, micros: int, text: str, why: str
) -> None:
    if oid == oids.TIMESTAMPTZ and ":" in text:
        text = text.replace(" BC", "+00 BC") if "BC" in text else text + "+00"
    for code, wire in ((TEXT, text.encode()), (BINARY, number(micros, 8))):
        with pytest.raises(DataError, match=why):
            decode(oid, code, wire)
        assert decode_or_text(oid, code, wire) == text
        assert decode_or_text(oid, code, wire, REDSHIFT) == text


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        # As PostgreSQL 15 writes these under the session's TimeZone.
        (b"10000-01-01 05:30:00+05:30", "10000-01-01 00:00:00+00"),
        (b"9999-12-31 19:00:00-05", "10000-01-01 00:00:00+00"),
        (b"0001-01-01 00:19:31.5+00:19:32", "0001-12-31 23:59:59.5+00 BC"),
        (b"0044-03-15 12:00:00-00:43:08 BC", "0044-03-15 12:43:08+00 BC"),
    ],
)
def test_timestamptz_as_text_is_in_utc_too(local: bytes, utc: str) -> None:
    with pytest.raises(DataError, match="no datetime"):
        decode(oids.TIMESTAMPTZ, TEXT, local)
    assert decode_or_text(oids.TIMESTAMPTZ, TEXT, local) == utc


@pytest.mark.parametrize(
    ("oid", "format", "wire"),
    [
        (oids.TIMESTAMP, TEXT, b""),
        (oids.TIMESTAMP, TEXT, b"29/02/2024 13:45:30"),
        (oids.TIMESTAMP, TEXT, b"Thu Feb 29 13:45:30 2024"),
        (oids.TIMESTAMP, TEXT, b"2024-02-29 13:45:30+00"),
        (oids.TIMESTAMP, TEXT, b"2023-02-29 00:00:00"),
        (oids.TIMESTAMP, TEXT, b"2024-02-29 24:00:00"),
        (oids.TIMESTAMP, TEXT, b"10000-01-01 24:00:00"),
        (oids.TIMESTAMP, TEXT, b"0000-01-01 00:00:00 BC"),
        (oids.TIMESTAMP, TEXT, b"12345678-01-01 00:00:00"),
        (oids.TIMESTAMP, TEXT, b"294278-01-01 00:00:00"),
        (oids.TIMESTAMP, TEXT, b"9999999-01-01 00:00:00"),
        (oids.TIMESTAMP, BINARY, bytes(4)),
        (oids.TIMESTAMP, BINARY, bytes(12)),
        (oids.TIMESTAMPTZ, TEXT, b"2024-02-29 13:45:30"),
        (oids.TIMESTAMPTZ, TEXT, b"2024-02-29 13:45:30 EST"),
        (oids.TIMESTAMPTZ, TEXT, b"2024-02-29 13:45:30+24"),
        (oids.TIMESTAMPTZ, TEXT, b"2024-02-29 13:45:30+05:60"),
        (oids.TIMESTAMPTZ, TEXT, b"2024-02-29 24:45:30+00"),
        (oids.TIMESTAMPTZ, BINARY, b""),
    ],
)
def test_what_is_no_timestamp_is_a_data_error(oid: int, format: int, wire: bytes) -> None:
    for decoded in (decode, decode_or_text):
        with pytest.raises(DataError):
            decoded(oid, format, wire)


@pytest.mark.parametrize(
    ("value", "oid", "wire"),
    [
        (datetime(2024, 2, 29, 13, 45, 30, 123456), 1114, "0002b5843dc614c0"),
        (datetime(2024, 2, 29, 13, 45, 30, 123456, UTC), 1184, "0002b5843dc614c0"),
        (
            datetime(2024, 2, 29, 19, 15, 30, 123456, timezone(timedelta(hours=5, minutes=30))),
            1184,
            "0002b5843dc614c0",
        ),
        (datetime.min, 1114, "ff1fe2ffc59c6000"),
        (datetime.max, 1114, "0380e70b913b7fff"),
        # In UTC this is the year 10000, which the server can hold.
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), 1184, "0380e70c67cf23ff"),
    ],
)
def test_encode(value: datetime, oid: int, wire: str) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(oid, BINARY, bytes.fromhex(wire))


def test_nanoseconds_are_refused_rather_than_cut_off() -> None:
    class Fine(datetime):
        """A datetime that counts nanoseconds, as pandas' Timestamp does."""

        nanosecond = 0

    codecs = default_codecs(POSTGRES)
    fine = Fine(2024, 2, 29, 13, 45, 30, 123456)
    assert codecs.encode(fine) == codecs.encode(datetime(2024, 2, 29, 13, 45, 30, 123456))
    fine.nanosecond = 789
    with pytest.raises(DataError, match="Fine has nanoseconds"):
        codecs.encode(fine)


def test_a_datetime_without_a_value_is_a_data_error() -> None:
    class NotATime(datetime):
        """Differences of it are not numbers, as with pandas' NaT."""

        def utcoffset(self) -> Any:
            return timedelta(0)

        def __sub__(self, other: Any) -> Any:
            return NotADifference()

    class NotADifference:
        days = seconds = microseconds = float("nan")

    with pytest.raises(DataError, match="NotATime has no value"):
        default_codecs(POSTGRES).encode(NotATime(2024, 1, 1))
