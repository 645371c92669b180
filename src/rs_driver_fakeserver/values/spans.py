"""Intervals as the servers keep them: months, days and microseconds; their texts.

PostgreSQL keeps all three. Redshift's INTERVAL folds the days into the microseconds, YEAR
TO MONTH has only months, DAY TO SECOND only microseconds. How Redshift writes them as text
hangs on its IntervalStyle; that of the SQL standard is played for the last two, and
PostgreSQL's for INTERVAL (both assumed, as is the sign of a negative DAY TO SECOND).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rs_driver.intervals import Interval
from rs_driver_fakeserver.values.moments import DAY, time_text


class Span(NamedTuple):
    """An interval; the parts may differ in sign."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    @property
    def folded(self) -> int:
        """Days and microseconds in microseconds, as Redshift keeps them."""
        return self.days * DAY + self.microseconds

    def checked(self) -> Span:
        """Itself; OverflowError where a part does not fit int32, int32, int64."""
        if not (_fits(self.months, 31) and _fits(self.days, 31) and _fits(self.microseconds, 63)):
            raise OverflowError("interval out of range")
        return self


def _fits(number: int, bits: int) -> bool:
    return -(1 << bits) <= number < 1 << bits


def span(value: object) -> Span:
    """The interval that ``value`` is: a timedelta, a ``Span``, or a text.

    Or an object with int attributes: ``months`` and ``microseconds`` (and ``days``), or
    one of the two, such as the driver's Interval. TypeError for anything else.
    """
    if isinstance(value, Span):
        return value.checked()
    if isinstance(value, dt.timedelta):
        return _carried((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds)
    if isinstance(value, str):
        return parsed(value)
    months = getattr(value, "months", None)
    microseconds = getattr(value, "microseconds", None)
    days = getattr(value, "days", 0) if None not in (months, microseconds) else 0
    parts = (months or 0, days, microseconds or 0)
    if months is microseconds is None or any(type(part) is not int for part in parts):
        raise TypeError(f"{value!r} is not an interval")
    return Span(*parts).checked()


def is_span(value: object) -> bool:
    """Whether ``value`` is an interval (a text is none)."""
    try:
        span(value if not isinstance(value, str) else None)
    except TypeError:
        return False
    except OverflowError:
        return True
    return True


def _carried(total: int) -> Span:
    """Microseconds as days and a rest of the same sign."""
    whole, rest = divmod(abs(total), DAY)
    return Span(0, whole, rest) if total >= 0 else Span(0, -whole, -rest)


def python_value(found: Span) -> dt.timedelta | Interval:
    """A timedelta where there are no months and Python can hold it, else an Interval."""
    try:
        if not found.months:
            return dt.timedelta(microseconds=found.folded)
    except OverflowError:
        pass
    return Interval(found.microseconds, found.days, found.months)


def months_of(value: object) -> int:
    """Of a YEAR TO MONTH: its months; also of an int. ValueError if there is more to it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Span(value).checked().months
    found = span(value)
    if found.folded:
        raise ValueError(f"{value!r} has more than years and months")
    return found.months


def microseconds_of(value: object) -> int:
    """Of a DAY TO SECOND: its microseconds. ValueError if there are months, too."""
    found = span(value)
    if found.months:
        raise ValueError(f"{value!r} has more than days to seconds")
    if not _fits(found.folded, 63):
        raise OverflowError("interval out of range")
    return found.folded


def postgres_text(found: Span) -> str:
    """``-1 years +2 days 04:05:06.5``, PostgreSQL's style of that name.

    After a negative part a positive one has its sign.
    """
    years, months = _truncated(found.months, 12)
    parts: list[str] = []
    negative = False
    for number, unit in ((years, "year"), (months, "mon"), (found.days, "day")):
        if number:
            sign = "+" if negative and number > 0 else ""
            parts.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
            negative = number < 0
    if found.microseconds or not parts:
        sign = "-" if found.microseconds < 0 else "+" if negative else ""
        parts.append(sign + time_text(abs(found.microseconds)))
    return " ".join(parts)


def redshift_text(found: Span) -> str:
    """PostgreSQL's style, with the days that the microseconds make (assumed)."""
    days, rest = _truncated(found.folded, DAY)
    return postgres_text(Span(found.months, days, rest))


def year_month_text(months: int) -> str:
    """``1-2``; ``-1-2``."""
    years, rest = divmod(abs(months), 12)
    return f"{'-' if months < 0 else ''}{years}-{rest}"


def day_second_text(microseconds: int) -> str:
    """``1 01:01:01.123``; the sign of a negative one stands before all of it (assumed)."""
    days, rest = divmod(abs(microseconds), DAY)
    return f"{'-' if microseconds < 0 else ''}{days} {time_text(rest)}"


def _truncated(number: int, unit: int) -> tuple[int, int]:
    """Quotient and rest of the same sign."""
    whole, rest = divmod(abs(number), unit)
    return (whole, rest) if number >= 0 else (-whole, -rest)


_PART = re.compile(
    r"(?P<sign>[+-])?(?:(?P<hours>\d{1,12}):(?P<minutes>\d\d)(?::(?P<seconds>\d\d(?:\.\d{1,6})?))?"
    r"|(?P<years>\d{1,9})-(?P<months>\d{1,2})"
    r"|(?P<number>\d{1,18})(?:\.(?P<fraction>\d{1,6}))?(?:\s*(?P<unit>[a-z]+))?)(?:\s+|\Z)",
    re.ASCII,
)
_ISO = re.compile(
    r"p(?:(-?\d{1,9})y)?(?:(-?\d{1,9})m)?(?:(-?\d{1,9})d)?"
    r"(?:t(?:(-?\d{1,9})h)?(?:(-?\d{1,9})m)?(?:(-?\d{1,18}(?:\.\d{1,6})?)s)?)?",
    re.ASCII,
)
_UNITS: Mapping[str, Span] = MappingProxyType(
    {
        "year": Span(12),
        "mon": Span(1),
        "month": Span(1),
        "week": Span(0, 7),
        "day": Span(0, 1),
        "hour": Span(0, 0, 3_600_000_000),
        "minute": Span(0, 0, 60_000_000),
        "min": Span(0, 0, 60_000_000),
        "second": Span(0, 0, 1_000_000),
        "sec": Span(0, 0, 1_000_000),
        "millisecond": Span(0, 0, 1000),
        "microsecond": Span(0, 0, 1),
        "u": Span(0, 0, 1),
    }
)


def parsed(text: str) -> Span:
    """A text such as ``1 year -2 days 03:04``, ``1-2``, ``1 01:01:01``, ``P1DT2H``.

    ValueError for any other; a number without a unit counts days before a clock, seconds
    at the end.
    """
    text = text.strip().lower()
    if text.startswith("p") and len(text) > 1 and (match := _ISO.fullmatch(text)):
        return _iso(match)
    at, total = 0, Span()
    while match := _PART.match(text, at):
        total = _added(total, _part(match, last=match.end() == len(text)))
        at = match.end()
    if at < len(text) or not text:
        raise ValueError(f"{text!r} is not an interval")
    return total.checked()


def _part(match: re.Match[str], *, last: bool) -> Span:
    negative = match["sign"] == "-"
    if match["hours"]:
        whole = (int(match["hours"]) * 60 + int(match["minutes"])) * 60_000_000
        found = Span(0, 0, whole + _micro(match["seconds"] or "0"))
    elif match["years"]:
        found = Span(int(match["years"]) * 12 + int(match["months"]))
    else:
        found = _counted(match, last=last)
    return Span(*(-part for part in found)) if negative else found


def _counted(match: re.Match[str], *, last: bool) -> Span:
    name = match["unit"] or ("second" if last else "day")
    unit = _UNITS.get(name) or _UNITS.get(name.removesuffix("s"))
    if unit is None or (match["fraction"] and not unit.microseconds):
        raise ValueError(f"{match.group()!r} is no part of an interval")
    count = _micro(f"{match['number']}.{match['fraction'] or '0'}")
    months, days, microseconds = (part * count // 1_000_000 for part in unit)
    return Span(months, days, microseconds)


def _iso(match: re.Match[str]) -> Span:
    years, months, days, hours, minutes = (int(part or 0) for part in match.groups()[:5])
    clock = (hours * 60 + minutes) * 60_000_000
    return Span(years * 12 + months, days, clock + _micro(match[6] or "0")).checked()


def _micro(seconds: str) -> int:
    """Microseconds of a decimal count of seconds."""
    whole, _, fraction = seconds.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 1_000_000 + sign * int(fraction.ljust(6, "0") or "0")


def _added(one: Span, other: Span) -> Span:
    return Span(*(a + b for a, b in zip(one, other, strict=True)))
