"""TIME without a zone: ISO text, or int64 microseconds since midnight.

24:00 follows the policy in ``beyond``. A time with a zone is sent as TIMETZ, because
TIME's input would drop its offset without a word.
"""

from __future__ import annotations

import re
import struct
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder
from rs_driver.adapters.codecs.beyond import DAY, policy, time_text
from rs_driver.adapters.codecs.by_column import built
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Finish, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_iso = re.compile(rb"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?")
_int8 = struct.Struct("!q")
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 (a TIME has no zone)
_MICROSECOND = timedelta(microseconds=1)


def _text(_field: FieldDescription, codecs: CodecMap) -> Decode:
    beyond = policy(codecs, "time", time_text)

    def decode(data: bytes) -> time | str:
        match = _iso.fullmatch(data)
        if match is None:
            raise ValueError("not a time in ISO style")
        hour, minute, second, fraction = match.groups(b"")
        if data.startswith(b"24:00:00") and not fraction.strip(b"0"):
            return beyond(DAY)
        return time(int(hour), int(minute), int(second), int(fraction.ljust(6, b"0")))

    return decode


def _binary(field: FieldDescription, codecs: CodecMap) -> Decode:
    finish, unpack = _of_micros(field, codecs), _int8.unpack
    return lambda data: finish(unpack(data)[0])


def _of_micros(_field: FieldDescription, codecs: CodecMap) -> Finish:
    beyond = policy(codecs, "time", time_text)

    def finish(micros: int) -> time | str:
        if 0 <= micros < DAY:
            # Quicker than dividing by 1,000,000 and 60 and 60.
            return (_MIDNIGHT + micros * _MICROSECOND).time()
        if micros == DAY:
            return beyond(DAY)
        raise ValueError("not a time of day")

    return finish


def _micros(value: time | str) -> int:
    if isinstance(value, str):
        raise DataError("the time 24:00 has no form in Arrow")
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _binary_column(_field: FieldDescription, codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    from rs_driver.adapters.codecs.columns import Times

    return Times(policy(codecs, "time", time_text))


def _encode(value: time, _codecs: CodecMap) -> Parameter:
    if value.tzinfo is None:
        return Parameter(oids.TIME, TEXT, value.isoformat().encode("ascii"))
    offset = value.utcoffset()
    if offset is None:
        raise DataError("the offset of the time's zone depends on the date, which a time has not")
    if offset.microseconds:
        raise DataError("the offset of the time's zone has a fraction of a second")
    return Parameter(oids.TIMETZ, TEXT, value.isoformat().encode("ascii"))


def register(codecs: Codecs) -> Codecs:
    """Add TIME, and Python's time. Redshift before protocol 2 is asked for text."""
    profile = codecs.profile
    codecs = codecs.with_decoder(
        Codec(oids.TIME, TEXT, "time", _text, column=built("ttu", _micros))
    )
    if profile.kind == "postgres" or profile.protocol_version >= 2:
        codecs = codecs.with_decoder(
            Codec(oids.TIME, BINARY, "time", _binary, "q", _binary_column, _of_micros)
        )
    return codecs.with_encoder(Encoder(time, _encode))
