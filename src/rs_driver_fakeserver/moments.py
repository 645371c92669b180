"""Days and microseconds since 2000-01-01 from Python's values and from SQL's texts.

The server counts proleptic Gregorian days, also before 1582 and before the year 1, so
texts reach further than Python's date (4713 BC to 294276 AD): scripted results may say
``"0044-03-15 BC"`` or ``"infinity"`` for what Python cannot hold.
"""

from __future__ import annotations

import datetime as dt
import re

DAY = 86_400_000_000
"""Microseconds."""

INFINITIES = frozenset({"infinity", "-infinity"})

_EPOCH_ORDINAL = 730_120  # date(2000, 1, 1).toordinal()
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc).replace(tzinfo=None)
_DATE = re.compile(r"(\d{4,6})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?")
_ZONE = re.compile(r"(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)")
_MOMENT = re.compile(
    rf"(?P<date>{_DATE.pattern})(?:[ T](?P<time>{_TIME.pattern}))?\s*(?P<zone>{_ZONE.pattern})?"
    r"(?P<bc> BC)?"
)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01 of a proleptic Gregorian date; year 0 is 1 BC.

    Counts in years that begin in March, so that the leap day is a year's last.
    """
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + day_of_year - 730_425


def days(value: object) -> int:
    """Days since 2000-01-01 of a date, or of a text such as ``0044-03-15 BC``."""
    if isinstance(value, dt.datetime):
        raise TypeError("a datetime is not a date")
    if isinstance(value, dt.date):
        return value.toordinal() - _EPOCH_ORDINAL
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match["time"] or match["zone"]:
        raise ValueError(f"{value!r} is not a date")
    return _days(match)


def _days(match: re.Match[str]) -> int:
    year, month, day = (int(text) for text in match["date"].split("-"))
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise ValueError(f"{match.group()!r} is not a date")
    return days_from_civil(1 - year if match["bc"] else year, month, day)


def microseconds_of_day(value: object) -> int:
    """Microseconds since midnight of a time, its offset aside, or of a text such as ``24:00``."""
    if isinstance(value, dt.time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return seconds * 1_000_000 + value.microsecond
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a time")
    return _of_day(match.group())


def _of_day(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time")
    hour, minute, second, fraction = match.groups()
    whole = (int(hour) * 60 + int(minute)) * 60 + int(second or 0)
    total = whole * 1_000_000 + int((fraction or "0").ljust(6, "0"))
    if int(minute) > 59 or int(second or 0) > 59 or total > DAY:
        raise ValueError(f"{text!r} is not a time")
    return total


def offset_seconds(value: dt.time) -> int:
    """Seconds east of UTC of an aware time."""
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(f"{value!r} has no time zone")
    return offset.days * 86_400 + offset.seconds


def microseconds(value: object, *, aware: bool) -> int:
    """Microseconds since 2000-01-01 00:00 (UTC if ``aware``) of a datetime or a text."""
    if isinstance(value, dt.datetime):
        if (value.utcoffset() is not None) != aware:
            raise ValueError(f"{value!r} {'lacks' if aware else 'has'} a time zone")
        delta = (value.replace(tzinfo=None) - _EPOCH) - (value.utcoffset() or dt.timedelta(0))
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match["zone"] and not aware):
        raise ValueError(f"{value!r} is not a timestamp")
    local = _days(match) * DAY + (_of_day(match["time"]) if match["time"] else 0)
    return local - _zone_seconds(match["zone"]) * 1_000_000


def _zone_seconds(text: str | None) -> int:
    match = _ZONE.fullmatch(text or "Z")
    if match is None or match[1] is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return (-1 if match[1] == "-" else 1) * ((hours * 60 + minutes) * 60 + seconds)
