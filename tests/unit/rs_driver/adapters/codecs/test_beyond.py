from __future__ import annotations

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.beyond import (
    NotRepresentable,
    count_days,
    date_text,
    policy,
    time_text,
    timestamp_text,
    timestamptz_text,
)
from support.time_values import AS_TEXT
from support.wire_values import POSTGRES

# Each was written by PostgreSQL 15 with TimeZone UTC.
DAYS = [
    (-2451545, "4714-11-24 BC"),
    (-746207, "0045-12-15 BC"),
    (-730120, "0001-12-31 BC"),
    (-730119, "0001-01-01"),
    (0, "2000-01-01"),
    (8825, "2024-02-29"),
    (2921940, "10000-01-01"),
    (2145031948, "5874897-12-31"),
    (2**31 - 1, "infinity"),
    (-(2**31), "-infinity"),
]
MICROS = [
    (-211813488000000000, "4714-11-24 00:00:00 BC"),
    (-63082281600000001, "0001-12-31 23:59:59.999999 BC"),
    (-63082281600000000, "0001-01-01 00:00:00"),
    (252455616000500000, "10000-01-01 00:00:00.5"),
    (9223371331199999999, "294276-12-31 23:59:59.999999"),
    (2**63 - 1, "infinity"),
    (-(2**63), "-infinity"),
]


@pytest.mark.parametrize(("count", "text"), DAYS)
def test_dates_of_any_year(count: int, text: str) -> None:
    assert date_text(count) == text
    if "infinity" not in text:
        date, _, era = text.partition(" ")
        year, month, day = map(int, date.split("-"))
        assert count_days(year, month, day, before_christ=era == "BC") == count


@pytest.mark.parametrize(("count", "text"), MICROS)
def test_timestamps_of_any_year(count: int, text: str) -> None:
    assert timestamp_text(count) == text
    zoned = text.replace(" BC", "+00 BC") if "BC" in text else f"{text}+00"
    assert timestamptz_text(count) == (text if "infinity" in text else zoned)


def test_times() -> None:
    assert time_text(86_400_000_000) == "24:00:00"
    assert time_text(3_723_000_400) == "01:02:03.0004"


@pytest.mark.parametrize(
    ("year", "month", "day"), [(0, 1, 1), (2023, 2, 29), (1, 0, 1), (1, 1, 32)]
)
def test_what_is_no_date_is_not_counted(year: int, month: int, day: int) -> None:
    for before_christ in (False, True):
        with pytest.raises(ValueError):
            count_days(year, month, day, before_christ=before_christ)


@pytest.mark.parametrize(
    ("last", "before_christ", "count"),
    [((5881610, 7, 10), False, 2**31 - 2), ((5877612, 6, 23), True, -(2**31) + 1)],
)
def test_a_date_does_not_reach_infinity(
    last: tuple[int, int, int], before_christ: bool, count: int
) -> None:
    year, month, day = last
    assert count_days(year, month, day, before_christ=before_christ) == count
    with pytest.raises(ValueError, match="too far"):
        count_days(year, month, day + (-1 if before_christ else 1), before_christ=before_christ)


def test_the_policy_is_an_error_or_the_text() -> None:
    refuse = policy(default_codecs(POSTGRES), "date", date_text)
    with pytest.raises(NotRepresentable, match="Python has no date 10000-01-01"):
        refuse(2921940)
    with pytest.raises(NotRepresentable, match="Python has no infinite date"):
        refuse(-(2**31))
    write = policy(default_codecs(POSTGRES, AS_TEXT), "date", date_text)
    assert write(2921940) == "10000-01-01"
    assert write(-(2**31)) == "-infinity"
