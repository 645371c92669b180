"""Floats and NUMERIC in text; what both formats agree on about numbers.

Own code on purpose, like all encoders here: see ``encode_text``.
"""

from __future__ import annotations

import decimal
import struct
from collections.abc import Callable, Mapping
from operator import index
from types import MappingProxyType

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.types import WireType

Encoder = Callable[[object], bytes]
"""A value that is not NULL to its bytes. ValueError, TypeError, ArithmeticError or
struct.error where the value does not belong to the type."""

_EXACT = decimal.Context(prec=1100, traps=[decimal.Inexact, decimal.InvalidOperation])
_float4 = struct.Struct("!f")


def integer(bits: int) -> Encoder:
    """Integers of ``bits`` bits and a sign, in text."""
    low, high = -(1 << bits), (1 << bits) - 1

    def encode(value: object) -> bytes:
        number = index(value)  # type: ignore[arg-type]  # raises TypeError for anything else
        if not low <= number <= high:
            raise OverflowError(f"{number} does not fit int{(bits + 1) // 8}")
        return b"%d" % number

    return encode


def unsigned(value: object) -> bytes:
    """An OID or another counter of 32 bits, in text."""
    number = index(value)  # type: ignore[arg-type]  # raises TypeError for anything else
    if not 0 <= number < 1 << 32:
        raise OverflowError(f"{number} does not fit an OID")
    return b"%d" % number


def as_float(value: object) -> float:
    """A float of what is a real number, or of a text such as ``NaN``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, decimal.Decimal, str)):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def float8_text(value: object) -> bytes:
    """Double precision: the shortest digits that say it."""
    return _float_text(repr(as_float(value)), 15)


def float4_text(value: object) -> bytes:
    """Single precision: the shortest digits that say it."""
    (number,) = _float4.unpack(_float4.pack(as_float(value)))
    for digits in range(1, 9):
        if _rounds_to(shortest := f"{number:.{digits}g}", number):
            return _float_text(shortest, 6)
    return _float_text(f"{number:.9g}", 6)


def _rounds_to(text: str, number: float) -> bool:
    """Whether ``text`` is ``number`` in single precision."""
    try:
        return bool(_float4.unpack(_float4.pack(float(text)))[0] == number)
    except OverflowError:
        return False


_FLOAT_NAMES: Mapping[str, bytes] = MappingProxyType(
    {"inf": b"Infinity", "-inf": b"-Infinity", "nan": b"NaN"}
)


def _float_text(shortest: str, digits: int) -> bytes:
    """The server's form of a float's shortest digits; an exponent from 10**``digits`` on."""
    if name := _FLOAT_NAMES.get(shortest):
        return name
    if "e" not in shortest and len(shortest) <= digits:
        return shortest.removesuffix(".0").encode()
    sign, figures, exponent = decimal.Decimal(shortest).as_tuple()
    if not any(figures):
        return b"-0" if sign else b"0"
    plain = "".join(map(str, figures)).rstrip("0")
    power = len(figures) + int(exponent) - 1
    if -5 < power < digits:
        if power < 0:
            plain = "0." + "0" * (-power - 1) + plain
        elif len(plain) <= power + 1:
            plain = plain.ljust(power + 1, "0")
        else:
            plain = plain[: power + 1] + "." + plain[power + 1 :]
    else:
        point = "." if len(plain) > 1 else ""
        plain = f"{plain[0]}{point}{plain[1:]}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return ("-" * sign + plain).encode()


def as_decimal(value: object) -> decimal.Decimal:
    """A Decimal of what is an exact number; of a float its shortest digits."""
    if isinstance(value, decimal.Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(f"{value!r} is not a number")
    return decimal.Decimal(repr(value) if isinstance(value, float) else value)


def at_scale(value: object, wire_type: WireType) -> decimal.Decimal:
    """A number with exactly the digits after the point that the type has.

    decimal.Inexact or ValueError where the type cannot hold it: nothing is rounded.
    """
    number = as_decimal(value)
    scale, precision = wire_type.scale, wire_type.precision
    if not number.is_finite() or scale is None or precision is None:
        return number
    number = number.quantize(decimal.Decimal((0, (1,), -scale)), context=_EXACT)
    if number and number.adjusted() >= precision - scale:
        raise ValueError(f"{number} does not fit {wire_type.name}({precision},{scale})")
    return number


def numeric_text(wire_type: WireType, dialect: Dialect) -> Encoder:
    """NUMERIC with all the digits of its scale; NaN and the infinities on PostgreSQL only."""

    def encode(value: object) -> bytes:
        number = at_scale(value, wire_type)
        if not number.is_finite():
            if dialect.redshift:
                raise ValueError(f"Redshift has no numeric {number}")
            return _FLOAT_NAMES[str(float(number))]
        return f"{number or number.copy_abs():f}".encode()

    return encode
