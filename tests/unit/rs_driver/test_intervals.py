from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rs_driver.errors import DataError
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth

HIGH32, HIGH64 = 2**31 - 1, 2**63 - 1
LOW32, LOW64 = -(2**31), -(2**63)


class Whole:
    """A whole number that is no int, as numpy's are."""

    def __index__(self) -> int:
        return 7


def made(kind: Callable[..., Interval], **arguments: Any) -> Interval:
    return kind(**arguments)


def parts(value: Interval) -> tuple[int, int, int]:
    return value.microseconds, value.days, value.months


def test_an_interval_has_three_parts() -> None:
    assert parts(Interval()) == (0, 0, 0)
    assert parts(Interval(1, 2, 3)) == (1, 2, 3)
    assert parts(Interval(months=-3, microseconds=1)) == (1, 0, -3)


@pytest.mark.parametrize(
    ("microseconds", "days", "months"),
    [(HIGH64, HIGH32, HIGH32), (LOW64, LOW32, LOW32)],
)
def test_every_part_reaches_as_far_as_the_servers(
    microseconds: int, days: int, months: int
) -> None:
    value = Interval(microseconds, days, months)
    assert parts(value) == (microseconds, days, months)
    longer = timedelta.max if days > 0 else timedelta.min
    further = 1 if days > 0 else -1
    for make, arguments in (
        (Interval, {"microseconds": microseconds + further}),
        (Interval, {"days": days + further}),
        (Interval, {"months": months + further}),
        (IntervalYearToMonth, {"months": months + further}),
        (IntervalYearToMonth, {"year_month": (months, months)}),
        (IntervalDayToSecond, {"microseconds": microseconds + further}),
        (IntervalDayToSecond, {"timedelta": longer}),
    ):
        with pytest.raises(DataError, match=r"does not fit into (32|64) bits"):
            made(make, **arguments)


@pytest.mark.parametrize("bad", [1.0, "1", None])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (Interval, "microseconds"),
        (Interval, "days"),
        (Interval, "months"),
        (IntervalYearToMonth, "months"),
        (IntervalDayToSecond, "microseconds"),
    ],
)
def test_other_than_whole_numbers_are_refused(
    make: Callable[..., Interval], name: str, bad: Any
) -> None:
    with pytest.raises(DataError, match=f"^{name}: expects a whole number, not"):
        made(make, **{name: bad})


@pytest.mark.parametrize("bad", [5, (1,), (1, 2, 3), (1, 2.0), ("1", 2)])
def test_years_and_months_are_two_whole_numbers(bad: Any) -> None:
    with pytest.raises(DataError, match="year_month: expects two whole numbers"):
        IntervalYearToMonth(year_month=bad)


def test_what_counts_as_a_whole_number_becomes_an_int() -> None:
    value = Interval(Whole(), Whole(), months=True)
    assert parts(value) == (7, 7, 1)
    assert {type(part) for part in parts(value)} == {int}


def test_only_a_timedelta_is_one() -> None:
    with pytest.raises(DataError, match="timedelta: expects one, not int"):
        IntervalDayToSecond(timedelta=5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("year_month", "months", "back"),
    [
        ((1, 2), 14, (1, 2)),
        ((-1, -2), -14, (-1, -2)),
        ((1, -10), 2, (0, 2)),
        ((0, -11), -11, (0, -11)),
        ((178956970, 7), HIGH32, (178956970, 7)),
        ((-178956970, -8), LOW32, (-178956970, -8)),
    ],
)
def test_years_and_months(year_month: tuple[int, int], months: int, back: tuple[int, int]) -> None:
    value = IntervalYearToMonth(year_month=year_month)
    assert parts(value) == (0, 0, months)
    assert value == IntervalYearToMonth(months)
    assert value.getYearMonth() == back


