"""Values in binary format, as the server's send functions write them.

The same rules as in ``encode_text``: own code, values that are not NULL, an exception
where a value does not belong to the type.
"""

from __future__ import annotations

import decimal
import struct
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values import encode_arrays, encode_moments, encode_spans, encode_system
from rs_driver_fakeserver.values import encode_text as in_text
from rs_driver_fakeserver.values.catalogue import has_binary
from rs_driver_fakeserver.values.decode_text import reader
from rs_driver_fakeserver.values.encode_numbers import Encoder, as_float, at_scale
from rs_driver_fakeserver.values.types import WireType

_float4 = struct.Struct("!f")
_float8 = struct.Struct("!d")

_INTEGERS: Mapping[int, struct.Struct] = MappingProxyType(
    {
        oids.INT2: struct.Struct("!h"),
        oids.INT4: struct.Struct("!i"),
        oids.INT8: struct.Struct("!q"),
    }
)


def encoder(wire_type: WireType, dialect: Dialect) -> Encoder:
    """The function that writes a value of this type in binary.

    SqlError 42883 for a type that this server does not send in binary.
    """
    oid = wire_type.oid
    if not has_binary(oid, dialect.protocol_version, redshift=dialect.redshift):
        raise SqlError("42883", f"no binary output function available for type {wire_type.name}")
    if wire_type.element is not None:
        element = encoder(wire_type.element, dialect)
        return encode_arrays.binary(element, wire_type.element.oid, reader(wire_type.element))
    if oid in _INTEGERS:
        return _INTEGERS[oid].pack
    if oid == oids.NUMERIC:
        return _scaled(wire_type) if dialect.scaled_numeric else _base_10000(wire_type)
    return (
        _BY_OID.get(oid)
        or encode_moments.binary(oid, dialect)
        or encode_spans.binary(oid, dialect)
        or encode_system.binary(oid, redshift=dialect.redshift)
        or in_text.encoder(wire_type, dialect)
    )


def _bool(value: object) -> bytes:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a bool")
    return b"\1" if value else b"\0"


def _scaled(wire_type: WireType) -> Encoder:
    """Redshift: the number times 10**scale as an int64 or, for more digits, an int128.

    Without a modifier the scale is 0, which is how its own drivers read it.
    """
    width = wire_type.length
    scale = wire_type.scale or 0

    def encode(value: object) -> bytes:
        number = at_scale(value, wire_type)
        if not number.is_finite():
            raise ValueError(f"Redshift has no numeric {number}")
        sign, digits, exponent = number.as_tuple()
        shift = int(exponent) + scale
        if shift < 0:
            raise ValueError(
                f"{number} has more than {scale} digits after the point: "
                "give the column a type with a scale, such as numeric(18,2)"
            )
        coefficient = int("".join(map(str, digits))) * int("1" + "0" * shift)
        return (-coefficient if sign else coefficient).to_bytes(width, "big", signed=True)

    return encode


_POSITIVE, _NEGATIVE = 0x0000, 0x4000
_NAN = bytes.fromhex("0000 0000 c000 0000")
_PLUS_INFINITY = bytes.fromhex("0000 0000 d000 0020")
_MINUS_INFINITY = bytes.fromhex("0000 0000 f000 0020")


def _base_10000(wire_type: WireType) -> Encoder:
    """PostgreSQL: groups of four decimal digits, with weight, sign and display scale."""

    def encode(value: object) -> bytes:
        number = at_scale(value, wire_type)
        if number.is_nan():
            return _NAN
        if number.is_infinite():
            return _PLUS_INFINITY if number > 0 else _MINUS_INFINITY
        return _groups(number)

    return encode


def _groups(number: decimal.Decimal) -> bytes:
    sign, _, exponent = number.as_tuple()
    scale = max(0, -int(exponent))
    whole, _, fraction = f"{number.copy_abs():f}".partition(".")
    whole = whole.rjust(-(-len(whole) // 4) * 4, "0")
    fraction = fraction.ljust(-(-len(fraction) // 4) * 4, "0")
    written = whole + fraction
    groups = [int(written[at : at + 4]) for at in range(0, len(written), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        groups.pop(0)
        weight -= 1
    while groups and groups[-1] == 0:
        groups.pop()
    if not groups:
        sign, weight = 0, 0
    mark = _NEGATIVE if sign else _POSITIVE
    return struct.pack(f"!hhHh{len(groups)}H", len(groups), weight, mark, scale, *groups)


def _char(value: object) -> bytes:
    """The one byte of a ``"char"``, which is 0 for the empty text."""
    return in_text.text(value) or b"\0"


def _uuid(value: object) -> bytes:
    return value.bytes if isinstance(value, uuid.UUID) else uuid.UUID(str(value)).bytes


def _jsonb(value: object) -> bytes:
    return b"\1" + in_text.jsonb_text(value)


def _shape(value: object) -> bytes:
    """EWKB, also of a str of hex digits."""
    return bytes.fromhex(value) if isinstance(value, str) else in_text.raw(value)


_BY_OID: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.BYTEA: in_text.raw,
        oids.CHAR: _char,
        oids.FLOAT4: lambda value: _float4.pack(as_float(value)),
        oids.FLOAT8: lambda value: _float8.pack(as_float(value)),
        oids.UUID: _uuid,
        oids.JSONB: _jsonb,
        oids.GEOGRAPHY: _shape,
    }
)
