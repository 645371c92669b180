"""Values of the interval types."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.strategies.numbers import integers
from rs_driver_fakeserver.values.moments import DAY
from rs_driver_fakeserver.values.types import WireType

_INT32, _INT64 = 31, 63
_MOST_DAYS = (1 << _INT64) // DAY
"""That int64 holds in microseconds, however many microseconds a day has beside."""
_ALL_FIELDS = 0x7FFF
_YEAR_TO_MONTH = 0x0006
_ALL_DIGITS = 0xFFFF


def strategy(wire_type: WireType, *, redshift: bool) -> st.SearchStrategy[object] | None:
    """Values of one of these types, None for another type."""
    match wire_type.oid:
        case oids.INTERVALY2M:
            return integers(_INT32).map(IntervalYearToMonth)
        case oids.INTERVALD2S:
            return integers(_INT64).map(IntervalDayToSecond)
        case oids.INTERVAL:
            return _interval(wire_type, redshift=redshift)
    return None


def _interval(wire_type: WireType, *, redshift: bool) -> st.SearchStrategy[object]:
    """Months make an Interval; without, a timedelta says it, too."""
    fields, digits = _limits(wire_type)
    unit: int = 10 ** (6 - digits)
    microseconds = _rest(redshift=redshift).map(lambda number: number - number % unit)
    days = _days(redshift=redshift)
    if fields == _YEAR_TO_MONTH:
        return integers(_INT32).map(lambda number: Interval(months=number))
    plain = st.builds(_timedelta, days, microseconds)
    if fields != _ALL_FIELDS:  # DAY TO SECOND
        return plain
    return plain | st.builds(Interval, microseconds, days, integers(_INT32))


def _limits(wire_type: WireType) -> tuple[int, int]:
    """The mask of the fields that the type keeps, and the decimals of its seconds."""
    if wire_type.modifier < 0:
        return _ALL_FIELDS, 6
    fields, digits = wire_type.modifier >> 16, wire_type.modifier & 0xFFFF
    return fields, 6 if digits == _ALL_DIGITS else digits


def _days(*, redshift: bool) -> st.SearchStrategy[int]:
    """Redshift folds them into the microseconds, so that there are fewer."""
    few = st.integers(-40, 40)
    return few | (st.integers(-_MOST_DAYS + 1, _MOST_DAYS - 1) if redshift else integers(_INT32))


def _rest(*, redshift: bool) -> st.SearchStrategy[int]:
    within_a_day = st.integers(1 - DAY, DAY - 1)
    return within_a_day if redshift else within_a_day | st.integers(-(1 << 62), 1 << 62)


def _timedelta(days: int, microseconds: int) -> object:
    """A timedelta, or an Interval where Python's does not reach so far."""
    try:
        return dt.timedelta(days=days, microseconds=microseconds)
    except OverflowError:
        return Interval(microseconds, days)
