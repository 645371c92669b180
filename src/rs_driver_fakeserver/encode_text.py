"""Values in text format, as the server's output functions write them.

Own code on purpose: the driver's codecs are not used here, so that a mistake in one of
the two shows. Every function takes a value that is not NULL and gives its bytes;
ValueError, TypeError and ArithmeticError say that the value does not belong to the type.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import struct
import uuid
from collections.abc import Callable, Mapping
from operator import index
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.moments import INFINITIES, days, microseconds, microseconds_of_day
from rs_driver_fakeserver.types import WireType

Encoder = Callable[[object], bytes]

_INT_BITS: Mapping[int, int] = MappingProxyType({oids.INT2: 15, oids.INT4: 31, oids.INT8: 63})
_EXACT = decimal.Context(prec=1100, traps=[decimal.Inexact, decimal.InvalidOperation])
_UTC = dt.timezone.utc
_float4 = struct.Struct("!f")


def encoder(wire_type: WireType, dialect: Dialect) -> Encoder:
    """The function that writes a value of this type in text."""
    oid = wire_type.oid
    if oid in _INT_BITS:
        return _integer(_INT_BITS[oid])
    if oid == oids.NUMERIC:
        return _numeric(wire_type, dialect)
    if oid == oids.BPCHAR:
        return _padded(wire_type)
    if oid == oids.VARBYTE:
        return _raw if dialect.varbyte_text == "raw" else _hex
    return _BY_OID.get(oid, text)


def text(value: object) -> bytes:
    """A string in UTF-8."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a str")
    return value.encode()


def _padded(wire_type: WireType) -> Encoder:
    """CHAR(n) is padded with blanks to n characters."""
    width = wire_type.characters or 0

    def encode(value: object) -> bytes:
        return text(value).ljust(width) if str(value).isascii() else text(str(value).ljust(width))

    return encode


def _bool(value: object) -> bytes:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a bool")
    return b"t" if value else b"f"


def _integer(bits: int) -> Encoder:
    low, high = -(1 << bits), (1 << bits) - 1

    def encode(value: object) -> bytes:
        number = index(value)  # type: ignore[arg-type]  # raises TypeError for anything else
        if not low <= number <= high:
            raise OverflowError(f"{number} does not fit int{(bits + 1) // 8}")
        return b"%d" % number

    return encode


def _unsigned(value: object) -> bytes:
    number = index(value)  # type: ignore[arg-type]  # raises TypeError for anything else
    if not 0 <= number < 1 << 32:
        raise OverflowError(f"{number} does not fit an OID")
    return b"%d" % number


def as_float(value: object) -> float:
    """A float of what is a real number, or of a text such as ``NaN``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, decimal.Decimal, str)):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _float8(value: object) -> bytes:
    return _float_text(repr(as_float(value)), 15)


def _float4_text(value: object) -> bytes:
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


def _numeric(wire_type: WireType, dialect: Dialect) -> Encoder:
    def encode(value: object) -> bytes:
        number = at_scale(value, wire_type)
        if not number.is_finite():
            if dialect.redshift:
                raise ValueError(f"Redshift has no numeric {number}")
            return _FLOAT_NAMES[str(float(number))]
        return f"{number or number.copy_abs():f}".encode()

    return encode


def _raw(value: object) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{value!r} is not bytes")
    return bytes(value)


def _hex(value: object) -> bytes:
    return _raw(value).hex().encode()


def _bytea(value: object) -> bytes:
    return b"\\x" + _hex(value)


def _date(value: object) -> bytes:
    if value not in INFINITIES:
        days(value)  # checks it
    return str(value).encode()


def _time(value: object) -> bytes:
    microseconds_of_day(value)  # checks it
    if isinstance(value, dt.time):
        return _clock(value.replace(tzinfo=None))
    return str(value).encode()


def _clock(value: dt.time) -> bytes:
    """``13:45:30.5``: no more digits than needed."""
    written = value.isoformat()
    return (written.rstrip("0") if value.microsecond else written).encode()


def _timetz(value: object) -> bytes:
    if not isinstance(value, dt.time) or value.tzinfo is None:
        raise TypeError(f"{value!r} is not a time with a zone")
    return _clock(value.replace(tzinfo=None)) + _offset(value.strftime("%z"))


def _offset(digits: str) -> bytes:
    """``+0530`` as ``+05:30``, ``+0000`` as ``+00``."""
    groups = [digits[1:3], *(part for part in (digits[3:5], digits[5:7]) if part.strip("0"))]
    return (digits[0] + ":".join(groups)).encode()


def _timestamp(value: object) -> bytes:
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return _moment(value)
    if value not in INFINITIES:
        microseconds(value, aware=False)  # checks it
    return str(value).encode()


def _timestamptz(value: object) -> bytes:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return _moment(value.astimezone(_UTC)) + b"+00"
    if value not in INFINITIES:
        microseconds(value, aware=True)  # checks it
    return str(value).encode()


def _moment(value: dt.datetime) -> bytes:
    written = value.replace(tzinfo=None).isoformat(" ")
    return (written.rstrip("0") if value.microsecond else written).encode()


def _uuid(value: object) -> bytes:
    return str(value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))).encode()


def json_text(value: object) -> bytes:
    """JSON: a str goes out as it is, anything else is written as JSON."""
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


_BY_OID: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.BYTEA: _bytea,
        oids.OID: _unsigned,
        oids.XID: _unsigned,
        oids.FLOAT4: _float4_text,
        oids.FLOAT8: _float8,
        oids.DATE: _date,
        oids.TIME: _time,
        oids.TIMETZ: _timetz,
        oids.TIMESTAMP: _timestamp,
        oids.TIMESTAMPTZ: _timestamptz,
        oids.UUID: _uuid,
        oids.JSON: json_text,
        oids.JSONB: json_text,
        oids.SUPER: json_text,
    }
)
