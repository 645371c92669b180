"""TIMETZ: ISO text with an offset, or int64 microseconds since midnight and int32 seconds.

The seconds are those of the offset *west* of UTC. Redshift may leave them out: it keeps the
time in UTC. The value is an aware ``time`` in UTC, in both formats: 23:00-05 is 04:00 UTC.
So is 24:00 with an offset: 24:00+02 is 22:00 UTC. Only 24:00 in UTC itself follows the
policy in ``beyond``; it sorts after every other time, so it is not 00:00.

``time_`` sends an aware time as TIMETZ.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec
from rs_driver.adapters.codecs.beyond import DAY, policy, time_text
from rs_driver.adapters.codecs.by_column import built, written
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

OFFSET = rb"([+-])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?"
"""An offset east of UTC in ISO style: ``+00``, ``+05:30``, ``-04:56:02``. Four groups."""

_DAY_SECONDS = 86_400
_MICROSECOND = timedelta(microseconds=1)
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=timezone.utc)
_iso = re.compile(rb"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?" + OFFSET)
_int8 = struct.Struct("!q")
_int8_int4 = struct.Struct("!qi")


def offset_seconds(sign: bytes, hours: bytes, minutes: bytes | None, seconds: bytes | None) -> int:
    """Seconds east of UTC, by the groups of ``OFFSET``. ValueError for a day or more."""
    minute, second = int(minutes or 0), int(seconds or 0)
    total = int(hours) * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total >= _DAY_SECONDS:
        raise ValueError("not an offset from UTC")
    return -total if sign == b"-" else total


def _utc(codecs: CodecMap) -> Callable[[int, int], time | str]:
    """The function of microseconds since the local midnight and seconds west of UTC."""
    beyond = policy(codecs, "time", lambda micros: time_text(micros) + "+00")

    def value(micros: int, west: int) -> time | str:
        if not (0 <= micros <= DAY and -_DAY_SECONDS < west < _DAY_SECONDS):
            raise ValueError("not a time of day with an offset from UTC")
        if micros == DAY and not west:
            return beyond(DAY)
        # timetz() forgets the day on which it is that time in UTC.
        return (_MIDNIGHT + (micros + west * 1_000_000) * _MICROSECOND).timetz()

    return value


def _text(_field: FieldDescription, codecs: CodecMap) -> Decode:
    value = _utc(codecs)

    def decode(data: bytes) -> time | str:
        match = _iso.fullmatch(data)
        if match is None:
            raise ValueError("not a time with an offset in ISO style")
        hour, minute, second = map(int, match.groups()[:3])
        if minute > 59 or second > 59:
            raise ValueError("not a time of day")
        micros = int((match[4] or b"").ljust(6, b"0"))
        micros += (hour * 3600 + minute * 60 + second) * 1_000_000
        return value(micros, -offset_seconds(*match.groups()[4:]))

    return decode


def _binary(_field: FieldDescription, codecs: CodecMap) -> Decode:
    value, unpack = _utc(codecs), _int8_int4.unpack
    return lambda data: value(*unpack(data))


def _binary_of_redshift(_field: FieldDescription, codecs: CodecMap) -> Decode:
    value, with_offset, in_utc = _utc(codecs), _int8_int4.unpack, _int8.unpack

    def decode(data: bytes) -> time | str:
        if len(data) == _int8.size:
            return value(in_utc(data)[0], 0)
        return value(*with_offset(data))

    return decode


def register(codecs: Codecs) -> Codecs:
    """Add TIMETZ, in binary for every server."""
    binary = _binary if codecs.profile.kind == "postgres" else _binary_of_redshift
    name, text = "time with time zone", built("u", written)
    return codecs.with_decoder(
        Codec(oids.TIMETZ, TEXT, name, _text, column=text),
        Codec(oids.TIMETZ, BINARY, name, binary, column=text),
    )
