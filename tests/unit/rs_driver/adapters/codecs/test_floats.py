from __future__ import annotations

import math
import struct

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.wire_values import POSTGRES, decode


@pytest.mark.parametrize(
    ("text", "binary", "value"),
    [
        (b"0.1", "3fb999999999999a", 0.1),
        (b"-0", "8000000000000000", -0.0),
        (b"1.7976931348623157e+308", "7fefffffffffffff", 1.7976931348623157e308),
        (b"5e-324", "0000000000000001", 5e-324),
        (b"Infinity", "7ff0000000000000", math.inf),
        (b"-Infinity", "fff0000000000000", -math.inf),
    ],
)
def test_float8(text: bytes, binary: str, value: float) -> None:
    for decoded in (
        decode(oids.FLOAT8, TEXT, text),
        decode(oids.FLOAT8, BINARY, bytes.fromhex(binary)),
    ):
        assert (decoded, math.copysign(1, decoded)) == (value, math.copysign(1, value))


@pytest.mark.parametrize(
    ("text", "binary", "value"),
    [
        (b"0.1", "3dcccccd", 0.10000000149011612),
        (b"3.4028235e+38", "7f7fffff", 3.4028234663852886e38),
        (b"1e-45", "00000001", 1.401298464324817e-45),
        (b"-Infinity", "ff800000", -math.inf),
    ],
)
def test_float4_is_the_same_number_in_both_formats(text: bytes, binary: str, value: float) -> None:
    assert decode(oids.FLOAT4, TEXT, text) == value
    assert decode(oids.FLOAT4, BINARY, bytes.fromhex(binary)) == value


@pytest.mark.parametrize(
    ("oid", "nan"), [(oids.FLOAT4, "7fc00000"), (oids.FLOAT8, "7ff8" + "0" * 12)]
)
def test_nan(oid: int, nan: str) -> None:
    assert math.isnan(decode(oid, TEXT, b"NaN"))
    assert math.isnan(decode(oid, BINARY, bytes.fromhex(nan)))


@pytest.mark.parametrize("wire", [b"", b"1_0", b" 1", b"inf", b"1e", b"-NaN", b"0x1p3"])
def test_other_text_is_a_data_error(wire: bytes) -> None:
    for oid in (oids.FLOAT4, oids.FLOAT8):
        with pytest.raises(DataError, match="not a decimal number"):
            decode(oid, TEXT, wire)


def test_text_beyond_a_real_is_a_data_error() -> None:
    with pytest.raises(DataError, match="real"):
        decode(oids.FLOAT4, TEXT, b"3.5e38")


@pytest.mark.parametrize(("oid", "size"), [(oids.FLOAT4, 4), (oids.FLOAT8, 8)])
def test_binary_has_one_width(oid: int, size: int) -> None:
    for wrong in (0, size - 1, size + 1):
        with pytest.raises(DataError):
            decode(oid, BINARY, bytes(wrong))


@pytest.mark.parametrize("value", [0.1, -0.0, math.inf, -math.inf, 5e-324])
def test_encode(value: float) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(
        701, BINARY, struct.pack(">d", value)
    )


def test_encode_nan() -> None:
    parameter = default_codecs(POSTGRES).encode(math.nan)
    assert (parameter.oid, parameter.format) == (701, BINARY)
    assert parameter.data is not None
    assert math.isnan(struct.unpack(">d", parameter.data)[0])
