from __future__ import annotations

from dataclasses import replace

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, decode

RAW = replace(REDSHIFT, varbyte_wire="raw")
NOT_ASKED = replace(REDSHIFT, varbyte_wire="auto")


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (rb"\x", b""),
        (rb"\x00FFab", b"\x00\xff\xab"),
        (b"", b""),
        (b"plain", b"plain"),
        (rb"a\000\377\\b", b"a\x00\xff\\b"),
        (rb"\\x41", rb"\x41"),
        (rb"\134\134", b"\\\\"),
        (b"line\nfeed\\012", b"line\nfeed\n"),
    ],
)
def test_bytea_text_by_hex_and_by_escapes(wire: bytes, value: bytes) -> None:
    assert decode(oids.BYTEA, TEXT, wire) == value


@pytest.mark.parametrize(
    "wire", [rb"\x0", rb"\xzz", rb"\x 00", rb"a\9", rb"a\400", rb"a\00", b"a\\"]
)
def test_malformed_bytea_text_is_a_data_error(wire: bytes) -> None:
    with pytest.raises(DataError, match="bytea"):
        decode(oids.BYTEA, TEXT, wire)


def test_bytea_binary_is_the_bytes() -> None:
    assert decode(oids.BYTEA, BINARY, b"\\x00\xff") == b"\\x00\xff"


@pytest.mark.parametrize("profile", [OLD_REDSHIFT, REDSHIFT])
def test_varbyte_is_hex(profile: ServerProfile) -> None:
    assert decode(oids.VARBYTE, TEXT, b"616263", profile) == b"abc"
    assert decode(oids.VARBYTE, TEXT, b"ff00", profile) == b"\xff\0"
    assert decode(oids.VARBYTE, TEXT, b"", profile) == b""


def test_varbyte_that_is_not_hex_is_an_error_that_says_what_to_do() -> None:
    for wire in (b"abc", b"\xff\0", b"zz"):
        with pytest.raises(DataError, match="varbyte_wire"):
            decode(oids.VARBYTE, TEXT, wire, REDSHIFT)


def test_varbyte_raw_where_the_profile_says_so() -> None:
    assert decode(oids.VARBYTE, TEXT, b"616263", RAW) == b"616263"
    assert decode(oids.VARBYTE, TEXT, b"\xff\0", RAW) == b"\xff\0"
    old = replace(RAW, protocol_version=0)
    assert decode(oids.VARBYTE, TEXT, b"616263", old) == b"abc"


@pytest.mark.parametrize("wire", [b"", b"61", b"616263", b"abc", b"\xff\0"])
def test_varbyte_is_not_guessed_before_the_server_was_asked(wire: bytes) -> None:
    """The bytes 61 are the hex of a: no value tells which form it has."""
    assert ServerProfile().varbyte_wire == "auto"
    with pytest.raises(DataError, match=r'column "c".*varbyte_wire.*"hex".*"raw"'):
        decode(oids.VARBYTE, TEXT, wire, NOT_ASKED)


def test_varbyte_of_the_older_protocols_needs_no_asking() -> None:
    for version in (0, 1):
        old = replace(NOT_ASKED, protocol_version=version)
        assert decode(oids.VARBYTE, TEXT, b"616263", old) == b"abc"
        assert decode(oids.VARBYTE, TEXT, b"ff00", old) == b"\xff\0"


def test_varbyte_is_asked_for_as_text() -> None:
    assert default_codecs(REDSHIFT).result_format(oids.VARBYTE) == TEXT


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_encode(make: type) -> None:
    value = make(b"\0\xffa")
    assert default_codecs(POSTGRES).encode(value) == Parameter(17, BINARY, b"\0\xffa")
    assert default_codecs(REDSHIFT).encode(value) == Parameter(6551, TEXT, b"00ff61")


def test_a_view_with_gaps_is_sent_as_its_bytes() -> None:
    view = memoryview(b"abcdef")[::2]
    assert default_codecs(POSTGRES).encode(view) == Parameter(17, BINARY, b"ace")


def test_a_released_view_is_a_data_error() -> None:
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(DataError, match="released"):
        default_codecs(POSTGRES).encode(view)
