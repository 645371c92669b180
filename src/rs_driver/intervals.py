"""Spans of time as the servers keep them: months, days and microseconds, each on its own.

A month has 28 to 31 days, so no ``timedelta`` says what "one month" is. The names, the
constructors and the accessors are those of redshift_connector. Unlike its values, these
cannot be changed and can be hashed, and all arithmetic on them is that of integers.
"""

from __future__ import annotations

from datetime import timedelta as _timedelta
from operator import index
from typing import SupportsIndex

from rs_driver.errors import DataError

__all__ = ["Interval", "IntervalDayToSecond", "IntervalYearToMonth"]

_DAY = 86_400_000_000
_INT32, _INT64 = 31, 63


class Interval:
    """An INTERVAL: ``months`` and ``days`` (int32), ``microseconds`` (int64), of any sign each.

    DataError for a number that does not fit, or that is not a whole number. Equal to an
    ``Interval`` of the same three numbers, which says that it was written the same way: a
    day is not 24 hours here, and twelve months are not 365 days. ``str`` writes it as
    PostgreSQL does: ``1 year 2 mons -3 days +04:05:06.789``.
    """

    __slots__ = ("_days", "_microseconds", "_months")

    def __init__(
        self, microseconds: SupportsIndex = 0, days: SupportsIndex = 0, months: SupportsIndex = 0
    ) -> None:
        self._microseconds = _checked("microseconds", microseconds, _INT64)
        self._days = _checked("days", days, _INT32)
        self._months = _checked("months", months, _INT32)

    @property
    def microseconds(self) -> int:
        return self._microseconds

    @property
    def days(self) -> int:
        return self._days

    @property
    def months(self) -> int:
        return self._months

    def total_seconds(self) -> float:
        """Days of 24 hours and microseconds in seconds, without the months; the nearest float."""
        return (self._days * _DAY + self._microseconds) / 1_000_000

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__ or not isinstance(other, Interval):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.__class__, self._parts()))

    def __repr__(self) -> str:
        return (
            f"Interval(microseconds={self._microseconds}, days={self._days}, months={self._months})"
        )

    def __str__(self) -> str:
        years, months = _truncated(self._months, 12)
        written: list[str] = []
        negative = False  # after a negative part a positive one shows its sign
        for number, unit in ((years, "year"), (months, "mon"), (self._days, "day")):
            if number:
                sign = "+" if negative and number > 0 else ""
                written.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
                negative = number < 0
        if self._microseconds or not written:
            sign = "-" if self._microseconds < 0 else "+" if negative else ""
            written.append(sign + _clock(abs(self._microseconds)))
        return " ".join(written)

    def _parts(self) -> tuple[int, int, int]:
        return self._microseconds, self._days, self._months


class IntervalYearToMonth(Interval):
    """Redshift's INTERVAL YEAR TO MONTH: ``months`` (int32) and nothing else.

    ``year_month``: years and months, which are added up, in place of ``months``. ``str``
    writes ``1-2`` for 14 months and ``-1-2`` for -14.
    """

    __slots__ = ()

    def __init__(
        self,
        months: SupportsIndex = 0,
        year_month: tuple[SupportsIndex, SupportsIndex] | None = None,
    ) -> None:
        if year_month is not None:
            try:
                year, month = year_month
                months = index(year) * 12 + index(month)
            except (TypeError, ValueError):
                raise DataError("year_month: expects two whole numbers") from None
        super().__init__(months=months)

    def getYearMonth(self) -> tuple[int, int]:  # noqa: N802  (redshift_connector's name)
        """Years and months of the same sign: 14 months are (1, 2), -14 are (-1, -2)."""
        return _truncated(self._months, 12)

    def __repr__(self) -> str:
        return f"IntervalYearToMonth(months={self._months})"

    def __str__(self) -> str:
        years, months = divmod(abs(self._months), 12)
        return f"{'-' if self._months < 0 else ''}{years}-{months}"


class IntervalDayToSecond(Interval):
    """Redshift's INTERVAL DAY TO SECOND: ``microseconds`` (int64), days of 24 hours included.

    ``timedelta``: a span to take them from, exactly, in place of ``microseconds``. ``str``
    writes ``1 01:01:01.123``. A negative one has its sign before the day and before the
    clock, ``-1 -01:01:01.123``, as servers do not agree on a sign that stands only once.
    """

    __slots__ = ()

    def __init__(
        self, microseconds: SupportsIndex = 0, timedelta: _timedelta | None = None
    ) -> None:
        if timedelta is not None:
            if not isinstance(timedelta, _timedelta):
                raise DataError(f"timedelta: expects one, not {type(timedelta).__name__}")
            seconds = timedelta.days * 86_400 + timedelta.seconds
            microseconds = seconds * 1_000_000 + timedelta.microseconds
        super().__init__(microseconds)

    def getTimedelta(self) -> _timedelta:  # noqa: N802  (redshift_connector's name)
        """The same span as a ``timedelta``, which holds every value of this type."""
        return _timedelta(microseconds=self._microseconds)

    def __repr__(self) -> str:
        return f"IntervalDayToSecond(microseconds={self._microseconds})"

    def __str__(self) -> str:
        days, rest = divmod(abs(self._microseconds), _DAY)
        sign = "-" if self._microseconds < 0 else ""
        return f"{sign if days else ''}{days} {sign}{_clock(rest)}"


def _checked(name: str, value: SupportsIndex, bits: int) -> int:
    try:
        number = int(index(value))
    except TypeError:
        kind = type(value).__name__
        raise DataError(f"{name}: expects a whole number, not {kind}") from None
    if not -(1 << bits) <= number < 1 << bits:
        raise DataError(f"{name}: does not fit into {bits + 1} bits")
    return number


def _truncated(number: int, unit: int) -> tuple[int, int]:
    """Quotient and rest, both with the number's sign."""
    whole, rest = divmod(abs(number), unit)
    return (whole, rest) if number >= 0 else (-whole, -rest)


def _clock(micros: int) -> str:
    """``04:05:06.789``: no more decimals than needed, hours without a limit."""
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    text = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text
