"""TIMESTAMP and TIMESTAMPTZ: ISO text, or int64 microseconds since 2000-01-01.

TIMESTAMP is a naive datetime. TIMESTAMPTZ is an aware one in UTC, in both formats: its
text has the session's zone, which is converted, its binary form counts in UTC. Values
that datetime cannot hold follow the policy in ``beyond``; what counts is the UTC value.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Bare, Codec, Column, Encoder
from rs_driver.adapters.codecs.beyond import (
    MAX_MICROS,
    MIN_MICROS,
    Beyond,
    count_days,
    policy,
    timestamp_text,
    timestamptz_text,
)
from rs_driver.adapters.codecs.timetz import OFFSET, offset_seconds
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Finish, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_NAIVE = datetime(2000, 1, 1)  # noqa: DTZ001 (a TIMESTAMP has no zone)
_UTC = datetime(2000, 1, 1, tzinfo=timezone.utc)

_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_int8 = struct.Struct("!q")
_iso = re.compile(
    rb"([0-9]{4,7})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    rb"(?:\.([0-9]{1,6}))?(?:" + OFFSET + rb")?( BC)?"
)


def _binary(epoch: datetime) -> Bare:
    finish_of = _of_micros(epoch)

    def bare(field: FieldDescription, codecs: CodecMap) -> Decode:
        finish, unpack = finish_of(field, codecs), _int8.unpack
        return lambda data: finish(unpack(data)[0])

    return bare


def _of_micros(epoch: datetime) -> Callable[[FieldDescription, CodecMap], Finish]:
    def make(_field: FieldDescription, codecs: CodecMap) -> Finish:
        beyond = _beyond(epoch, codecs)

        def finish(micros: int) -> datetime | str:
            try:
                # Multiplying takes half as long as timedelta(microseconds=...).
                return epoch + micros * _MICROSECOND
            except OverflowError:
                return beyond(micros)

        return finish

    return make


def _beyond(epoch: datetime, codecs: CodecMap) -> Beyond:
    return policy(codecs, "datetime", timestamptz_text if epoch.tzinfo else timestamp_text)


def _naive_text(_field: FieldDescription, codecs: CodecMap) -> Decode:
    beyond = _beyond(_NAIVE, codecs)

    def decode(data: bytes) -> datetime | str:
        match = _match(data)
        if match is None:
            return beyond(_infinity(data))
        if match[8]:
            raise ValueError("an offset is not expected")
        if len(match[1]) > 4 or match[12]:
            return _from_count(_NAIVE, _count(match), beyond)
        return _plain(match, None)

    return decode


def zoned_text(_field: FieldDescription, codecs: CodecMap) -> Decode:
    """The ``Bare`` of ISO text with an offset: an aware datetime in UTC."""
    beyond = _beyond(_UTC, codecs)

    def decode(data: bytes) -> datetime | str:
        match = _match(data)
        if match is None:
            return beyond(_infinity(data))
        if not match[8]:
            raise ValueError("an offset is missing")
        if len(match[1]) == 4 and not match[12]:
            east = offset_seconds(*match.groups()[7:11])
            local = _plain(match, timezone.utc)
            try:
                return local - east * _SECOND if east else local
            except OverflowError:
                return beyond(_count(match))
        return _from_count(_UTC, _count(match), beyond)

    return decode


def _plain(match: re.Match[bytes], zone: timezone | None) -> datetime:
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    micros = int((match[7] or b"").ljust(6, b"0"))
    return datetime(year, month, day, hour, minute, second, micros, zone)


def _match(data: bytes) -> re.Match[bytes] | None:
    """The parts of a timestamp; None for an infinite one."""
    match = _iso.fullmatch(data)
    if match is None and data not in (b"infinity", b"-infinity"):
        raise ValueError("not a timestamp in ISO style (the session's DateStyle must be ISO)")
    return match


def _infinity(data: bytes) -> int:
    return MIN_MICROS if data.startswith(b"-") else MAX_MICROS


def _from_count(epoch: datetime, micros: int, beyond: Beyond) -> datetime | str:
    try:
        return epoch + micros * _MICROSECOND
    except OverflowError:
        return beyond(micros)


def _count(match: re.Match[bytes]) -> int:
    """Microseconds since the epoch, in UTC, of any year: what the binary form would say."""
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("not a time of day")
    days = count_days(year, month, day, before_christ=match[12] is not None)
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    if match[8]:
        seconds -= offset_seconds(*match.group(8, 9, 10, 11))
    micros = seconds * 1_000_000 + int((match[7] or b"").ljust(6, b"0"))
    if not MIN_MICROS < micros < MAX_MICROS:
        raise ValueError("too far for a timestamp")
    return micros


def _text_column(format: str, *, zoned: bool) -> Column:
    def count_of(data: bytes) -> int:
        match = _match(data)
        if match is None:
            return _infinity(data)
        if (match[8] is not None) != zoned:
            raise ValueError("an offset is missing, or not expected")
        return _count(match)

    def make(_field: FieldDescription, _codecs: CodecMap, bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.built import Counted
        from rs_driver.adapters.codecs.columns import timestamps

        return Counted(format, bare, count_of, timestamps)

    return make


def _binary_column(epoch: datetime) -> Column:
    def make(_field: FieldDescription, codecs: CodecMap, _bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.columns import Timestamps

        return Timestamps(_beyond(epoch, codecs), zoned=epoch.tzinfo is not None)

    return make


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
    naive, zoned = "timestamp", "timestamp with time zone"
    return codecs.with_decoder(
        Codec(oids.TIMESTAMP, TEXT, naive, _naive_text, column=_text_column("tsu:", zoned=False)),
        _in_binary(oids.TIMESTAMP, naive, _NAIVE),
        Codec(
            oids.TIMESTAMPTZ, TEXT, zoned, zoned_text, column=_text_column("tsu:UTC", zoned=True)
        ),
        _in_binary(oids.TIMESTAMPTZ, zoned, _UTC),
    ).with_encoder(Encoder(datetime, _encode))


def _in_binary(oid: int, name: str, epoch: datetime) -> Codec:
    return Codec(oid, BINARY, name, _binary(epoch), "q", _binary_column(epoch), _of_micros(epoch))
