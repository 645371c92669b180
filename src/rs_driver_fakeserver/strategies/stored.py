"""What a server makes of the values that it is given, and when two values are the same."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
import struct

from rs_driver import oids
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.strategies.checks import is_redshift
from rs_driver_fakeserver.strategies.values import resolved
from rs_driver_fakeserver.values.encode_numbers import at_scale
from rs_driver_fakeserver.values.moments import DAY, time_text, zoned_time
from rs_driver_fakeserver.values.spans import Span, is_span, python_value, span
from rs_driver_fakeserver.values.types import WireType

_float4 = struct.Struct("!f")
_JSON = frozenset({oids.JSON, oids.JSONB, oids.SUPER})
_UTC = dt.timezone.utc


def stored(type_name: str, value: object, *, server: ServerKind = "redshift") -> object:
    """The value that a client reads where a column of this type was scripted to hold ``value``.

    CHAR(n) is padded, a NUMERIC has its column's digits, a float4 its precision, JSON given
    as text is what the text says; a TIMETZ is in UTC on Redshift, where an INTERVAL is
    months and microseconds. Texts for what Python cannot hold stay as they are.
    """
    redshift = is_redshift(server)
    return _stored(resolved(type_name, redshift=redshift), value, redshift=redshift)


def _stored(wire_type: WireType, value: object, *, redshift: bool) -> object:
    element = wire_type.element
    if value is None:
        return None
    if element is not None:
        return _of_array(element, value, redshift=redshift)
    if wire_type.oid == oids.BPCHAR:
        return str(value).ljust(wire_type.characters or 0)
    if wire_type.oid == oids.NUMERIC:
        number = at_scale(value, wire_type)
        return number if number or not number.is_finite() else number.copy_abs()
    if wire_type.oid == oids.FLOAT4 and isinstance(value, float):
        return _float4.unpack(_float4.pack(value))[0]
    if wire_type.oid in _JSON or wire_type.name == "hllsketch":
        return json.loads(value) if isinstance(value, str) else value
    if wire_type.oid == oids.TIMETZ and redshift and isinstance(value, dt.time):
        return _in_utc(value)
    if wire_type.oid == oids.INTERVAL and is_span(value):
        found = span(value)
        return python_value(Span(found.months, 0, found.folded) if redshift else found)
    return value


def _of_array(element: WireType, value: object, *, redshift: bool) -> object:
    if not isinstance(value, list):
        return value
    return [
        _of_array(element, item, redshift=redshift)
        if isinstance(item, list)
        else _stored(element, item, redshift=redshift)
        for item in value
    ]


def _in_utc(value: dt.time) -> dt.time:
    of_day, east = zoned_time(value)
    text = time_text((of_day - east * 1_000_000) % DAY)
    return dt.time.fromisoformat(_whole_fraction(text)).replace(tzinfo=_UTC)


def _whole_fraction(text: str) -> str:
    """With six decimals or none: Python 3.10 reads no others."""
    whole, point, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(6, '0')}" if point else whole


def same(one: object, other: object) -> bool:
    """Equal, to the last element: NaN is NaN, an int is not a bool, a tuple is as good as a list.

    Intervals are the same by what they are made of, however their class is called; for a
    timedelta, a day is 24 hours.
    """
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same(a, b) for a, b in pairs)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if _is_nan(one) or _is_nan(other):
        return _is_nan(one) and _is_nan(other)
    if is_span(one) and is_span(other):
        return _same_span(one, other)
    return one == other


def _same_span(one: object, other: object) -> bool:
    a, b = span(one), span(other)
    if isinstance(one, dt.timedelta) or isinstance(other, dt.timedelta):
        return (a.months, a.folded) == (b.months, b.folded)
    return a == b


def _is_nan(value: object) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, decimal.Decimal) and value.is_nan()
