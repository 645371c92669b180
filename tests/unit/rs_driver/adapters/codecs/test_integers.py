from __future__ import annotations

from enum import IntEnum

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.wire_values import POSTGRES, decode, number


@pytest.mark.parametrize(
    ("oid", "size", "low", "high"),
    [
        (oids.INT2, 2, -(2**15), 2**15 - 1),
        (oids.INT4, 4, -(2**31), 2**31 - 1),
        (oids.INT8, 8, -(2**63), 2**63 - 1),
    ],
)
def test_both_formats_hold_exactly_the_type(oid: int, size: int, low: int, high: int) -> None:
    for value in (low, -1, 0, 1, high):
        assert decode(oid, TEXT, b"%d" % value) == value
        assert decode(oid, BINARY, number(value, size)) == value
    for value in (low - 1, high + 1):
        with pytest.raises(DataError, match=r"not in -?\d+\.\.\d+"):
            decode(oid, TEXT, b"%d" % value)
    for wrong in (size - 1, size + 1, 0):
        with pytest.raises(DataError):
            decode(oid, BINARY, bytes(wrong))


@pytest.mark.parametrize(
    "wire",
    [b"", b"-", b"--1", b"+1", b" 1", b"1 ", b"1_0", b"1.0", b"0x1", b"\xd9\xa1", b"1" * 5000],
)
def test_text_is_a_plain_decimal_integer(wire: bytes) -> None:
    with pytest.raises(DataError, match="not a decimal integer"):
        decode(oids.INT8, TEXT, wire)


@pytest.mark.parametrize(
    ("value", "parameter"),
    [
        (0, Parameter(23, BINARY, bytes.fromhex("00000000"))),
        (1, Parameter(23, BINARY, bytes.fromhex("00000001"))),
        (-1, Parameter(23, BINARY, bytes.fromhex("ffffffff"))),
        (2**31 - 1, Parameter(23, BINARY, bytes.fromhex("7fffffff"))),
        (-(2**31), Parameter(23, BINARY, bytes.fromhex("80000000"))),
        (2**31, Parameter(20, BINARY, bytes.fromhex("0000000080000000"))),
        (-(2**31) - 1, Parameter(20, BINARY, bytes.fromhex("ffffffff7fffffff"))),
        (2**63 - 1, Parameter(20, BINARY, bytes.fromhex("7fffffffffffffff"))),
        (-(2**63), Parameter(20, BINARY, bytes.fromhex("8000000000000000"))),
        (2**63, Parameter(1700, TEXT, b"9223372036854775808")),
        (-(2**63) - 1, Parameter(1700, TEXT, b"-9223372036854775809")),
    ],
)
def test_encode_takes_the_smallest_of_int4_int8_numeric(value: int, parameter: Parameter) -> None:
    assert default_codecs(POSTGRES).encode(value) == parameter


def test_encode_has_no_limit_of_digits_of_its_own() -> None:
    parameter = default_codecs(POSTGRES).encode(10**5000)
    assert parameter == Parameter(1700, TEXT, b"1" + b"0" * 5000)


def test_an_int_that_no_numeric_holds_is_a_data_error() -> None:
    with pytest.raises(DataError, match="131072 digits"):
        default_codecs(POSTGRES).encode(1 << 500_000)


def test_a_subclass_is_sent_as_its_number() -> None:
    class Odd(int):
        def __str__(self) -> str:
            return "odd"

        __repr__ = __str__

    assert default_codecs(POSTGRES).encode(Odd(3)) == Parameter(23, BINARY, b"\0\0\0\3")
    sent = default_codecs(POSTGRES).encode(Odd(2**64))
    assert sent == Parameter(1700, TEXT, b"18446744073709551616")


def test_an_enum_of_ints_is_sent_as_its_value() -> None:
    class Level(IntEnum):
        LOW = 3
        HUGE = 2**70

        def __str__(self) -> str:
            return "not a number"

    codecs = default_codecs(POSTGRES)
    assert codecs.encode(Level.LOW) == Parameter(23, BINARY, bytes.fromhex("00000003"))
    assert codecs.encode(Level.HUGE) == Parameter(1700, TEXT, b"1180591620717411303424")
