from __future__ import annotations

import contextlib
import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.values.moments import DAY
from rs_driver_fakeserver.values.spans import (
    Span,
    day_second_text,
    is_span,
    microseconds_of,
    months_of,
    parsed,
    postgres_text,
    python_value,
    redshift_text,
    span,
    year_month_text,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.timedelta(1, 2, 3), Span(0, 1, 2_000_003)),
        (dt.timedelta(microseconds=-1), Span(0, 0, -1)),
        (dt.timedelta(-1, -1), Span(0, -1, -1_000_000)),
        (Interval(1, 2, 3), Span(3, 2, 1)),
        (IntervalYearToMonth(-14), Span(-14)),
        (IntervalDayToSecond(7), Span(0, 0, 7)),
        (SimpleNamespace(months=3), Span(3)),
        (SimpleNamespace(microseconds=3, days=9), Span(0, 0, 3)),
        (SimpleNamespace(microseconds=3, months=1, days=9), Span(1, 9, 3)),
        ("1 mon", Span(1)),
        (Span(1, 2, 3), Span(1, 2, 3)),
    ],
)
def test_values(value: object, expected: Span) -> None:
    assert span(value) == expected
    assert is_span(value) is not isinstance(value, str)


@pytest.mark.parametrize(
    "value", [None, 7, object(), SimpleNamespace(days=1), SimpleNamespace(months=1.5)]
)
def test_no_intervals(value: object) -> None:
    assert not is_span(value)
    with pytest.raises(TypeError, match="not an interval"):
        span(value)


def test_what_is_too_long() -> None:
    for value in (Span(2**31), Span(0, 2**31), Span(0, 0, 2**63), SimpleNamespace(months=2**31)):
        assert is_span(value)
        with pytest.raises(OverflowError):
            span(value)


def test_python_values() -> None:
    assert python_value(Span(0, 1, 2)) == dt.timedelta(1, 0, 2)
    assert python_value(Span(1, 2, 3)) == Interval(3, 2, 1)
    assert python_value(Span(0, 2**31 - 1, 0)) == Interval(0, 2**31 - 1)


def test_months() -> None:
    assert months_of(14) == months_of("1-2") == months_of(IntervalYearToMonth(14)) == 14
    for value in (dt.timedelta(1), "1 day", Interval(1, 0, 1)):
        with pytest.raises(ValueError, match="more than years and months"):
            months_of(value)
    with pytest.raises(TypeError):
        months_of(True)
    with pytest.raises(OverflowError):
        months_of(2**31)


def test_microseconds() -> None:
    assert microseconds_of(dt.timedelta(1)) == microseconds_of("1 00:00:00") == DAY
    assert microseconds_of(Interval(5, -1)) == 5 - DAY
    with pytest.raises(ValueError, match="more than days to seconds"):
        microseconds_of("1 mon")
    with pytest.raises(OverflowError):
        microseconds_of(Span(0, 2**31 - 1, 2**63 - 1))


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Span(), "00:00:00"),
        (Span(14, 3, 14_706_700_000), "1 year 2 mons 3 days 04:05:06.7"),
        (Span(-12, 1, 0), "-1 years +1 day"),
        (Span(-1, -1, 1), "-1 mons -1 days +00:00:00.000001"),
        (Span(1, 0, -1), "1 mon -00:00:00.000001"),
        (Span(0, 0, 100 * DAY), "2400:00:00"),
    ],
)
def test_postgres_style(found: Span, text: str) -> None:
    assert postgres_text(found) == text


def test_redshift_folds_the_days() -> None:
    assert redshift_text(Span(1, 1, -1)) == "1 mon 23:59:59.999999"
    assert redshift_text(Span(0, 0, 100 * DAY + 1)) == "100 days 00:00:00.000001"
    assert redshift_text(Span(0, -1, 0)) == "-1 days"


@pytest.mark.parametrize(
    ("months", "text"),
    [
        (14, "1-2"),
        (-14, "-1-2"),
        (0, "0-0"),
        (2**31 - 1, "178956970-7"),
        (-(2**31), "-178956970-8"),
    ],
)
def test_year_to_month(months: int, text: str) -> None:
    assert year_month_text(months) == text
    assert parsed(text) == Span(months)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (90_061_123_000, "1 01:01:01.123"),
        (-90_061_123_000, "-1 01:01:01.123"),
        (0, "0 00:00:00"),
        (2**63 - 1, "106751991 04:00:54.775807"),
    ],
)
def test_day_to_second(count: int, text: str) -> None:
    assert day_second_text(count) == text
    if count >= 0:
        assert parsed(text).folded == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 year 2 mons -3 days +04:05:06.7", Span(14, -3, 14_706_700_000)),
        ("1 Years 2 MONTHS 1 week", Span(14, 7)),
        ("-1-2", Span(-14)),
        ("1.5 seconds", Span(0, 0, 1_500_000)),
        ("1 hour 1 min 1 sec 1 millisecond 1 microsecond", Span(0, 0, 3_661_001_001)),
        ("7", Span(0, 0, 7_000_000)),
        ("  -7 ", Span(0, 0, -7_000_000)),
        ("3 04:05", Span(0, 3, 14_700_000_000)),
        ("-04:05:06", Span(0, 0, -14_706_000_000)),
        ("P1Y2M3DT4H5M6.5S", Span(14, 3, 14_706_500_000)),
        ("P1D", Span(0, 1)),
        ("PT-0.5S", Span(0, 0, -500_000)),
        ("1day", Span(0, 1)),
    ],
)
def test_parsing(text: str, expected: Span) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "1 eon", "1.5 days", "1:2", "P", "1-", "1--2", "1 day x", "-"]
)
def test_no_texts(text: str) -> None:
    with pytest.raises(ValueError, match="interval"):
        parsed(text)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1),
       st.integers(-(2**62), 2**62))  # fmt: skip
def test_there_and_back(months: int, days: int, microseconds: int) -> None:
    found = Span(months, days, microseconds)
    assert parsed(postgres_text(found)) == found


@given(st.text(alphabet="0123456789-+:. dayspPTYMDHS", max_size=30))
def test_any_text_is_an_interval_or_an_error(text: str) -> None:
    with contextlib.suppress(ValueError, OverflowError):
        parsed(text)
