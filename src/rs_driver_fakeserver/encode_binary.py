"""Values in binary format, as the server's send functions write them.

The same rules as in ``encode_text``: own code, values that are not NULL, an exception
where a value does not belong to the type.
"""

from __future__ import annotations

import datetime as dt
import decimal
import struct
import uuid
from collections.abc import Mapping
from operator import index
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver import encode_text as in_text
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.encode_text import Encoder
from rs_driver_fakeserver.moments import days, microseconds, microseconds_of_day, offset_seconds
from rs_driver_fakeserver.types import WireType

_int32 = struct.Struct("!i")
_int64 = struct.Struct("!q")
_float4 = struct.Struct("!f")
_float8 = struct.Struct("!d")

_INTEGERS: Mapping[int, struct.Struct] = MappingProxyType(
    {
        oids.INT2: struct.Struct("!h"),
        oids.INT4: _int32,
        oids.INT8: _int64,
        oids.OID: struct.Struct("!I"),
        oids.XID: struct.Struct("!I"),
    }
)


def encoder(wire_type: WireType, dialect: Dialect) -> Encoder:
    """The function that writes a value of this type in binary."""
    oid = wire_type.oid
    if oid in _INTEGERS:
        return _INTEGERS[oid].pack
    if oid == oids.NUMERIC:
        return _scaled(wire_type) if dialect.scaled_numeric else _base_10000(wire_type)
    if oid == oids.TIMETZ:
        return _timetz_utc if dialect.redshift else _timetz_zone
    return _BY_OID.get(oid) or in_text.encoder(wire_type, dialect)


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
        number = in_text.at_scale(value, wire_type)
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
        number = in_text.at_scale(value, wire_type)
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


def _limits(value: object, layout: struct.Struct) -> bytes | None:
    """The largest value of the layout for ``infinity``, the smallest for ``-infinity``."""
    highest = (1 << layout.size * 8 - 1) - 1
    if value == "infinity":
        return layout.pack(highest)
    return layout.pack(-highest - 1) if value == "-infinity" else None


def _date(value: object) -> bytes:
    return _limits(value, _int32) or _int32.pack(days(value))


def _time(value: object) -> bytes:
    return _int64.pack(microseconds_of_day(value))


def _timetz_zone(value: object) -> bytes:
    """The local time, and the seconds west of UTC."""
    if not isinstance(value, dt.time):
        raise TypeError(f"{value!r} is not a time with a zone")
    return _int64.pack(microseconds_of_day(value)) + _int32.pack(-offset_seconds(value))


def _timetz_utc(value: object) -> bytes:
    """Redshift keeps the time in UTC, modulo a day, without a zone."""
    if not isinstance(value, dt.time):
        raise TypeError(f"{value!r} is not a time with a zone")
    utc = microseconds_of_day(value) - offset_seconds(value) * 1_000_000
    return _int64.pack(utc % 86_400_000_000)


def _timestamp(value: object) -> bytes:
    return _limits(value, _int64) or _int64.pack(microseconds(value, aware=False))


def _timestamptz(value: object) -> bytes:
    return _limits(value, _int64) or _int64.pack(microseconds(value, aware=True))


def _raw(value: object) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{value!r} is not bytes")
    return bytes(value)


def _uuid(value: object) -> bytes:
    return value.bytes if isinstance(value, uuid.UUID) else uuid.UUID(str(value)).bytes


def _regproc(value: object) -> bytes:
    return struct.pack("!I", index(value))  # type: ignore[arg-type]  # TypeError for anything else


def _jsonb(value: object) -> bytes:
    return b"\1" + in_text.json_text(value)


_BY_OID: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.BYTEA: _raw,
        oids.VARBYTE: _raw,
        oids.REGPROC: _regproc,
        oids.FLOAT4: lambda value: _float4.pack(in_text.as_float(value)),
        oids.FLOAT8: lambda value: _float8.pack(in_text.as_float(value)),
        oids.DATE: _date,
        oids.TIME: _time,
        oids.TIMESTAMP: _timestamp,
        oids.TIMESTAMPTZ: _timestamptz,
        oids.UUID: _uuid,
        oids.JSONB: _jsonb,
    }
)
