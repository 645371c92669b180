from __future__ import annotations

from datetime import datetime, time, timedelta, timezone, tzinfo

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.time_values import decode_or_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column, decode


@pytest.mark.parametrize(
    ("binary", "text", "value"),
    [
        ("0000000000000000", b"00:00:00", time(0)),
        ("0000000b8839b4c0", b"13:45:30.123456", time(13, 45, 30, 123456)),
        ("000000141dd75fff", b"23:59:59.999999", time(23, 59, 59, 999999)),
        ("0000000a0eebb000", b"12:00:00.000", time(12)),
        ("000000000007a120", b"00:00:00.5", time(0, 0, 0, 500000)),
        ("0000000000000001", b"00:00:00.000001", time(0, 0, 0, 1)),
    ],
)
def test_both_formats(binary: str, text: bytes, value: time) -> None:
    assert decode(oids.TIME, TEXT, text) == value
    assert decode(oids.TIME, BINARY, bytes.fromhex(binary)) == value


def test_every_microsecond_is_exact() -> None:
    exact = default_codecs(POSTGRES).decoder(column(oids.TIME, BINARY))
    for micros in range(50_000_000_000, 50_000_003_000):
        value = exact(micros.to_bytes(8, "big"))
        assert value == (datetime.min + timedelta(microseconds=micros)).time()


def test_24_00_follows_the_policy_in_both_formats() -> None:
    for code, wire in (
        (TEXT, b"24:00:00"),
        (TEXT, b"24:00:00.000"),
        (BINARY, bytes.fromhex("000000141dd76000")),
    ):
        with pytest.raises(DataError, match="Python has no time 24:00:00"):
            decode(oids.TIME, code, wire)
        assert decode_or_text(oids.TIME, code, wire) == "24:00:00"
        assert decode_or_text(oids.TIME, code, wire, REDSHIFT) == "24:00:00"


@pytest.mark.parametrize(
    ("format", "wire"),
    [
        (TEXT, b""),
        (TEXT, b"1:00:00"),
        (TEXT, b"12:00"),
        (TEXT, b"12:00:00+00"),
        (TEXT, b"12:00:00 PM"),
        (TEXT, b"12:00:00.1234567"),
        (TEXT, b"12:60:00"),
        (TEXT, b"24:00:00.1"),
        (BINARY, bytes(4)),
        (BINARY, bytes(9)),
        (BINARY, bytes.fromhex("ffffffffffffffff")),
        (BINARY, bytes.fromhex("000000141dd76001")),
    ],
)
def test_what_is_no_time_is_a_data_error(format: int, wire: bytes) -> None:
    with pytest.raises(DataError):
        decode(oids.TIME, format, wire)


def test_redshift_before_protocol_2_is_asked_for_text() -> None:
    assert default_codecs(OLD_REDSHIFT).result_format(oids.TIME) == TEXT
    assert default_codecs(REDSHIFT).result_format(oids.TIME) == BINARY


@pytest.mark.parametrize(
    ("value", "oid", "wire"),
    [
        (time(1, 2, 3), 1083, b"01:02:03"),
        (time(23, 59, 59, 999999), 1083, b"23:59:59.999999"),
        (time(1, tzinfo=timezone(timedelta(hours=-5))), 1266, b"01:00:00-05:00"),
        (time(1, 2, 3, 4, timezone(timedelta(0, 20_415))), 1266, b"01:02:03.000004+05:40:15"),
    ],
)
def test_encode(value: time, oid: int, wire: bytes) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(oid, TEXT, wire)


class Seasonal(tzinfo):
    """A zone whose offset depends on the date, as zoneinfo's do."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else timedelta(hours=moment.month // 4)

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None


def test_a_time_whose_offset_is_not_known_is_a_data_error() -> None:
    with pytest.raises(DataError, match="depends on the date"):
        default_codecs(POSTGRES).encode(time(1, tzinfo=Seasonal()))


def test_an_offset_with_a_fraction_of_a_second_is_a_data_error() -> None:
    with pytest.raises(DataError, match="fraction of a second"):
        default_codecs(POSTGRES).encode(time(1, tzinfo=timezone(timedelta(microseconds=1))))
