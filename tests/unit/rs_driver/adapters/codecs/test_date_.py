from __future__ import annotations

from datetime import date

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from support.time_values import decode_or_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode, number


# protocol.md's worked values, with the right answers: the proleptic Gregorian calendar.
@pytest.mark.parametrize(
    ("binary", "text"),
    [
        ("00000000", "2000-01-01"),
        ("ffffffff", "1999-12-31"),
        ("00002279", "2024-02-29"),
        ("fffdacc0", "1582-10-15"),
        ("fffca7f7", "1400-01-01"),
        ("002c95d3", "9999-12-31"),
        ("fff4dbf9", "0001-01-01"),
    ],
)
@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT])
def test_both_formats(profile: ServerProfile, binary: str, text: str) -> None:
    value = date.fromisoformat(text)
    assert decode(oids.DATE, TEXT, text.encode(), profile) == value
    assert decode(oids.DATE, BINARY, bytes.fromhex(binary), profile) == value


@pytest.mark.parametrize(
    ("binary", "text", "why"),
    [
        ("002c95d4", b"10000-01-01", "no date 10000-01-01"),
        ("fff4dbf8", b"0001-12-31 BC", "no date 0001-12-31 BC"),
        ("ffda97a7", b"4714-11-24 BC", "no date 4714-11-24 BC"),
        ("7fffffff", b"infinity", "no infinite date"),
        ("80000000", b"-infinity", "no infinite date"),
    ],
)
@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT])
def test_what_python_cannot_hold_follows_the_policy_in_both_formats(
    profile: ServerProfile, binary: str, text: bytes, why: str
) -> None:
    for code, wire in ((TEXT, text), (BINARY, bytes.fromhex(binary))):
        with pytest.raises(DataError, match=why):
            decode(oids.DATE, code, wire, profile)
        assert decode_or_text(oids.DATE, code, wire, profile) == text.decode()


def test_the_policy_is_about_what_python_cannot_hold_only() -> None:
    for code, wire in ((TEXT, b"2024-02-29"), (TEXT, b"02024-02-29"), (BINARY, number(8825, 4))):
        assert decode_or_text(oids.DATE, code, wire) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "wire",
    [b"", b"29/02/2024", b"02-29-2024", b"20240229", b"2024-W09-4", b"2024-2-9", b"Infinity"],
)
def test_other_styles_are_refused(wire: bytes) -> None:
    with pytest.raises(DataError, match="DateStyle"):
        decode(oids.DATE, TEXT, wire)


@pytest.mark.parametrize(
    "wire",
    [
        b"2023-02-29",
        b"2024-13-01",
        b"2024-00-01",
        b"0000-01-01",
        b"0000-01-01 BC",
        b"10001-02-29",
        b"0004-02-29 BC",
        b"9999999-01-01",
    ],
)
def test_a_day_that_is_none_is_a_data_error(wire: bytes) -> None:
    for decoded in (decode, decode_or_text):
        with pytest.raises(DataError):
            decoded(oids.DATE, TEXT, wire)


@pytest.mark.parametrize("size", [0, 3, 5, 8])
def test_binary_has_four_bytes(size: int) -> None:
    with pytest.raises(DataError):
        decode(oids.DATE, BINARY, bytes(size))


def test_redshift_before_protocol_2_is_asked_for_text() -> None:
    assert default_codecs(OLD_REDSHIFT).result_format(oids.DATE) == TEXT
    assert default_codecs(REDSHIFT).result_format(oids.DATE) == BINARY


@pytest.mark.parametrize(("value", "wire"), [(date.min, b"0001-01-01"), (date.max, b"9999-12-31")])
def test_encode(value: date, wire: bytes) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(1082, TEXT, wire)
