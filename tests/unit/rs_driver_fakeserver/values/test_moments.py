from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.values.moments import (
    DAY,
    civil_from_days,
    date_text,
    days,
    days_from_civil,
    microseconds,
    microseconds_of_day,
    time_text,
    timestamp_text,
    zone_text,
    zoned_time,
)

INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@given(st.dates())
def test_days_agree_with_python(date: dt.date) -> None:
    expected = date.toordinal() - dt.date(2000, 1, 1).toordinal()
    assert days(date) == expected
    assert days(date.isoformat()) == expected
    assert days_from_civil(date.year, date.month, date.day) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2000-01-01", 0),
        ("0001-12-31 BC", days_from_civil(1, 1, 1) - 1),
        ("0044-03-15 BC", -746_117),
        ("4714-11-24 BC", -2_451_545),  # day 0 of the Julian day numbers
        ("10000-01-01", days_from_civil(9999, 12, 31) + 1),
    ],
)
def test_days_beyond_python(text: str, expected: int) -> None:
    assert days(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2024-13-01",
        "2024-00-01",
        "2024-01-32",
        "2023-02-29",
        "1900-02-29",
        "0000-01-01",
        "2024-01-01 10:00",
        "x",
        7,
        None,
    ],
)
def test_no_dates(value: object) -> None:
    with pytest.raises(ValueError, match="not a date"):
        days(value)


def test_a_datetime_is_not_a_date() -> None:
    with pytest.raises(TypeError):
        days(dt.datetime(2024, 1, 1))


@given(st.times())
def test_time_of_day(time: dt.time) -> None:
    delta = dt.datetime.combine(dt.date(2000, 1, 1), time) - dt.datetime(2000, 1, 1)
    expected = delta // dt.timedelta(microseconds=1)
    assert microseconds_of_day(time) == expected
    assert microseconds_of_day(time.isoformat()) == expected


def test_midnight_at_the_end_of_the_day() -> None:
    assert microseconds_of_day("24:00") == DAY


@pytest.mark.parametrize("value", ["24:00:01", "12:60", "12:00:60", "12", "x", 7])
def test_no_times(value: object) -> None:
    with pytest.raises(ValueError, match="not a time"):
        microseconds_of_day(value)


@given(st.datetimes())
def test_timestamps(moment: dt.datetime) -> None:
    expected = (moment - dt.datetime(2000, 1, 1)) // dt.timedelta(microseconds=1)
    assert microseconds(moment, aware=False) == expected
    assert microseconds(str(moment), aware=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2000-01-01 00:00:00+00", 0),
        ("2000-01-01 00:00:00", 0),
        ("2000-01-01T05:30:00+05:30", 0),
        ("1999-12-31 19:00:00-05", 0),
        ("2000-01-01 00:00:00Z", 0),
        ("2000-01-01 00:00:00.5+00:00:30", -29_500_000),
        ("0001-12-31 24:00:00 BC", days_from_civil(1, 1, 1) * DAY),
    ],
)
def test_texts_with_a_zone(text: str, expected: int) -> None:
    assert microseconds(text, aware=True) == expected


def test_an_aware_datetime() -> None:
    assert microseconds(dt.datetime(2000, 1, 1, 5, 30, tzinfo=INDIA), aware=True) == 0


@pytest.mark.parametrize(
    ("value", "aware"),
    [
        (dt.datetime(2000, 1, 1), True),
        (dt.datetime(2000, 1, 1, tzinfo=INDIA), False),
        ("2000-01-01 00:00:00+00", False),
        ("yesterday", False),
        (7, True),
    ],
)
def test_no_timestamps(value: object, aware: bool) -> None:
    with pytest.raises(ValueError, match=r"time zone|not a timestamp"):
        microseconds(value, aware=aware)


WEST = dt.timezone(-dt.timedelta(hours=5))


@pytest.mark.parametrize(
    ("value", "of_day", "east"),
    [
        (dt.time(0, 0, 1, tzinfo=INDIA), 1_000_000, 19_800),
        (dt.time(1, tzinfo=WEST), DAY // 24, -18_000),
        ("24:00:00-05", DAY, -18_000),
        ("00:00:01.5+05:30", 1_500_000, 19_800),
        ("00:00+15:59:30", 0, 57_570),
        ("00:00Z", 0, 0),
    ],
)
def test_zoned_times(value: object, of_day: int, east: int) -> None:
    assert zoned_time(value) == (of_day, east)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (dt.time(1), TypeError),
        (7, TypeError),
        ("12:00", ValueError),
        ("25:00+00", ValueError),
    ],
)
def test_no_zoned_times(value: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="not a time"):
        zoned_time(value)


@given(st.integers(-10_000_000, 200_000_000))
def test_civil_and_back(count: int) -> None:
    year, month, day = civil_from_days(count)
    assert days_from_civil(year, month, day) == count
    assert 1 <= month <= 12
    assert 1 <= day <= 31


@given(st.datetimes())
def test_texts_are_those_of_python(moment: dt.datetime) -> None:
    written = moment.isoformat(" ")
    if moment.microsecond:
        written = written.rstrip("0")
    count = microseconds(moment, aware=False)
    assert timestamp_text(count) == written
    assert date_text(days(moment.date())) == moment.date().isoformat()
    assert time_text(microseconds_of_day(moment.time())) == written[11:]


@pytest.mark.parametrize(
    "text", ["0044-03-15 BC", "0001-12-31 BC", "4713-01-01 BC", "10000-01-01", "294276-12-31"]
)
def test_texts_beyond_python(text: str) -> None:
    assert date_text(days(text)) == text
    date, _, era = text.partition(" ")
    moment = f"{date} 01:02:03.4+00 {era}".strip()
    assert timestamp_text(microseconds(moment, aware=True), "+00") == moment


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+00"), (-18_000, "-05"), (19_800, "+05:30"), (57_570, "+15:59:30"), (-30, "-00:00:30")],
)
def test_zone_text(seconds: int, text: str) -> None:
    assert zone_text(seconds) == text


def test_hours_without_a_limit() -> None:
    assert time_text(DAY) == "24:00:00"
    assert time_text(100 * DAY + 1) == "2400:00:00.000001"
