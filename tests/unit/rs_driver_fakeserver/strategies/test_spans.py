from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.strategies import spans
from rs_driver_fakeserver.values.spans import span
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


def of(name: str, *, redshift: bool = True) -> st.SearchStrategy[Any]:
    found = spans.strategy(resolve(name, redshift=redshift), redshift=redshift)
    assert found is not None
    return found


@given(of("interval"))
def test_redshift_folds_days_into_int64(value: object) -> None:
    assert -(2**63) <= span(value).folded < 2**63


@given(of("interval", redshift=False))
def test_postgres_keeps_three_parts(value: object) -> None:
    assert span(value).checked()


def test_what_there_is() -> None:
    anything = of("interval", redshift=False)
    assert minimal(anything) == dt.timedelta(0)
    assert minimal(anything, lambda value: span(value).months < 0).months == -1
    assert minimal(anything, lambda value: span(value).days == -(2**31))
    assert minimal(of("intervaly2m")) == IntervalYearToMonth(0)
    largest = IntervalDayToSecond(2**63 - 1)
    assert minimal(of("intervald2s"), lambda value: value == largest) == largest


@given(of("interval year to month", redshift=False))
def test_months_only(value: object) -> None:
    assert isinstance(value, Interval)
    assert span(value)[1:] == (0, 0)


@given(of("interval day to second(3)", redshift=False))
def test_days_only(value: object) -> None:
    assert span(value).months == 0
    assert span(value).microseconds % 1000 == 0


def test_farther_than_a_timedelta() -> None:
    value = minimal(
        of("interval day to second", redshift=False), lambda value: isinstance(value, Interval)
    )
    assert abs(value.days) > dt.timedelta.max.days - 2


def test_other_types_are_not_its_business() -> None:
    assert spans.strategy(resolve("text"), redshift=True) is None
