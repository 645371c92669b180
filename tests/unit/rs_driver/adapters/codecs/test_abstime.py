from __future__ import annotations

from datetime import datetime, timezone

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.time_values import decode_or_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode, number

UTC = timezone.utc
SERVERS = [REDSHIFT, OLD_REDSHIFT]


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize(
    ("binary", "text", "value"),
    [
        ("00000000", b"1970-01-01 00:00:00+00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("65e08b2a", b"2024-02-29 13:48:26+00", datetime(2024, 2, 29, 13, 48, 26, tzinfo=UTC)),
        ("65e08b2a", b"2024-02-29 08:48:26-05", datetime(2024, 2, 29, 13, 48, 26, tzinfo=UTC)),
        ("80000001", b"1901-12-13 20:45:53+00", datetime(1901, 12, 13, 20, 45, 53, tzinfo=UTC)),
        ("7ffffffb", b"2038-01-19 08:44:03+05:30", datetime(2038, 1, 19, 3, 14, 3, tzinfo=UTC)),
        ("7fffffff", b"2038-01-19 03:14:07+00", datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)),
    ],
)
def test_an_aware_datetime_in_utc_in_both_formats(
    profile: ServerProfile, binary: str, text: bytes, value: datetime
) -> None:
    for code, wire in ((TEXT, text), (BINARY, bytes.fromhex(binary))):
        decoded = decode(oids.ABSTIME, code, wire, profile)
        assert decoded == value
        assert decoded.tzinfo is UTC


@pytest.mark.parametrize("profile", SERVERS)
@pytest.mark.parametrize(
    ("binary", "text"),
    [(0x7FFFFFFC, "infinity"), (-(2**31), "-infinity"), (0x7FFFFFFE, "invalid")],
)
def test_what_is_no_instant_follows_the_policy(
    profile: ServerProfile, binary: int, text: str
) -> None:
    for code, wire in ((TEXT, text.encode()), (BINARY, number(binary, 4))):
        with pytest.raises(DataError, match=r"Python has no (infinite datetime|datetime invalid)"):
            decode(oids.ABSTIME, code, wire, profile)
        assert decode_or_text(oids.ABSTIME, code, wire, profile) == text


@pytest.mark.parametrize(
    ("format", "wire"),
    [
        (TEXT, b""),
        (TEXT, b"current"),
        (TEXT, b"2024-02-29 13:48:26"),
        (TEXT, b"1709214506"),
        (BINARY, b""),
        (BINARY, bytes(3)),
        (BINARY, bytes(8)),
    ],
)
def test_what_is_no_abstime_is_a_data_error(format: int, wire: bytes) -> None:
    for decoded in (decode, decode_or_text):
        with pytest.raises(DataError):
            decoded(oids.ABSTIME, format, wire, REDSHIFT)


def test_it_is_redshifts_only() -> None:
    for profile in SERVERS:
        assert default_codecs(profile).result_format(oids.ABSTIME) == BINARY
    assert default_codecs(POSTGRES).codec(oids.ABSTIME, TEXT) is None
    assert default_codecs(POSTGRES).result_format(oids.ABSTIME) == TEXT
