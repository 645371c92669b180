"""DATE: ISO text (``2024-02-29``, ``0044-03-15 BC``), or int32 days since 2000-01-01.

A date that Python's cannot hold follows the policy in ``beyond``. A text form other than
ISO's is a DataError.
"""

from __future__ import annotations

import re
import struct
from datetime import date
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder
from rs_driver.adapters.codecs.beyond import (
    EPOCH,
    MAX_DAYS,
    MIN_DAYS,
    Beyond,
    count_days,
    date_text,
    policy,
)
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Finish, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_iso = re.compile(rb"([0-9]{4,7})-([0-9]{2})-([0-9]{2})( BC)?")
_int4 = struct.Struct("!i")
_from_ordinal = date.fromordinal


def _text(_field: FieldDescription, codecs: CodecMap) -> Decode:
    beyond = _beyond(codecs)

    def decode(data: bytes) -> date | str:
        match = _iso.fullmatch(data)
        if match is None:
            if data in (b"infinity", b"-infinity"):
                return beyond(MIN_DAYS if data.startswith(b"-") else MAX_DAYS)
            raise ValueError("not a date in ISO style (the session's DateStyle must be ISO)")
        year, month, day, before_christ = match.groups()
        if before_christ or len(year) > 4:
            return _from_count(
                count_days(int(year), int(month), int(day), before_christ=bool(before_christ)),
                beyond,
            )
        return date(int(year), int(month), int(day))

    return decode


def _binary(field: FieldDescription, codecs: CodecMap) -> Decode:
    finish, unpack = _of_days(field, codecs), _int4.unpack
    return lambda data: finish(unpack(data)[0])


def _of_days(_field: FieldDescription, codecs: CodecMap) -> Finish:
    beyond = _beyond(codecs)

    def finish(days: int) -> date | str:
        try:
            return _from_ordinal(days + EPOCH)
        except (ValueError, OverflowError):
            return beyond(days)

    return finish


def _count(data: bytes) -> int:
    """Days since 2000-01-01 of any year's date, or of an infinite one: as in binary."""
    match = _iso.fullmatch(data)
    if match is None:
        return MIN_DAYS if data.startswith(b"-") else MAX_DAYS
    year, month, day, before_christ = match.groups()
    return count_days(int(year), int(month), int(day), before_christ=bool(before_christ))


def _text_column(_field: FieldDescription, _codecs: CodecMap, bare: Decode) -> ColumnDecode:
    from rs_driver.adapters.codecs.built import Counted
    from rs_driver.adapters.codecs.columns import dates

    return Counted("tdD", bare, _count, dates)


def _binary_column(_field: FieldDescription, codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    from rs_driver.adapters.codecs.columns import Dates

    return Dates(_beyond(codecs))


def _beyond(codecs: CodecMap) -> Beyond:
    return policy(codecs, "date", date_text)


def _from_count(days: int, beyond: Beyond) -> date | str:
    try:
        return _from_ordinal(days + EPOCH)
    except (ValueError, OverflowError):
        return beyond(days)


def _encode(value: date, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.DATE, TEXT, value.isoformat().encode("ascii"))


def register(codecs: Codecs) -> Codecs:
    """Add DATE, and Python's date. Redshift before protocol 2 is asked for text."""
    profile = codecs.profile
    codecs = codecs.with_decoder(Codec(oids.DATE, TEXT, "date", _text, column=_text_column))
    if profile.kind == "postgres" or profile.protocol_version >= 2:
        codecs = codecs.with_decoder(
            Codec(oids.DATE, BINARY, "date", _binary, "i", _binary_column, _of_days)
        )
    return codecs.with_encoder(Encoder(date, _encode))
