"""Binary data to Python values, by OID; own code, like the encoders.

What Python cannot hold (a year before 1, an infinity, 24:00) becomes a str.
"""

from __future__ import annotations

import datetime as dt
import decimal
import ipaddress
import math
import struct
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver.intervals import IntervalYearToMonth
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.arrays import MAX_DIMENSIONS, Array
from rs_driver_fakeserver.values.decode_text import clock, since
from rs_driver_fakeserver.values.moments import DAY, date_text, time_text, timestamp_text, zone_text
from rs_driver_fakeserver.values.spans import Span, python_value
from rs_driver_fakeserver.values.types import element_of, name_of

Decoder = Callable[[bytes], object]

_EPOCH_UTC = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)
_EPOCH = _EPOCH_UTC.replace(tzinfo=None)
_HIGHEST, _LOWEST = (1 << 63) - 1, -(1 << 63)


def from_binary(data: bytes, oid: int, *, redshift: bool) -> object:
    """The value that binary data is of the type ``oid``; as text for a type not known.

    ValueError, ArithmeticError or struct.error for data that is none of the type.
    SqlError 08P01 where it ends too early, 42804 for an array of other elements.
    """
    element = element_of(oid)
    if element is not None:
        return _array(data, element, redshift=redshift)
    if len(data) < _SIZES.get(oid, 0):
        raise _too_short()
    if oid == oids.INTERVAL:
        return _redshift_interval(data) if redshift else _postgres_interval(data)
    if oid == oids.TIMETZ and redshift and len(data) == _SIZES[oids.TIME]:
        return _time(data, dt.timezone.utc)
    return _BINARY.get(oid, bytes.decode)(data)


def _too_short() -> SqlError:
    return SqlError("08P01", "insufficient data left in message")


def _array(data: bytes, element: int, *, redshift: bool) -> object:
    if len(data) < 12:
        raise _too_short()
    dimensions, flags, given = struct.unpack_from("!iiI", data)
    if not 0 <= dimensions <= MAX_DIMENSIONS or flags not in (0, 1):
        raise ValueError("the head of an array")
    if given != element:
        raise SqlError(
            "42804",
            f"binary data has array element type {given} ({name_of(given)}) "
            f"instead of expected {element} ({name_of(element)})",
        )
    bounds = struct.unpack_from(f"!{2 * dimensions}i", data, 12)
    lengths = bounds[0::2]
    count = math.prod(lengths) if dimensions else 0
    at = 12 + 8 * dimensions
    if min(lengths, default=0) < 0 or count > (len(data) - at) // 4:
        raise ValueError("the dimensions of an array")
    elements: list[object] = []
    for _ in range(count):
        item, at = _element(data, at)
        elements.append(None if item is None else from_binary(item, element, redshift=redshift))
    if at != len(data):
        raise ValueError("bytes behind an array")
    return Array(lengths if count else (), bounds[1::2] if count else (), tuple(elements)).nested()


def _element(data: bytes, at: int) -> tuple[bytes | None, int]:
    """The element at ``at``, None for NULL, and where the next one is."""
    (length,) = struct.unpack_from("!i", data, at)
    at += 4
    if length == -1:
        return None, at
    if not 0 <= length <= len(data) - at:
        raise ValueError("the length of an element")
    return data[at : at + length], at + length


def _unpack(layout: str) -> Decoder:
    exact = struct.Struct(layout)
    return lambda data: exact.unpack(data)[0]


def _bool(data: bytes) -> bool:
    if len(data) != 1:
        raise ValueError("a bool has one byte")
    return data != b"\0"


def _numeric(data: bytes) -> decimal.Decimal:
    """PostgreSQL's base-10000 form."""
    count, weight, sign, scale = struct.unpack_from("!hhHh", data)
    if sign in (0xC000, 0xD000, 0xF000):
        return decimal.Decimal({0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}[sign])
    if count < 0 or not 0 <= scale <= 16383 or sign not in (0, 0x4000):
        raise ValueError("the head of a numeric")
    groups = struct.unpack(f"!{count}H", data[8:])
    if max(groups, default=0) > 9999:
        raise ValueError("a digit of a numeric")
    with decimal.localcontext(decimal.Context(prec=150_000)):
        digits = "".join(f"{group:04d}" for group in groups) or "0"
        number = decimal.Decimal(digits).scaleb(4 * (weight + 1 - count))
        number = number.quantize(decimal.Decimal((0, (1,), -scale)))
    return number.copy_negate() if sign else number


def _date(data: bytes) -> object:
    (count,) = struct.unpack("!i", data)
    if count in (0x7FFFFFFF, -0x80000000):
        return "infinity" if count > 0 else "-infinity"
    try:
        return dt.date.fromordinal(_EPOCH.toordinal() + count)
    except (ValueError, OverflowError):
        return date_text(count)


