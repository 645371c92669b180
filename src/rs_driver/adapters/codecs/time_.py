"""TIME without a zone: ISO text, or int64 microseconds since midnight.

24:00 is a DataError in both formats, by the policy in ``date_``. A time with a zone is
sent as TIMETZ, because TIME's input would drop its offset without a word.
"""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same, unpacker
from rs_driver.adapters.codecs.date_ import NotRepresentable
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

DAY = 86_400_000_000
"""Microseconds in a day."""

_iso = re.compile(rb"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?")
_micros = unpacker("q")


def _text(data: bytes) -> time:
    match = _iso.fullmatch(data)
    if match is None:
        raise ValueError("not a time in ISO style")
    hour, minute, second, fraction = match.groups(b"")
    if data.startswith(b"24:00:00") and not fraction.strip(b"0"):
        raise NotRepresentable("Python's time ends before 24:00")
    return time(int(hour), int(minute), int(second), int(fraction.ljust(6, b"0")))


def _binary(data: bytes) -> time:
    micros = _micros(data)
    if micros == DAY:
        raise NotRepresentable("Python's time ends before 24:00")
    if not 0 <= micros < DAY:
        raise ValueError("not a time of day")
    seconds, micros = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return time(hour, minute, second, micros)


def _encode(value: time, _codecs: CodecMap) -> Parameter:
    if value.tzinfo is None:
        return Parameter(oids.TIME, TEXT, value.isoformat().encode("ascii"))
    if value.utcoffset() is None:
        raise DataError("the offset of the time's zone depends on the date, which a time has not")
    return Parameter(oids.TIMETZ, TEXT, value.isoformat().encode("ascii"))


def register(codecs: Codecs) -> Codecs:
    """Add TIME, and Python's time. Redshift before protocol 2 is asked for text."""
    profile = codecs.profile
    codecs = codecs.with_decoder(Codec(oids.TIME, TEXT, "time", same(_text)))
    if profile.kind == "postgres" or profile.protocol_version >= 2:
        codecs = codecs.with_decoder(Codec(oids.TIME, BINARY, "time", same(_binary)))
    return codecs.with_encoder(Encoder(time, _encode))
