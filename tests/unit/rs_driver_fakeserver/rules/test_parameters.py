from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

import pytest

from rs_driver.intervals import Interval, IntervalYearToMonth
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules.failures import FunctionFailed
from rs_driver_fakeserver.rules.parameters import ANY, Exactly, parameters, same, shown


class Text(str):
    """A str of a class of its own, such as an Enum's."""

    __slots__ = ()


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
        (ANY, None, True),
        (ANY, "x", True),
        ([1, ANY], [1, None], True),
        ("x", ANY, False),
    ],
)
def test_what_is_the_same(expected: object, actual: object, equal: bool) -> None:
    assert same(expected, actual) is equal


def test_what_a_rule_may_ask() -> None:
    assert parameters(None, "x") is None
    assert parameters([1, "a"], "x") == Exactly((1, "a"))
    assert parameters(iter([1]), "x") == Exactly((1,))  # type: ignore[arg-type]  # will do, too
    with pytest.raises(TypeError, match=r"params= takes a list such as \[7, 'Ann'\], not str"):
        parameters("ab", "x")


def test_values() -> None:
    asked = Exactly((1, ANY))
    assert asked.take([1.0, None])
    assert not asked.take([2, None])
    assert not asked.take([1])
    assert str(asked) == "[1, ANY]"


def test_a_function() -> None:
    def even(params: Sequence[object]) -> object:
        return isinstance(params[0], int) and params[0] % 2 == 0

    asked = parameters(even, "select $1")
    assert asked is not None
    assert asked.take([2])
    assert not asked.take([3])
    assert (str(asked), asked.expected) == ("even", ())


def test_a_function_that_raises() -> None:
    asked = parameters(lambda params: params[0], "select $1")
    assert asked is not None
    with pytest.raises(FunctionFailed) as caught:
        asked.take([])
    assert isinstance(caught.value, SqlError)
    assert caught.value.sqlstate == "XX000"
    assert "test_parameters.py:" in caught.value.text
    assert "the rule about select $1 raised IndexError" in caught.value.text


def test_many_and_long_values_are_cut() -> None:
    assert shown([]) == "[]"
    assert shown([1, "a", None]) == "[1, 'a', None]"
    assert len(shown(["x" * 10_000] * 30_000)) < 1000
    assert shown(list(range(20))).endswith("11, and 8 more]")
