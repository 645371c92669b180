"""Dates, times and timestamps in both formats, from counts of days and microseconds.

Own code on purpose, like all encoders here: see ``encode_text``. What Python cannot hold
is given as a text: ``infinity``, ``0044-03-15 BC``, ``24:00:00``.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode_numbers import Encoder
from rs_driver_fakeserver.values.moments import (
    DAY,
    INFINITIES,
    date_text,
    days,
    microseconds,
    microseconds_of_day,
    time_text,
    timestamp_text,
    zone_text,
    zoned_time,
)

_int32 = struct.Struct("!i")
_int64 = struct.Struct("!q")

_UNIX_TO_2000 = 946_684_800
"""Seconds; ABSTIME counts from 1970."""
_ABSTIME_LIMITS: Mapping[object, int] = MappingProxyType(
    {"infinity": 0x7FFFFFFC, "-infinity": -0x80000000}
)


def text(oid: int, dialect: Dialect) -> Encoder | None:
    """The encoder in text for one of these types, None for another type."""
    if oid == oids.TIMETZ:
        return _timetz_utc_text if dialect.redshift else _timetz_text
    return _TEXT.get(oid)


def binary(oid: int, dialect: Dialect) -> Encoder | None:
    """The same in binary."""
    if oid == oids.TIMETZ:
        return _timetz_utc if dialect.redshift else _timetz_zone
    return _BINARY.get(oid)


def _date_text(value: object) -> bytes:
    return str(value if value in INFINITIES else date_text(days(value))).encode()


def _time_text(value: object) -> bytes:
    if isinstance(value, dt.time) and value.tzinfo is not None:
        raise TypeError(f"{value!r} has a time zone")
    return time_text(microseconds_of_day(value)).encode()


def _timetz_text(value: object) -> bytes:
    of_day, east = zoned_time(value)
    return (time_text(of_day) + zone_text(east)).encode()


def _utc(value: object) -> int:
    """Redshift keeps a TIMETZ in UTC, modulo a day, without a zone."""
    of_day, east = zoned_time(value)
    return (of_day - east * 1_000_000) % DAY


def _timetz_utc_text(value: object) -> bytes:
    return f"{time_text(_utc(value))}+00".encode()


def _timestamp_text(value: object) -> bytes:
    if value in INFINITIES:
        return str(value).encode()
    return timestamp_text(microseconds(value, aware=False)).encode()


def _timestamptz_text(value: object) -> bytes:
    """In UTC, the session's time zone unless a test sets another."""
    if value in INFINITIES:
        return str(value).encode()
    return timestamp_text(microseconds(value, aware=True), "+00").encode()


def _unix_seconds(value: object) -> int:
    if value in _ABSTIME_LIMITS:
        return _ABSTIME_LIMITS[value]
    seconds, rest = divmod(microseconds(value, aware=True), 1_000_000)
    if rest:
        raise ValueError(f"{value!r} has a fraction of a second")
    return seconds + _UNIX_TO_2000


def _abstime_text(value: object) -> bytes:
    _int32.pack(_unix_seconds(value))  # checks it
    return _timestamptz_text(value)


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
    of_day, east = zoned_time(value)
    return _int64.pack(of_day) + _int32.pack(-east)


def _timetz_utc(value: object) -> bytes:
    return _int64.pack(_utc(value))


def _timestamp(value: object) -> bytes:
    return _limits(value, _int64) or _int64.pack(microseconds(value, aware=False))


def _timestamptz(value: object) -> bytes:
    return _limits(value, _int64) or _int64.pack(microseconds(value, aware=True))


def _abstime(value: object) -> bytes:
    return _int32.pack(_unix_seconds(value))


_TEXT: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.DATE: _date_text,
        oids.TIME: _time_text,
        oids.TIMESTAMP: _timestamp_text,
        oids.TIMESTAMPTZ: _timestamptz_text,
        oids.ABSTIME: _abstime_text,
    }
)
_BINARY: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.DATE: _date,
        oids.TIME: _time,
        oids.TIMESTAMP: _timestamp,
        oids.TIMESTAMPTZ: _timestamptz,
        oids.ABSTIME: _abstime,
    }
)
