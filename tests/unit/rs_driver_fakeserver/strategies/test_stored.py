from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from rs_driver.intervals import Interval, IntervalDayToSecond
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.strategies.stored import same, stored

UTC = dt.timezone.utc
EAST = dt.timezone(dt.timedelta(hours=5, minutes=30))
NAN = float("nan")


@pytest.mark.parametrize(
    ("server", "name", "value", "expected"),
    [
        ("redshift", "char(3)", "a", "a  "),
        ("redshift", "char(2)[]", ["a", None, "bc"], ["a ", None, "bc"]),
        ("redshift", "bpchar", "a", "a"),
        ("redshift", "float4", 0.1, 0.10000000149011612),
        ("redshift", "super", '"a"', "a"),
        ("redshift", "super", {"a": 1}, {"a": 1}),
        ("redshift", "hllsketch", "{}", {}),
        ("redshift", "timetz", dt.time(1, tzinfo=EAST), dt.time(19, 30, tzinfo=UTC)),
        ("redshift", "timetz", dt.time(6, 0, 0, 10, EAST), dt.time(0, 30, 0, 10, UTC)),
        ("redshift", "timetz", "24:00:00+00", "24:00:00+00"),
        ("postgres", "timetz", dt.time(1, tzinfo=EAST), dt.time(1, tzinfo=EAST)),
        ("redshift", "interval", Interval(1, 1, 0), dt.timedelta(1, 0, 1)),
        ("redshift", "interval", Interval(1, 1, 2), Interval(86_400_000_001, 0, 2)),
        ("postgres", "interval", Interval(1, 1, 2), Interval(1, 1, 2)),
        ("redshift", "date", "infinity", "infinity"),
        ("redshift", "int4", None, None),
        ("redshift", "int4[]", "{1}", "{1}"),
        ("redshift", "int4[]", [[1], [2]], [[1], [2]]),
    ],
)
def test_what_the_server_makes_of_it(
    server: ServerKind, name: str, value: Any, expected: Any
) -> None:
    assert stored(name, value, server=server) == expected
    assert type(stored(name, value, server=server)) is type(expected)


def test_numerics_have_the_digits_of_their_column() -> None:
    assert str(stored("numeric(9,2)", Decimal(7))) == "7.00"
    assert str(stored("numeric(9,2)", Decimal("-0.00"))) == "0.00"
    assert str(stored("numeric", Decimal("NaN"), server="postgres")) == "NaN"


def test_a_type_that_there_is_not() -> None:
    with pytest.raises(ValueError, match="does not exist"):
        stored("nonsense", 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (NAN, NAN),
        (Decimal("NaN"), Decimal("NaN")),
        ([1, NAN, [None]], (1, NAN, [None])),
        ({"a": NAN}, {"a": NAN}),
        (dt.timedelta(1), IntervalDayToSecond(86_400_000_000)),
        (Interval(0, 1), Interval(0, 1)),
    ],
)
def test_same(one: object, other: object) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (NAN, 1.0),
        (NAN, None),
        ([1], [1, 2]),
        ([1], 1),
        ({"a": 1}, {"b": 1}),
        (Interval(0, 1), Interval(86_400_000_000)),
        (Interval(0, 0, 1), dt.timedelta(30)),
        ("1", 1),
    ],
)
def test_not_the_same(one: object, other: object) -> None:
    assert not same(one, other)
    assert not same(other, one)
