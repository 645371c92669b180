"""Values of the types of dates and times."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.values.moments import date_text, days_from_civil
from rs_driver_fakeserver.values.types import WireType

_UTC = dt.timezone.utc
_DAY = dt.timedelta(days=1)
_FARTHEST_ZONE = 15 * 3600 + 59 * 60 + 59
"""Seconds from UTC: PostgreSQL's limit."""
_ABSTIME = (
    dt.datetime(1901, 12, 13, 20, 45, 53, tzinfo=_UTC),
    dt.datetime(2038, 1, 19, 3, 14, 3, tzinfo=_UTC),
)
"""Between the values that mean -infinity and infinity."""
_INFINITIES = ("infinity", "-infinity")
_TOO_EARLY = (days_from_civil(-4711, 1, 1), days_from_civil(0, 12, 31))
_TOO_LATE = (days_from_civil(10_000, 1, 1), days_from_civil(294_275, 12, 31))
"""Days since 2000 that the servers have and Python has not: 4712 BC, 294275 AD."""


def strategy(wire_type: WireType, *, beyond: bool) -> st.SearchStrategy[object] | None:
    """Values of one of these types, None for another type.

    ``beyond``: with what only a text can say.
    """
    found = _python(wire_type)
    if found is None or not beyond:
        return found
    return found | _beyond(wire_type)


def _python(wire_type: WireType) -> st.SearchStrategy[object] | None:
    digits = _digits(wire_type)
    match wire_type.oid:
        case oids.DATE:
            return st.dates() | st.sampled_from([dt.date.min, dt.date(2000, 1, 1), dt.date.max])
        case oids.TIME:
            return _times().map(lambda value: _rounded_time(value, digits))
        case oids.TIMETZ:
            zoned = st.builds(lambda value, zone: value.replace(tzinfo=zone), _times(), zones())
            return zoned.map(lambda value: _rounded_time(value, digits))
        case oids.TIMESTAMP:
            ends = st.sampled_from([dt.datetime.min, dt.datetime.max])  # noqa: DTZ901  (none is due)
            return (st.datetimes() | ends).map(lambda value: _rounded(value, digits))
        case oids.TIMESTAMPTZ:
            return _aware().map(lambda value: _rounded(value, digits))
        case oids.ABSTIME:
            return st.builds(
                lambda seconds: _ABSTIME[0] + dt.timedelta(seconds=seconds),
                st.integers(0, int((_ABSTIME[1] - _ABSTIME[0]).total_seconds())),
            )
    return None


def _digits(wire_type: WireType) -> int:
    """How many decimals of a second it has."""
    return wire_type.modifier if 0 <= wire_type.modifier <= 6 else 6


def _times() -> st.SearchStrategy[dt.time]:
    return st.times() | st.sampled_from([dt.time.min, dt.time.max])


def zones() -> st.SearchStrategy[dt.timezone]:
    """Fixed offsets, down to seconds, as far as a server takes them."""
    odd = st.integers(-_FARTHEST_ZONE, _FARTHEST_ZONE)
    quarters = st.integers(-48, 56).map(lambda quarter: quarter * 900)
    return st.just(_UTC) | st.builds(
        lambda seconds: dt.timezone(dt.timedelta(seconds=seconds)), quarters | odd
    )


def _aware() -> st.SearchStrategy[dt.datetime]:
    """Whose instant Python can say in UTC, too."""
    first, last = dt.datetime.min, dt.datetime.max  # noqa: DTZ901  (Hypothesis adds the zones)
    inner = st.datetimes(first + _DAY, last - _DAY, timezones=zones())
    return inner | st.datetimes(timezones=st.just(_UTC))


def _rounded(value: dt.datetime, digits: int) -> dt.datetime:
    """Without the decimals of a second that the type has not."""
    return value.replace(microsecond=_kept(value.microsecond, digits))


def _rounded_time(value: dt.time, digits: int) -> dt.time:
    return value.replace(microsecond=_kept(value.microsecond, digits))


def _kept(microsecond: int, digits: int) -> int:
    unit: int = 10 ** (6 - digits)
    return microsecond - microsecond % unit


def _beyond(wire_type: WireType) -> st.SearchStrategy[str]:
    """Texts of what Python cannot hold."""
    infinities = st.sampled_from(_INFINITIES)
    dates = st.one_of(st.integers(*_TOO_EARLY), st.integers(*_TOO_LATE)).map(date_text)
    match wire_type.oid:
        case oids.DATE:
            return infinities | dates
        case oids.TIME:
            return st.just("24:00:00")
        case oids.TIMETZ:
            return st.sampled_from(["24:00:00+00", "24:00:00-08"])
        case oids.ABSTIME:
            return infinities
    digits = _digits(wire_type)
    times = st.times().map(lambda value: _rounded_time(value, digits).isoformat())
    return infinities | st.builds(_timestamp_text, dates, times)


def _timestamp_text(date: str, time: str) -> str:
    """The time goes in front of the era; without a zone, which means UTC where one is due."""
    day, _, era = date.partition(" ")
    return f"{day} {time}{' ' if era else ''}{era}"
