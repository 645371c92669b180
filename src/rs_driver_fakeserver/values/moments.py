"""Days and microseconds since 2000-01-01 from Python's values and from SQL's texts, and back.

The server counts proleptic Gregorian days, also before 1582 and before the year 1, so
texts reach further than Python's date (4713 BC to 294276 AD): scripted results may say
``"0044-03-15 BC"`` or ``"infinity"`` for what Python cannot hold. All of it is integer
arithmetic.
"""

from __future__ import annotations

import datetime as dt
import re

DAY = 86_400_000_000
"""Microseconds."""

INFINITIES = frozenset({"infinity", "-infinity"})

_EPOCH_ORDINAL = 730_120  # date(2000, 1, 1).toordinal()
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc).replace(tzinfo=None)
_DATE = re.compile(r"(\d{4,6})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?", re.ASCII)
_ZONE = re.compile(r"(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)", re.ASCII)
_MOMENT = re.compile(
    rf"(?P<date>{_DATE.pattern})(?:[ T](?P<time>{_TIME.pattern}))?\s*(?P<zone>{_ZONE.pattern})?"
    r"(?P<bc> BC)?",
    re.ASCII,
)
_ZONED_TIME = re.compile(rf"(?P<time>{_TIME.pattern})(?P<zone>{_ZONE.pattern})", re.ASCII)


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01 of a proleptic Gregorian date; year 0 is 1 BC.

    Counts in years that begin in March, so that the leap day is a year's last.
    """
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + day_of_year - 730_425


def civil_from_days(count: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day; the inverse of ``days_from_civil``."""
    count += 730_425
    era, day_of_era = divmod(count, 146_097)
    of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * of_era + of_era // 4 - of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * march_month + 2) // 5 + 1
    month = march_month + 3 if march_month < 10 else march_month - 9
    return era * 400 + of_era + (month <= 2), month, day


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
    written, month, day = (int(text) for text in match["date"].split("-"))
    year = 1 - written if match["bc"] else written
    count = days_from_civil(year, month, day) if 1 <= month <= 12 else 0
    if written < 1 or civil_from_days(count) != (year, month, day):
        raise ValueError(f"{match.group()!r} is not a date")
    return count


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


def zoned_time(value: object) -> tuple[int, int]:
    """Microseconds since midnight and seconds east of UTC.

    Of an aware time, or of a text such as ``24:00:00-05:30``; TypeError for anything else.
    """
    if isinstance(value, str):
        match = _ZONED_TIME.fullmatch(value)
        if match is None:
            raise ValueError(f"{value!r} is not a time with a zone")
        return _of_day(match["time"]), _zone_seconds(match["zone"])
    offset = value.utcoffset() if isinstance(value, dt.time) else None
    if offset is None:
        raise TypeError(f"{value!r} is not a time with a zone")
    return microseconds_of_day(value), offset.days * 86_400 + offset.seconds


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


def date_text(count: int) -> str:
    """``2024-02-29`` of days since 2000-01-01, with `` BC`` before the year 1."""
    date, era = _date_and_era(count)
    return date + era


def timestamp_text(count: int, zone: str = "") -> str:
    """``2024-02-29 13:45:30.5`` of microseconds since 2000-01-01; ``zone`` goes behind it."""
    whole, of_day = divmod(count, DAY)
    date, era = _date_and_era(whole)
    return f"{date} {time_text(of_day)}{zone}{era}"


def _date_and_era(count: int) -> tuple[str, str]:
    year, month, day = civil_from_days(count)
    shown = year if year > 0 else 1 - year
    return f"{shown:04d}-{month:02d}-{day:02d}", "" if year > 0 else " BC"


def time_text(of_day: int) -> str:
    """``13:45:30.5`` of microseconds: no more decimals than needed, hours without a limit."""
    seconds, fraction = divmod(of_day, 1_000_000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def zone_text(seconds: int) -> str:
    """``+05:30`` of seconds east of UTC, ``+00`` without minutes."""
    minutes, second = divmod(abs(seconds), 60)
    groups = [f"{minutes // 60:02d}", f"{minutes % 60:02d}", f"{second:02d}"]
    while len(groups) > 1 and groups[-1] == "00":
        groups.pop()
    return ("-" if seconds < 0 else "+") + ":".join(groups)
