from __future__ import annotations

import struct
from enum import Enum

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import POSTGRES, REDSHIFT, decode

TYPES = (oids.CHAR, oids.NAME, oids.TEXT, oids.UNKNOWN, oids.BPCHAR, oids.VARCHAR)


@pytest.mark.parametrize("oid", TYPES)
@pytest.mark.parametrize("format", [TEXT, BINARY])
def test_decode_is_utf8_in_both_formats(oid: int, format: int) -> None:
    assert decode(oid, format, b"na\xc3\xafve \xf0\x9f\x90\x98  ") == "naïve \U0001f418  "
    assert decode(oid, format, b"") == ""


@pytest.mark.parametrize("wire", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80"])
@pytest.mark.parametrize("oid", [*TYPES[1:], oids.SUPER])
def test_what_is_not_utf8_is_a_data_error(oid: int, wire: bytes) -> None:
    with pytest.raises(DataError, match=r'column "c".*utf-8'):
        decode(oid, TEXT, wire)


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (b"\0", ""),
        (b"\x01", "\x01"),
        (b"a", "a"),
        (b"\\", "\\"),
        (b"\x7f", "\x7f"),
        (b"\x80", r"\200"),
        (b"\xe9", r"\351"),
        (b"\xff", r"\377"),
    ],
)
def test_the_byte_of_a_char_is_read_as_postgres_writes_it(wire: bytes, value: str) -> None:
    assert decode(oids.CHAR, BINARY, wire) == value
    assert decode(oids.CHAR, TEXT, value.encode()) == value
    assert decode(oids.CHAR, TEXT, wire) == value  # by an older server
    array = struct.pack("!iiIiii", 1, 0, oids.CHAR, 1, 1, len(wire)) + wire
    assert decode(oids.CHAR_ARRAY, BINARY, array) == [value]
    quoted = value.replace("\\", r"\\")
    assert decode(oids.CHAR_ARRAY, TEXT, f'{{"{quoted}"}}'.encode()) == [value]


@pytest.mark.parametrize("format", [TEXT, BINARY])
def test_a_char_of_several_bytes_is_utf8(format: int) -> None:
    assert decode(oids.CHAR, format, b"\xc3\xa9", REDSHIFT) == "é"
    assert decode(oids.CHAR, format, b"\0\0", REDSHIFT) == "\0\0"
    with pytest.raises(DataError, match=r'column "c".*cannot be read as "char".*utf-8'):
        decode(oids.CHAR, format, b"\xff\xff")


def test_blanks_of_character_n_stay() -> None:
    assert decode(oids.BPCHAR, BINARY, b"a    ") == "a    "


@pytest.mark.parametrize(("profile", "oid"), [(POSTGRES, 0), (REDSHIFT, 705)])
def test_encode_under_the_profile_oid(profile: ServerProfile, oid: int) -> None:
    codecs = default_codecs(profile)
    assert codecs.encode("naïve") == Parameter(oid, TEXT, b"na\xc3\xafve")
    assert codecs.encode("") == Parameter(oid, TEXT, b"")


@pytest.mark.parametrize(("value", "what"), [("a\0b", "NUL .*index 1"), ("ab\ud800", "index 2")])
def test_what_the_wire_cannot_carry_is_a_data_error(value: str, what: str) -> None:
    with pytest.raises(DataError, match=what) as error:
        default_codecs(POSTGRES).encode(value)
    assert value not in str(error.value)


def test_an_enum_of_strs_is_sent_as_its_value() -> None:
    class Colour(str, Enum):
        RED = "red"

    assert default_codecs(POSTGRES).encode(Colour.RED) == Parameter(0, TEXT, b"red")


def test_none_is_null_of_an_unknown_type() -> None:
    assert default_codecs(POSTGRES).encode(None) == Parameter(705, TEXT, None)
