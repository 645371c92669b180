"""SMALLINT, INTEGER and BIGINT: decimal in text, 2, 4 and 8 bytes in binary.

An int parameter is an int4 where it fits, else an int8, else a NUMERIC. Never an int2:
no function has such an argument, and never an int8 without need: ``left``, ``repeat``,
``date + $1`` take an int4 only.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same, unpacker
from rs_driver.adapters.codecs.by_column import built, numbers
from rs_driver.adapters.codecs.numeric import encode_decimal
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_int4 = struct.Struct("!i")
_int8 = struct.Struct("!q")
_LONGEST = 20  # digits and sign of any 64-bit integer


def decimal_within(low: int, high: int) -> Decode:
    """Decimal text to an int between two bounds, both allowed."""

    def decode(data: bytes) -> int:
        digits = data[1:] if data[:1] == b"-" else data
        if not digits.isdigit() or len(data) > _LONGEST:
            raise ValueError("not a decimal integer")
        value = int(data)
        if not low <= value <= high:
            raise ValueError(f"not in {low}..{high}")
        return value

    return decode


def _encode(value: int, codecs: CodecMap) -> Parameter:
    if -(2**31) <= value < 2**31:
        return Parameter(oids.INT4, BINARY, _int4.pack(value))
    if -(2**63) <= value < 2**63:
        return Parameter(oids.INT8, BINARY, _int8.pack(value))
    return encode_decimal(Decimal(value), codecs)


def register(codecs: Codecs) -> Codecs:
    """Add the integer types, and Python's int."""
    decoders: list[Codec] = []
    for oid, name, code, arrow, bits, low in (
        (oids.INT2, "smallint", "h", "s", 16, -(2**15)),
        (oids.INT4, "integer", "i", "i", 32, -(2**31)),
        (oids.INT8, "bigint", "q", "l", 64, -(2**63)),
    ):
        text = same(decimal_within(low, low + 2**bits - 1))
        column = numbers(arrow, f"i{bits // 8}")
        decoders += (
            Codec(oid, TEXT, name, text, column=built(arrow)),
            Codec(oid, BINARY, name, same(unpacker(code)), code, column),
        )
    return codecs.with_decoder(*decoders).with_encoder(Encoder(int, _encode))
