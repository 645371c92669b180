"""Dates and times that Python's ``datetime`` cannot hold: one policy for all of their types.

Such a value is infinite, BC, in a year after 9999, or the time 24:00. By
``Conversions.out_of_range_dates`` it is an error or the text that the server would write
for it: the same in both formats, as both are reduced to the count that the binary format
carries (days or microseconds since 2000-01-01) before they are judged or written.
Nothing is ever replaced by the nearest value that would fit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from rs_driver.ports.codec import CodecMap

EPOCH = date(2000, 1, 1).toordinal()
"""The proleptic Gregorian ordinal of the servers' day 0."""
DAY = 86_400_000_000
"""Microseconds in a day."""
MAX_DAYS, MIN_DAYS = 2**31 - 1, -(2**31)
"""The DATEs infinity and -infinity."""
MAX_MICROS, MIN_MICROS = 2**63 - 1, -(2**63)
"""The TIMESTAMPs infinity and -infinity."""

_CYCLE_YEARS, _CYCLE_DAYS = 400, 146_097  # the Gregorian calendar repeats itself

Beyond = Callable[[int], str]
"""What becomes of a count that Python's class does not reach to: its text, or an error."""


class NotRepresentable(ValueError):
    """A value of the server's that has no Python equivalent."""


def policy(codecs: CodecMap, python_type: str, write: Callable[[int], str]) -> Beyond:
    """``write`` where the user wants texts, else a function that raises NotRepresentable."""
    if codecs.conversions.out_of_range_dates == "text":
        return write

    def refuse(count: int) -> str:
        text = write(count)
        infinite = text.endswith("infinity")
        why = f"has no infinite {python_type}" if infinite else f"has no {python_type} {text}"
        raise NotRepresentable(f"Python {why} (out_of_range_dates='text' makes it a str)")

    return refuse


def count_days(year: int, month: int, day: int, *, before_christ: bool) -> int:
    """Days since 2000-01-01 of any year's date. ValueError for what is no date, or too far."""
    if year == 0:
        raise ValueError("there is no year 0")
    cycles, of_cycle = divmod((1 - year if before_christ else year) - 1, _CYCLE_YEARS)
    days = date(of_cycle + 1, month, day).toordinal() + cycles * _CYCLE_DAYS - EPOCH
    if not MIN_DAYS < days < MAX_DAYS:
        raise ValueError("too far for a date")
    return days


def date_text(days: int) -> str:
    """A DATE as the servers write it: ``2024-02-29``, ``0044-03-15 BC``, ``infinity``."""
    if days in (MAX_DAYS, MIN_DAYS):
        return _infinity(days)
    text, era = _date_and_era(days)
    return text + era


def timestamp_text(micros: int) -> str:
    """A TIMESTAMP as the servers write it: ``0044-03-15 12:00:00.5 BC``."""
    return _timestamp(micros, "")


def timestamptz_text(micros: int) -> str:
    """A TIMESTAMPTZ as the servers write it in UTC: ``0044-03-15 12:00:00+00 BC``."""
    return _timestamp(micros, "+00")


def _timestamp(micros: int, zone: str) -> str:
    if micros in (MAX_MICROS, MIN_MICROS):
        return _infinity(micros)
    days, of_day = divmod(micros, DAY)
    text, era = _date_and_era(days)
    return f"{text} {time_text(of_day)}{zone}{era}"


def time_text(micros: int) -> str:
    """A TIME as the servers write it: ``24:00:00``, without trailing zeros in the decimals."""
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text


def _infinity(count: int) -> str:
    return "infinity" if count > 0 else "-infinity"


def _date_and_era(days: int) -> tuple[str, str]:
    cycles, of_cycle = divmod(days + EPOCH - 1, _CYCLE_DAYS)
    there = date.fromordinal(of_cycle + 1)
    year = there.year + cycles * _CYCLE_YEARS
    era = "" if year > 0 else " BC"
    return f"{year if year > 0 else 1 - year:04d}-{there.month:02d}-{there.day:02d}", era
