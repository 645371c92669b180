"""TIMESTAMP and TIMESTAMPTZ: ISO text, or int64 microseconds since 2000-01-01.

TIMESTAMP is a naive datetime. TIMESTAMPTZ is an aware one in UTC, in both formats: its
text has the session's zone, which is converted, its binary form counts in UTC. Values
that datetime cannot hold: see the policy in ``date_``; what counts is the UTC value.
"""

from __future__ import annotations

import re
import struct
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.codecs.date_ import EPOCH, INFINITIES, NotRepresentable
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_NAIVE = datetime(2000, 1, 1)  # noqa: DTZ001 (a TIMESTAMP has no zone)
_UTC = datetime(2000, 1, 1, tzinfo=timezone.utc)
_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097  # the Gregorian calendar repeats itself

_MICROSECOND = timedelta(microseconds=1)
_int8 = struct.Struct("!q")
_iso = re.compile(
    rb"([0-9]{4,7})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    rb"(?:\.([0-9]{1,6}))?(?:([+-])([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?)?( BC)?"
)


def _binary(epoch: datetime) -> Decode:
    unpack = _int8.unpack

    def decode(data: bytes) -> datetime:
        # Multiplying takes half as long as timedelta(microseconds=...).
        micros: int = unpack(data)[0]
        try:
            return epoch + micros * _MICROSECOND
        except OverflowError:
            raise _beyond(micros) from None

    return decode


def _beyond(micros: int) -> NotRepresentable:
    if micros in (2**63 - 1, -(2**63)):
        return NotRepresentable("Python has no infinite datetime")
    return NotRepresentable("outside the years 1 to 9999 of Python's datetime")


def _text(epoch: datetime) -> Decode:
    zoned = epoch.tzinfo is not None

    def decode(data: bytes) -> datetime:
        match = _iso.fullmatch(data)
        if match is None:
            if data in INFINITIES:
                raise NotRepresentable("Python has no infinite datetime")
            raise ValueError("not a timestamp in ISO style (the session's DateStyle must be ISO)")
        if (match[8] is not None) is not zoned:
            raise ValueError("an offset is missing" if zoned else "an offset is not expected")
        if len(match[1]) > 4 or match[12] or zoned:
            return _from_count(epoch, _count(match))
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        return datetime(  # noqa: DTZ001 (a TIMESTAMP has no zone)
            year, month, day, hour, minute, second, int((match[7] or b"").ljust(6, b"0"))
        )

    return decode


def _from_count(epoch: datetime, micros: int) -> datetime:
    try:
        return epoch + micros * _MICROSECOND
    except OverflowError:
        raise _beyond(micros) from None


def _count(match: re.Match[bytes]) -> int:
    """Microseconds since the epoch, in UTC, of any year: what the binary form would say."""
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("not a time of day")
    if match[12]:
        if year == 0:
            raise ValueError("there is no year 0 BC")
        year = 1 - year
    cycles, year_of_cycle = divmod(year - 1, _CYCLE_YEARS)
    days = date(year_of_cycle + 1, month, day).toordinal() + cycles * _CYCLE_DAYS - EPOCH
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    if match[8]:
        offset = int(match[9]) * 3600 + int(match[10] or 0) * 60 + int(match[11] or 0)
        seconds += offset if match[8] == b"-" else -offset
    return seconds * 1_000_000 + int((match[7] or b"").ljust(6, b"0"))


def _encode(value: datetime, _codecs: CodecMap) -> Parameter:
    zoned = value.utcoffset() is not None
    epoch = _UTC if zoned else _NAIVE
    since = value - epoch if zoned else value.replace(tzinfo=None) - epoch
    try:
        data = _int8.pack((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
    except struct.error as error:  # a subclass without a value, such as pandas' NaT
        raise DataError(f"the {type(value).__name__} has no value to send") from error
    if getattr(value, "nanosecond", 0):  # of a subclass such as pandas' Timestamp
        raise DataError(
            f"the {type(value).__name__} has nanoseconds, the server's timestamps have "
            "microseconds: round it first"
        )
    return Parameter(oids.TIMESTAMPTZ if zoned else oids.TIMESTAMP, BINARY, data)


def register(codecs: Codecs) -> Codecs:
    """Add both timestamps, and Python's datetime, naive and aware."""
    decoders: list[Codec] = []
    for oid, name, epoch in (
        (oids.TIMESTAMP, "timestamp", _NAIVE),
        (oids.TIMESTAMPTZ, "timestamp with time zone", _UTC),
    ):
        decoders += (
            Codec(oid, TEXT, name, same(_text(epoch))),
            Codec(oid, BINARY, name, same(_binary(epoch))),
        )
    return codecs.with_decoder(*decoders).with_encoder(Encoder(datetime, _encode))
