"""DATE: ISO text (``2024-02-29``, ``0044-03-15 BC``), or int32 days since 2000-01-01.

Policy for all types of date and time, in both formats: a value that Python's datetime
cannot hold (infinity, BC, a year after 9999, the time 24:00) is a DataError, never the
nearest value that would fit. A text form other than ISO's is a DataError too.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same, unpacker
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

EPOCH = date(2000, 1, 1).toordinal()
"""The proleptic Gregorian ordinal of the servers' day 0."""
INFINITIES = (b"infinity", b"-infinity")

_iso = re.compile(rb"([0-9]{4,7})-([0-9]{2})-([0-9]{2})( BC)?")
_days = unpacker("i")


class NotRepresentable(ValueError):
    """A value of the server's that has no Python equivalent."""


def _text(data: bytes) -> date:
    match = _iso.fullmatch(data)
    if match is None:
        if data in INFINITIES:
            raise NotRepresentable("Python has no infinite date")
        raise ValueError("not a date in ISO style (the session's DateStyle must be ISO)")
    year, month, day, before_christ = match.groups()
    if before_christ or len(year) > 4:
        raise NotRepresentable("outside the years 1 to 9999 of Python's date")
    return date(int(year), int(month), int(day))


def _binary(data: bytes) -> date:
    days = _days(data)
    if days in (2**31 - 1, -(2**31)):
        raise NotRepresentable("Python has no infinite date")
    if not 1 <= days + EPOCH <= date.max.toordinal():
        raise NotRepresentable("outside the years 1 to 9999 of Python's date")
    return date.fromordinal(days + EPOCH)


def _encode(value: date, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.DATE, TEXT, value.isoformat().encode("ascii"))


def register(codecs: Codecs) -> Codecs:
    """Add DATE, and Python's date. Redshift before protocol 2 is asked for text."""
    profile = codecs.profile
    codecs = codecs.with_decoder(Codec(oids.DATE, TEXT, "date", same(_text)))
    if profile.kind == "postgres" or profile.protocol_version >= 2:
        codecs = codecs.with_decoder(Codec(oids.DATE, BINARY, "date", same(_binary)))
    return codecs.with_encoder(Encoder(date, _encode))