def _time(data: bytes, zone: dt.tzinfo | None = None) -> object:
    (count,) = struct.unpack("!q", data)
    if not 0 <= count <= DAY:
        raise ValueError("a time of day")
    return clock(count, zone) or time_text(count) + ("+00" if zone else "")


def _timetz(data: bytes) -> object:
    count, west = struct.unpack("!qi", data)
    if not 0 <= count <= DAY or abs(west) >= 86_400:
        raise ValueError("a time of day")
    zone = dt.timezone(dt.timedelta(seconds=-west))
    return clock(count, zone) or time_text(count) + zone_text(-west)


def _instant(epoch: dt.datetime) -> Decoder:
    zone = "+00" if epoch.tzinfo else ""

    def decode(data: bytes) -> object:
        (count,) = struct.unpack("!q", data)
        if count in (_HIGHEST, _LOWEST):
            return "infinity" if count > 0 else "-infinity"
        return since(epoch, count, timestamp_text(count, zone))

    return decode


def _abstime(data: bytes) -> object:
    (seconds,) = struct.unpack("!i", data)
    return _EPOCH_UTC + dt.timedelta(seconds=seconds - 946_684_800)


def _postgres_interval(data: bytes) -> object:
    microseconds, days, months = struct.unpack("!qii", data)
    return python_value(Span(months, days, microseconds))


def _redshift_interval(data: bytes) -> object:
    microseconds, months = struct.unpack("!qi", data)
    return python_value(Span(months, 0, microseconds))


def _address(data: bytes) -> object:
    family, bits, _, length = data[:4]
    if (family, length, len(data) - 4) not in ((2, 4, 4), (3, 16, 16)):
        raise ValueError("the head of an address")
    address = ipaddress.ip_address(data[4:])
    return address if bits == length * 8 else ipaddress.ip_interface(f"{address}/{bits}")


def _mac(data: bytes) -> object:
    if len(data) != 6:
        raise ValueError("a MAC address has six bytes")
    return data.hex(":")


def _vector(element: str, oid: int) -> Decoder:
    def decode(data: bytes) -> object:
        found = _array(data, oid, redshift=False)
        if not isinstance(found, list) or any(type(item) is not int for item in found):
            raise ValueError(f"a vector of {element}")
        return tuple(found)

    return decode


def _jsonb(data: bytes) -> object:
    if data[:1] != b"\1":
        raise ValueError("the version of a jsonb")
    return data[1:].decode()


_BINARY: Mapping[int, Decoder] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.CHAR: lambda data: "" if data == b"\0" else data.decode(),
        oids.INT2: _unpack("!h"),
        oids.INT4: _unpack("!i"),
        oids.INT8: _unpack("!q"),
        **dict.fromkeys((oids.OID, oids.XID, oids.CID, oids.REGPROC), _unpack("!I")),
        oids.TID: lambda data: struct.unpack("!IH", data),
        oids.INT2VECTOR: _vector("int2", oids.INT2),
        oids.OIDVECTOR: _vector("oid", oids.OID),
        oids.FLOAT4: _unpack("!f"),
        oids.FLOAT8: _unpack("!d"),
        oids.NUMERIC: _numeric,
        oids.BYTEA: bytes,
        oids.VARBYTE: bytes,
        oids.GEOGRAPHY: bytes,
        oids.DATE: _date,
        oids.TIME: _time,
        oids.TIMETZ: _timetz,
        oids.TIMESTAMP: _instant(_EPOCH),
        oids.TIMESTAMPTZ: _instant(_EPOCH_UTC),
        oids.ABSTIME: _abstime,
        oids.INTERVALY2M: lambda data: IntervalYearToMonth(*struct.unpack("!i", data)),
        oids.INTERVALD2S: lambda data: python_value(Span(0, 0, struct.unpack("!q", data)[0])),
        oids.MACADDR: _mac,
        **dict.fromkeys((oids.INET, oids.CIDR), _address),
        oids.UUID: lambda data: uuid.UUID(bytes=data),
        oids.JSONB: _jsonb,
    }
)
_SIZES: Mapping[int, int] = MappingProxyType(
    {
        oids.BOOL: 1,
        oids.INT2: 2,
        **dict.fromkeys((oids.INT4, oids.FLOAT4, oids.DATE, oids.INTERVALY2M, oids.ABSTIME), 4),
        **dict.fromkeys((oids.OID, oids.XID, oids.CID, oids.REGPROC, oids.INET, oids.CIDR), 4),
        **dict.fromkeys((oids.TID, oids.MACADDR), 6),
        **dict.fromkeys((oids.INT8, oids.FLOAT8, oids.NUMERIC, oids.TIME, oids.TIMETZ), 8),
        **dict.fromkeys((oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVALD2S), 8),
        oids.INTERVAL: 12,
        oids.UUID: 16,
    }
)
"""The least bytes of a value."""
