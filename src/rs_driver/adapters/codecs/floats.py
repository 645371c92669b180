"""REAL and DOUBLE PRECISION: shortest decimal in text, IEEE 754 in binary.

REAL in text is rounded to the 32-bit number that it stands for, so that both formats
give the same Python float: 0.1 is 0.10000000149011612 in both.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same, unpacker
from rs_driver.adapters.codecs.by_column import built, numbers
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_number = re.compile(rb"-?(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|Infinity)|NaN")
_float4 = struct.Struct("!f")
_float8 = struct.Struct("!d")


def _text8(data: bytes) -> float:
    if _number.fullmatch(data) is None:
        raise ValueError("not a decimal number")
    return float(data)


def _text4(data: bytes) -> float:
    value: float = _float4.unpack(_float4.pack(_text8(data)))[0]
    return value


def _encode(value: float, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.FLOAT8, BINARY, _float8.pack(value))


def register(codecs: Codecs) -> Codecs:
    """Add the floating-point types, and Python's float."""
    return codecs.with_decoder(
        Codec(oids.FLOAT4, TEXT, "real", same(_text4), column=built("f")),
        Codec(oids.FLOAT4, BINARY, "real", same(unpacker("f")), "f", numbers("f", "f4")),
        Codec(oids.FLOAT8, TEXT, "double precision", same(_text8), column=built("g")),
        Codec(
            oids.FLOAT8, BINARY, "double precision", same(unpacker("d")), "d", numbers("g", "f8")
        ),
    ).with_encoder(Encoder(float, _encode))
