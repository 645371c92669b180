from __future__ import annotations

from datetime import time, timezone

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.timetz import offset_seconds
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.time_values import DAY, decode_or_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode, number

UTC = timezone.utc
SERVERS = [POSTGRES, REDSHIFT, OLD_REDSHIFT]


def binary(micros: int, west: int) -> bytes:
    return number(micros, 8) + number(west, 4)


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize(
    ("text", "micros", "west", "value"),
    [
        (b"12:00:00-05", DAY // 2, 18000, time(17, tzinfo=UTC)),
        (b"23:00:00-05", 82_800_000_000, 18000, time(4, tzinfo=UTC)),
        (b"01:00:00+05", 3_600_000_000, -18000, time(20, tzinfo=UTC)),
        (b"20:13:14.5+00", 72_794_500_000, 0, time(20, 13, 14, 500_000, UTC)),
        (b"23:00:00-05:30:15", 82_800_000_000, 19815, time(4, 30, 15, tzinfo=UTC)),
        (b"00:00:00.000001-00:00:01", 1, 1, time(0, 0, 1, 1, UTC)),
        (b"00:00:00+15:59:59", 0, -57599, time(8, 0, 1, tzinfo=UTC)),
        (b"23:59:59.999999-15:59", DAY - 1, 57540, time(15, 58, 59, 999999, UTC)),
        # Not 24:00 in UTC, so Python has a time for it.
        (b"24:00:00+02", DAY, -7200, time(22, tzinfo=UTC)),
        (b"24:00:00-02:30", DAY, 9000, time(2, 30, tzinfo=UTC)),
        (b"23:00:00-01", 82_800_000_000, 3600, time(0, tzinfo=UTC)),
    ],
)
def test_a_time_in_utc_in_both_formats(
    profile: ServerProfile, text: bytes, micros: int, west: int, value: time
) -> None:
    for code, wire in ((TEXT, text), (BINARY, binary(micros, west))):
        decoded = decode(oids.TIMETZ, code, wire, profile)
        assert decoded == value
        assert decoded.tzinfo is UTC
        assert decode_or_text(oids.TIMETZ, code, wire, profile) == value


@pytest.mark.parametrize("profile", [REDSHIFT, OLD_REDSHIFT])
def test_redshift_may_leave_the_offset_out(profile: ServerProfile) -> None:
    assert decode(oids.TIMETZ, BINARY, number(DAY // 2, 8), profile) == time(12, tzinfo=UTC)
    with pytest.raises(DataError):
        decode(oids.TIMETZ, BINARY, number(DAY // 2, 8), POSTGRES)


@pytest.mark.parametrize("profile", SERVERS)
def test_24_00_in_utc_follows_the_policy(profile: ServerProfile) -> None:
    wires = [(TEXT, b"24:00:00+00"), (TEXT, b"24:00:00-00:00"), (BINARY, binary(DAY, 0))]
    if profile.kind == "redshift":
        wires.append((BINARY, number(DAY, 8)))
    for code, wire in wires:
        with pytest.raises(DataError, match=r"Python has no time 24:00:00\+00"):
            decode(oids.TIMETZ, code, wire, profile)
        assert decode_or_text(oids.TIMETZ, code, wire, profile) == "24:00:00+00"


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize(
    ("format", "wire"),
    [
        (TEXT, b""),
        (TEXT, b"12:00:00"),
        (TEXT, b"12:00:00 UTC"),
        (TEXT, b"12:00+00"),
        (TEXT, b"12:00:00+0"),
        (TEXT, b"12:00:00.1234567+00"),
        (TEXT, b"12:60:00+00"),
        (TEXT, b"12:00:60+00"),
        (TEXT, b"24:00:00.1+01"),
        (TEXT, b"25:00:00+01"),
        (TEXT, b"12:00:00+24"),
        (TEXT, b"12:00:00+01:60"),
        (TEXT, b"12:00:00+01:00:60"),
        (BINARY, b""),
        (BINARY, bytes(4)),
        (BINARY, bytes(9)),
        (BINARY, bytes(16)),
        (BINARY, binary(-1, 0)),
        (BINARY, binary(DAY + 1, 3600)),
        (BINARY, binary(0, 86_400)),
        (BINARY, binary(0, -86_400)),
        (BINARY, binary(0, -(2**31))),
    ],
)
def test_what_is_no_time_is_a_data_error(profile: ServerProfile, format: int, wire: bytes) -> None:
    for decoded in (decode, decode_or_text):
        with pytest.raises(DataError):
            decoded(oids.TIMETZ, format, wire, profile)


@pytest.mark.parametrize("profile", SERVERS)
def test_every_server_is_asked_for_binary(profile: ServerProfile) -> None:
    assert default_codecs(profile).result_format(oids.TIMETZ) == BINARY


def test_an_offset_is_seconds_east_of_utc() -> None:
    assert offset_seconds(b"-", b"04", b"56", b"02") == -(4 * 3600 + 56 * 60 + 2)
    assert offset_seconds(b"+", b"23", b"59", b"59") == 86_399
    assert offset_seconds(b"+", b"05", None, None) == 18_000
