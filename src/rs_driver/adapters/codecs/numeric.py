"""NUMERIC: exact to its last digit, whatever the thread's decimal context.

Text is a plain decimal. There are two binary forms:

* PostgreSQL: int16 digit count, weight, sign, display scale, then base-10000 digits.
* Redshift with protocol 2: one two's complement integer of 8 or 16 bytes, to be divided
  by 10 to the scale, which only the column's type modifier tells; scale 0 without one.

Redshift with protocol 0 or 1 is asked for text, and so is PostgreSQL: its digits take three
times as long to read.

With ``conversions.numeric_to_float`` a value is the float nearest to it, from any of these
forms: 0.3 is 0.3, not 3 * 0.1. One too large for a float is a DataError, not infinity.
"""

from __future__ import annotations

import re
import struct
from decimal import Context, Decimal, Inexact, InvalidOperation
from math import isinf
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Bare, Codec, Encoder, same
from rs_driver.adapters.codecs.by_column import built
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

MAX_INTEGER_DIGITS = 131072
MAX_SCALE = 16383
"""PostgreSQL's bounds on the digits before and after the decimal point."""
_MAX_REDSHIFT_SCALE = 38
_SHORT_DIGITS, _INT128_DIGITS = 18, 39
_WIDE = Context(prec=2 * _INT128_DIGITS)

_plain = re.compile(rb"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+|Infinity)|NaN")
_head = struct.Struct("!HhHH")
_SIGNS = {0x0000: "", 0x4000: "-"}
_SPECIAL = {0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}


def _text(data: bytes) -> Decimal:
    if _plain.fullmatch(data) is None:
        raise ValueError("not a decimal number")
    return Decimal(data.decode())


def _base10000(data: bytes) -> Decimal:
    count, weight, sign, scale = _head.unpack_from(data)
    if len(data) != _head.size + 2 * count:
        raise ValueError(f"{count} digits announced, {len(data) - _head.size} bytes for them")
    if sign in _SPECIAL:
        return Decimal(_SPECIAL[sign])
    digits = struct.unpack_from(f"!{count}H", data, _head.size)
    if sign not in _SIGNS or scale > MAX_SCALE or (digits and max(digits) > 9999):
        raise ValueError("sign, scale or a digit is out of range")
    written = "%04d" * count % digits
    point = 4 * (weight + 1)
    if point < 0:
        written, point = written.rjust(len(written) - point, "0"), 0
    whole, fraction = written[:point].ljust(point, "0"), written[point:]
    if fraction[scale:].strip("0"):
        raise ValueError("more digits than the display scale")
    return Decimal(f"{_SIGNS[sign]}{whole or '0'}.{fraction[:scale].ljust(scale, '0')}")


def _text_to_float(data: bytes) -> float:
    if _plain.fullmatch(data) is None:
        raise ValueError("not a decimal number")
    return _in_range(float(data), data[-8:] == b"Infinity")


def _base10000_to_float(data: bytes) -> float:
    value = _base10000(data)
    return _in_range(float(value), value.is_infinite())


def _in_range(value: float, infinite: bool) -> float:
    if isinf(value) and not infinite:
        raise ValueError("too large for a float")
    return value


def _scale(field: FieldDescription) -> int:
    """The scale in a column's type modifier: ((precision << 16) | scale) + 4, or -1."""
    if field.type_modifier == -1:
        return 0
    scale = (field.type_modifier - 4) & 0xFFFF
    if field.type_modifier < 4 or scale > _MAX_REDSHIFT_SCALE:
        raise DataError(
            f'column "{field.name}": {field.type_modifier} is not a type modifier of numeric'
        )
    return scale


def _scaled(field: FieldDescription, _codecs: CodecMap) -> Decode:
    # The traps make a rounded result impossible, rather than merely unexpected.
    multiply = Context(prec=_INT128_DIGITS, traps=[Inexact, InvalidOperation]).multiply
    unit = Decimal((0, (1,), -_scale(field)))

    def decode(data: bytes) -> Decimal:
        if len(data) not in (8, 16):
            raise ValueError(f"{len(data)} bytes, not 8 or 16")
        return multiply(int.from_bytes(data, "big", signed=True), unit)

    return decode


