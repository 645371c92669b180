from __future__ import annotations

import struct

import pytest

from rs_driver.errors import LocalProtocolError
from rs_driver.wire import encoding


class Huge(bytes):
    """Bytes that claim a length of 2 GiB without taking it."""

    def __len__(self) -> int:
        return 2**31


def test_strings_end_with_a_nul() -> None:
    assert encoding.cstring(b"\xff", "x") == b"\xff\0"
    assert encoding.text("né", "x") == b"n\xc3\xa9\0"
    assert encoding.text("", "x") == b"\0"


def test_a_nul_in_a_string_is_refused_without_showing_it() -> None:
    for refused in ("secret\0", "\0", "\0secret"):
        with pytest.raises(LocalProtocolError, match=r"^the field holds a NUL") as caught:
            encoding.text(refused, "the field")
        assert "secret" not in str(caught.value)
        with pytest.raises(LocalProtocolError, match=r"^the field holds a NUL"):
            encoding.cstring(refused.encode(), "the field")


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="the field cannot be encoded") as caught:
        encoding.text("a\ud800", "the field")
    assert isinstance(caught.value.__cause__, UnicodeEncodeError)


def test_an_empty_string_that_would_end_a_list_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="the key is empty"):
        encoding.text("", "the key", empty=False)
    assert encoding.text("k", "the key", empty=False) == b"k\0"


def test_numbers_at_their_limits() -> None:
    assert encoding.int8(-128, "x") == b"\x80"
    assert encoding.int16(-(2**15), "x") == b"\x80\0"
    assert encoding.int32(2**31 - 1, "x") == b"\x7f\xff\xff\xff"
    assert encoding.uint32(2**32 - 1, "x") == b"\xff" * 4


def test_numbers_beyond_their_limits_are_refused() -> None:
    for refused in (-129, 128):
        with pytest.raises(LocalProtocolError, match="the n does not fit 8 bits") as caught:
            encoding.int8(refused, "the n")
        assert isinstance(caught.value.__cause__, struct.error)
    for refused in (-(2**15) - 1, 2**15):
        with pytest.raises(LocalProtocolError, match="the n does not fit 16 bits"):
            encoding.int16(refused, "the n")
    for refused in (-(2**31) - 1, 2**31):
        with pytest.raises(LocalProtocolError, match="the n does not fit 32 bits"):
            encoding.int32(refused, "the n")
    for refused in (-1, 2**32):
        with pytest.raises(LocalProtocolError, match="the n does not fit 32 bits"):
            encoding.uint32(refused, "the n")


def test_lists_begin_with_their_count() -> None:
    assert encoding.count16((1, 2, 3), "x") == b"\0\x03"
    assert encoding.int16s((), "x") == b"\0\0"
    assert encoding.int16s((1, -1), "x") == b"\0\x02\0\x01\xff\xff"
    assert encoding.oids((), "x") == b"\0\0"
    assert encoding.oids((2**32 - 1,), "x") == b"\0\x01\xff\xff\xff\xff"
    assert encoding.values((), "x") == b"\0\0"
    assert encoding.values((b"x", None, b""), "x") == b"\0\3\0\0\0\1x\xff\xff\xff\xff\0\0\0\0"


def test_a_list_holds_as_many_as_redshift_takes_and_no_more() -> None:
    most = 32767
    assert encoding.count16(range(most), "x") == b"\x7f\xff"
    assert encoding.int16s((0,) * most, "x") == b"\x7f\xff" + bytes(2 * most)
    assert encoding.oids((0,) * most, "x") == b"\x7f\xff" + bytes(4 * most)
    assert encoding.values((None,) * most, "x") == b"\x7f\xff" + b"\xff" * 4 * most
    with pytest.raises(LocalProtocolError, match="32768 things: the protocol's limit is 32767"):
        encoding.count16(range(most + 1), "things")
    for encode in (encoding.int16s, encoding.oids):
        with pytest.raises(LocalProtocolError, match="65536 things"):
            encode((0,) * 65536, "things")
    with pytest.raises(LocalProtocolError, match="32768 things"):
        encoding.values((None,) * (most + 1), "things")


def test_a_number_in_a_list_that_does_not_fit_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="one of the formats does not fit"):
        encoding.int16s((0, 2**15), "formats")
    with pytest.raises(LocalProtocolError, match="one of the parameters does not fit"):
        encoding.oids((0, -1), "parameters")


def test_values_carry_their_length() -> None:
    assert encoding.value(None, "x") == b"\xff\xff\xff\xff"
    assert encoding.value(b"", "x") == b"\0\0\0\0"
    assert encoding.value(b"\0hi", "x") == b"\0\0\0\x03\0hi"
    assert encoding.sized(b"hi", "x") == b"\0\0\0\x02hi"


def test_a_value_of_2_gib_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="the length of the data"):
        encoding.value(Huge(), "the data")
    with pytest.raises(LocalProtocolError, match="one of the parameters is longer than 2 GiB"):
        encoding.values((b"", Huge()), "parameters")


def test_a_field_of_fixed_size_has_that_size() -> None:
    assert encoding.exactly(4, b"salt", "the salt") == b"salt"
    for refused in (b"", b"sal", b"salt!"):
        with pytest.raises(LocalProtocolError, match=f"{len(refused)} bytes instead of 4"):
            encoding.exactly(4, refused, "the salt")
