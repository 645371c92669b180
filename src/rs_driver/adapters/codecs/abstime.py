"""ABSTIME, which Redshift's system tables have: ISO text, or int32 seconds since 1970 in UTC.

The value is an aware datetime in UTC, in both formats. Three of the numbers are no seconds:
infinity, -infinity and invalid, which follow the policy in ``beyond``. Source of these:
PostgreSQL 8.0's nabstime.h.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec
from rs_driver.adapters.codecs.beyond import policy
from rs_driver.adapters.codecs.by_column import built
from rs_driver.adapters.codecs.timestamp import zoned_text
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_SPECIAL: Mapping[int, str] = MappingProxyType(
    {0x7FFFFFFC: "infinity", -(2**31): "-infinity", 0x7FFFFFFE: "invalid"}
)
_SPECIAL_TEXTS: Mapping[bytes, int] = MappingProxyType(
    {text.encode("ascii"): number for number, text in _SPECIAL.items()}
)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_int4 = struct.Struct("!i")


def _text(field: FieldDescription, codecs: CodecMap) -> Decode:
    beyond = policy(codecs, "datetime", _SPECIAL.__getitem__)
    zoned = zoned_text(field, codecs)

    def decode(data: bytes) -> datetime | str:
        special = _SPECIAL_TEXTS.get(data)
        value: datetime | str = zoned(data) if special is None else beyond(special)
        return value

    return decode


def _binary(_field: FieldDescription, codecs: CodecMap) -> Decode:
    beyond, unpack = policy(codecs, "datetime", _SPECIAL.__getitem__), _int4.unpack

    def decode(data: bytes) -> datetime | str:
        seconds: int = unpack(data)[0]
        if seconds in _SPECIAL:
            return beyond(seconds)
        return _UNIX_EPOCH + seconds * _SECOND

    return decode


def _micros(value: datetime | str) -> int:
    if isinstance(value, str):
        raise DataError(f"an abstime that is {value} has no form in Arrow")
    return (value - _UNIX_EPOCH) // _MICROSECOND


def register(codecs: Codecs) -> Codecs:
    """Add ABSTIME on Redshift. PostgreSQL has had none since version 12."""
    if codecs.profile.kind != "redshift":
        return codecs
    column = built("tsu:UTC", _micros)
    return codecs.with_decoder(
        Codec(oids.ABSTIME, TEXT, "abstime", _text, column=column),
        Codec(oids.ABSTIME, BINARY, "abstime", _binary, column=column),
    )
