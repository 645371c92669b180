"""INTERVAL, and Redshift's INTERVAL YEAR TO MONTH and INTERVAL DAY TO SECOND.

Text is in one of the server's styles (``interval_text``). The binary forms:

* INTERVAL on PostgreSQL: int64 microseconds, int32 days, int32 months.
* INTERVAL on Redshift: int64 microseconds, into which days of 24 hours are folded, and
  int32 months. Its text is folded the same way.
* YEAR TO MONTH: int32 months. DAY TO SECOND: int64 microseconds.

An INTERVAL without months is a ``timedelta`` if that reaches so far, else an ``Interval``.
PostgreSQL 17's infinite intervals are the longest of each sign, as in its binary form.
"""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.codecs.beyond import DAY
from rs_driver.adapters.codecs.by_column import built
from rs_driver.adapters.codecs.interval_text import Parts, parse
from rs_driver.errors import DataError
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_micros_days_months = struct.Struct("!qii")
_micros_months = struct.Struct("!qi")
_months_days_nanoseconds = struct.Struct("=iiq")
_int8 = struct.Struct("!q")
_int4 = struct.Struct("!i")

_LONGEST = Interval(2**63 - 1, 2**31 - 1, 2**31 - 1)
_LONGEST_BACK = Interval(-(2**63), -(2**31), -(2**31))


# -- from the server --------------------------------------------------------------------


def _text(data: bytes) -> timedelta | Interval:
    if data == b"infinity":
        return _LONGEST
    if data == b"-infinity":
        return _LONGEST_BACK
    return _value(*_in_range(*parse(data)))


def _text_of_redshift(data: bytes) -> timedelta | Interval:
    micros, days, months = parse(data)
    return _value(*_in_range(micros + days * DAY, 0, months))


def _binary(data: bytes) -> timedelta | Interval:
    return _value(*_micros_days_months.unpack(data))


def _binary_of_redshift(data: bytes) -> timedelta | Interval:
    micros, months = _micros_months.unpack(data)
    return Interval(micros, 0, months) if months else timedelta(0, 0, micros)


def _value(micros: int, days: int, months: int) -> timedelta | Interval:
    if months:
        return Interval(micros, days, months)
    try:
        return timedelta(days, 0, micros)
    except OverflowError:
        return Interval(micros, days)


def _year_to_month_text(data: bytes) -> IntervalYearToMonth:
    micros, days, months = parse(data)
    if micros or days:
        raise ValueError("more than years and months")
    return IntervalYearToMonth(_in_range(0, 0, months)[2])


def _year_to_month(data: bytes) -> IntervalYearToMonth:
    return IntervalYearToMonth(_int4.unpack(data)[0])


def _day_to_second_text(data: bytes) -> IntervalDayToSecond:
    micros, days, months = parse(data)
    if months:
        raise ValueError("more than days to seconds")
    return IntervalDayToSecond(_in_range(micros + days * DAY, 0, 0)[0])


def _day_to_second(data: bytes) -> IntervalDayToSecond:
    return IntervalDayToSecond(_int8.unpack(data)[0])


def _in_range(micros: int, days: int, months: int) -> Parts:
    """The same; ValueError for what no binary form would hold."""
    try:
        _micros_days_months.pack(micros, days, months)
    except struct.error as error:
        raise ValueError("longer than any interval of the server's") from error
    return micros, days, months


# -- to the server ----------------------------------------------------------------------


def _encode_timedelta(value: timedelta, codecs: CodecMap) -> Parameter:
    micros = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    # Both with one sign: a minute before nothing is -00:01:00, not "-1 days +23:59:00".
    days, rest = divmod(abs(micros), DAY)
    return _interval(codecs, *((rest, days) if micros >= 0 else (-rest, -days)))


def _encode_interval(value: Interval, codecs: CodecMap) -> Parameter:
    return _interval(codecs, value.microseconds, value.days, value.months)


def _encode_year_to_month(value: IntervalYearToMonth, codecs: CodecMap) -> Parameter:
    if codecs.profile.kind == "postgres":
        return _encode_interval(value, codecs)
    return Parameter(oids.INTERVALY2M, BINARY, _int4.pack(value.months))


def _encode_day_to_second(value: IntervalDayToSecond, codecs: CodecMap) -> Parameter:
    if codecs.profile.kind == "postgres":
        return _encode_interval(value, codecs)
    return Parameter(oids.INTERVALD2S, BINARY, _int8.pack(value.microseconds))


def _interval(codecs: CodecMap, micros: int, days: int, months: int = 0) -> Parameter:
    if codecs.profile.kind == "postgres":
        data = _micros_days_months.pack(micros, days, months)
    else:
        try:
            data = _micros_months.pack(micros + days * DAY, months)
        except struct.error as error:
            raise DataError(
                "the interval is too long: Redshift counts its days in microseconds of 64 bits"
            ) from error
    return Parameter(oids.INTERVAL, BINARY, data)


# -- by column ----------------------------------------------------------------------------


def _months_days_nanos(value: timedelta | Interval) -> bytes:
    """Arrow's interval of three parts."""
    if isinstance(value, Interval):
        months, days, micros = value.months, value.days, value.microseconds
    else:
        months, days = 0, value.days
        micros = value.seconds * 1_000_000 + value.microseconds
    try:
        return _months_days_nanoseconds.pack(months, days, micros * 1000)
    except struct.error:
        raise DataError("an interval of over 292 years of hours has no form in Arrow") from None


_COLUMNS = {
    oids.INTERVAL: built("tin", _months_days_nanos),
    oids.INTERVALY2M: built("tiM", lambda value: value.months),
    oids.INTERVALD2S: built("tDu", lambda value: value.microseconds),
}


def register(codecs: Codecs) -> Codecs:
    """Add the types of this server, in both formats, and the Python classes."""
    if codecs.profile.kind == "postgres":
        codecs = codecs.with_decoder(*_both(oids.INTERVAL, "interval", _text, _binary))
    else:
        codecs = codecs.with_decoder(
            *_both(oids.INTERVAL, "interval", _text_of_redshift, _binary_of_redshift),
            *_both(oids.INTERVALY2M, "interval year to month", _year_to_month_text, _year_to_month),
            *_both(oids.INTERVALD2S, "interval day to second", _day_to_second_text, _day_to_second),
        )
    return codecs.with_encoder(
        Encoder(timedelta, _encode_timedelta),
        Encoder(Interval, _encode_interval),
        Encoder(IntervalYearToMonth, _encode_year_to_month),
        Encoder(IntervalDayToSecond, _encode_day_to_second),
    )


def _both(oid: int, name: str, text: Decode, binary: Decode) -> tuple[Codec, Codec]:
    column = _COLUMNS[oid]
    return (
        Codec(oid, TEXT, name, same(text), column=column),
        Codec(oid, BINARY, name, same(binary), column=column),
    )
