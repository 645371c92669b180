from __future__ import annotations

import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest

from rs_driver.intervals import Interval, IntervalYearToMonth
from rs_driver_fakeserver.engine.port import Result
from rs_driver_fakeserver.rules.rule import Rule, same

DONE = Result(None, (), "DONE")


class Text(str):
    """A str of a class of its own, such as an Enum's."""

    __slots__ = ()


def test_texts_are_compared_in_normal_form_and_patterns_searched() -> None:
    rule = Rule("select 1", None, DONE)
    assert rule.matches("SELECT 1;", "select 1")
    assert not rule.matches("select 1", "select 2")
    pattern = Rule(re.compile("^SEL"), None, DONE)
    assert pattern.matches("SELECT 1", "")
    assert not pattern.matches("select 1", "SELECT 1")


def test_parameters() -> None:
    assert Rule("a", None, DONE).takes([1, 2])
    rule = Rule("a", (1, [2]), DONE)
    assert rule.takes([1.0, [2]])
    assert not rule.takes([1])
    assert not rule.takes([1, [3]])


@pytest.mark.parametrize(
    ("expected", "actual", "equal"),
    [
        (1, 1, True),
        (1, Decimal("1.0"), True),
        (1.5, Decimal("1.5"), True),
        (1, True, False),
        (True, True, True),
        (1, "1", False),
        (None, None, True),
        (None, 0, False),
        ("a", "a", True),
        (b"a", "a", False),
        (bytearray(b"a"), b"a", True),
        (memoryview(b"a"), b"a", True),
        (Text("a"), "a", True),
        ([1, None], [1.0, None], True),
        ([1], [1, 2], False),
        ([True], [1], False),
        ((1, 2), [1, 2], True),
        ({"a": [1]}, '{"a": [1]}', True),
        ([1], "[1]", True),
        ({"a": 1}, "{", False),
        ({"a": 1}, "[" * 100_000, False),
        (dt.timedelta(days=1), Interval(0, 1), True),
        (dt.timedelta(days=1), Interval(86_400_000_000), True),
        (Interval(0, 0, 14), IntervalYearToMonth(14), True),
        (Interval(0, 0, 14), dt.timedelta(14), False),
        (dt.timedelta(1), 1, False),
        (dt.date(2024, 1, 1), dt.datetime(2024, 1, 1), False),
        (uuid.UUID(int=7), uuid.UUID(int=7), True),
    ],
)
def test_what_is_the_same(expected: object, actual: object, equal: bool) -> None:
    assert same(expected, actual) is equal