def _scaled_to_float(field: FieldDescription, _codecs: CodecMap) -> Decode:
    divisor: int = 10 ** _scale(field)

    def decode(data: bytes) -> float:
        if len(data) not in (8, 16):
            raise ValueError(f"{len(data)} bytes, not 8 or 16")
        return int.from_bytes(data, "big", signed=True) / divisor  # rounded once, to the nearest

    return decode


def _either(exact: Bare, to_float: Bare) -> Bare:
    """By what the user has said about NUMERIC."""

    def bare(field: FieldDescription, codecs: CodecMap) -> Decode:
        return (to_float if codecs.conversions.numeric_to_float else exact)(field, codecs)

    return bare


# -- by column ----------------------------------------------------------------------------


def _column(field: FieldDescription, codecs: CodecMap, bare: Decode) -> ColumnDecode:
    """Decimals of the column's precision and scale; text where it has none, or over 38."""
    if codecs.conversions.numeric_to_float:
        return built("g")(field, codecs, bare)
    shape = _shape(field)
    if shape is None:
        return built("u", lambda value: format(value, "f").encode())(field, codecs, bare)
    precision, scale = shape

    def raw(value: Decimal) -> bytes:
        if not value.is_finite():
            raise DataError(f"{value} is no decimal in Arrow")
        scaled = _WIDE.scaleb(value, scale)
        number = int(scaled)
        if number != scaled or abs(number) >= 10**precision:
            raise ValueError("more digits than the type has")
        return number.to_bytes(16, "little", signed=True)

    return built(f"d:{precision},{scale}", raw)(field, codecs, bare)


def _scaled_column(field: FieldDescription, codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    from rs_driver.adapters.codecs.decimals import ScaledDecimals, ScaledFloats

    if codecs.conversions.numeric_to_float:
        return ScaledFloats(_scale(field), _width(field))
    return ScaledDecimals(_scale(field), _width(field), _precision(field))


def _shape(field: FieldDescription) -> tuple[int, int] | None:
    """Precision and scale as Arrow's decimal128 has them."""
    if field.type_modifier < 4:
        return None
    precision, scale = divmod(field.type_modifier - 4, 1 << 16)
    if scale >= 1 << 10:  # negative ones, of 11 bits, which PostgreSQL 15 has
        return None
    precision = max(precision, scale)
    return (precision, scale) if 0 < precision <= _MAX_REDSHIFT_SCALE else None


def _width(field: FieldDescription) -> int:
    """How many bytes the values probably have, in Redshift's binary form."""
    if field.type_length in (8, 16):
        return field.type_length
    return 8 if _precision(field) <= _SHORT_DIGITS else 16


def _precision(field: FieldDescription) -> int:
    """The precision in a column's type modifier; the largest without one."""
    return (field.type_modifier - 4) >> 16 if field.type_modifier >= 4 else _MAX_REDSHIFT_SCALE


def encode_decimal(value: Decimal, _codecs: CodecMap) -> Parameter:
    """NUMERIC as text, without an exponent. NaN's sign and payload are dropped."""
    if value.is_nan():
        return Parameter(oids.NUMERIC, TEXT, b"NaN")
    if value.is_finite():
        exponent = value.as_tuple().exponent
        if value.adjusted() >= MAX_INTEGER_DIGITS or -int(exponent) > MAX_SCALE:
            raise DataError(
                f"numeric holds {MAX_INTEGER_DIGITS} digits before the point and {MAX_SCALE} after"
            )
    return Parameter(oids.NUMERIC, TEXT, format(value, "f").encode("ascii"))


def register(codecs: Codecs) -> Codecs:
    """Add NUMERIC in the server's forms, and Python's Decimal."""
    profile = codecs.profile
    text = _either(same(_text), same(_text_to_float))
    base10000 = _either(same(_base10000), same(_base10000_to_float))
    scaled = _either(_scaled, _scaled_to_float)
    codecs = codecs.with_decoder(Codec(oids.NUMERIC, TEXT, "numeric", text, column=_column))
    codecs = codecs.with_encoder(Encoder(Decimal, encode_decimal))
    if profile.kind == "postgres":
        return codecs.with_decoder(
            Codec(oids.NUMERIC, BINARY, "numeric", base10000, column=_column, slow=True)
        )
    if profile.protocol_version == 2:
        return codecs.with_decoder(
            Codec(oids.NUMERIC, BINARY, "numeric", scaled, column=_scaled_column)
        )
    return codecs