@pytest.mark.parametrize("microseconds", [0, 1, -1, 90061123000, HIGH64, LOW64, 10**17 + 1])
def test_days_to_seconds_and_timedelta_are_exact(microseconds: int) -> None:
    value = IntervalDayToSecond(microseconds)
    assert parts(value) == (microseconds, 0, 0)
    assert value.getTimedelta() // timedelta(microseconds=1) == microseconds
    assert IntervalDayToSecond(timedelta=value.getTimedelta()) == value
    assert IntervalDayToSecond(5, value.getTimedelta()) == value


def test_total_seconds_leaves_months_out() -> None:
    assert Interval(500_000, 2, 7).total_seconds() == 172800.5
    assert IntervalDayToSecond(-1).total_seconds() == -0.000001
    assert IntervalYearToMonth(7).total_seconds() == 0


def test_equal_are_those_of_one_class_and_the_same_parts() -> None:
    values = [
        Interval(1, 2, 3),
        Interval(2, 1, 3),
        Interval(86_400_000_000),
        Interval(days=1),
        Interval(months=14),
        IntervalYearToMonth(14),
        Interval(5),
        IntervalDayToSecond(5),
    ]
    assert len(set(values)) == len(values)
    for value in values:
        same = copy.copy(value)
        assert same is not value
        assert same == value
        assert hash(same) == hash(value)
    assert Interval(5) != timedelta(microseconds=5)
    assert Interval() != 0


def test_a_value_does_not_change() -> None:
    value: Any = Interval(1, 2, 3)
    for name in ("microseconds", "days", "months", "anything"):
        with pytest.raises(AttributeError):
            setattr(value, name, 5)
    assert parts(value) == (1, 2, 3)


@pytest.mark.parametrize(
    "value", [Interval(-1, 2, -3), IntervalYearToMonth(-14), IntervalDayToSecond(-1)]
)
def test_repr_and_pickle_make_the_same_value(value: Interval) -> None:
    name, _, arguments = repr(value).partition("(")
    assert name == type(value).__name__
    given = (argument.split("=") for argument in arguments.rstrip(")").split(", "))
    assert made(type(value), **{key: int(number) for key, number in given}) == value
    assert type(pickle.loads(pickle.dumps(value))) is type(value)
    assert pickle.loads(pickle.dumps(value)) == value


# Each was written by PostgreSQL 15 with IntervalStyle postgres.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Interval(), "00:00:00"),
        (Interval(-1_000_000), "-00:00:01"),
        (Interval(1), "00:00:00.000001"),
        (Interval(14_706_789_000, -3, 14), "1 year 2 mons -3 days +04:05:06.789"),
        (Interval(-14_706_789_000, 3, -14), "-1 years -2 mons +3 days -04:05:06.789"),
        (Interval(0, 1, 1), "1 mon 1 day"),
        (Interval(0, -1, -1), "-1 mons -1 days"),
        (Interval(5_000_000, 2, -24), "-2 years +2 days 00:00:05"),
        (
            Interval(HIGH64, HIGH32, HIGH32),
            "178956970 years 7 mons 2147483647 days 2562047788:00:54.775807",
        ),
        (IntervalYearToMonth(), "0-0"),
        (IntervalYearToMonth(14), "1-2"),
        (IntervalYearToMonth(-14), "-1-2"),
        (IntervalYearToMonth(LOW32), "-178956970-8"),
        (IntervalDayToSecond(), "0 00:00:00"),
        (IntervalDayToSecond(90_061_123_000), "1 01:01:01.123"),
        (IntervalDayToSecond(-90_061_123_000), "-1 -01:01:01.123"),
        (IntervalDayToSecond(-1_000_000), "0 -00:00:01"),
        (IntervalDayToSecond(HIGH64), "106751991 04:00:54.775807"),
        (IntervalDayToSecond(LOW64), "-106751991 -04:00:54.775808"),
    ],
)
def test_str_is_the_servers_text(value: Interval, text: str) -> None:
    assert str(value) == text
