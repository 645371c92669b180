from __future__ import annotations

import math

import pytest

from rs_driver_fakeserver.faults import checks


def test_whole_numbers() -> None:
    assert checks.whole("n", 3, 1, 3) == 3
    with pytest.raises(TypeError, match="n is a whole number, not bool"):
        checks.whole("n", True, 0)
    with pytest.raises(TypeError, match="not float"):
        checks.whole("n", 1.0, 0)
    with pytest.raises(ValueError, match="n is at least 1, not 0"):
        checks.whole("n", 0, 1)
    with pytest.raises(ValueError, match="n is from 1 to 3, not 4"):
        checks.whole("n", 4, 1, 3)


def test_times() -> None:
    checks.times(None)
    checks.times(2)
    with pytest.raises(ValueError, match="times is at least 1"):
        checks.times(0)


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan])
def test_seconds(value: float) -> None:
    checks.seconds(0.5)
    checks.seconds(0, zero=True)
    with pytest.raises(ValueError, match="seconds are above 0"):
        checks.seconds(value)


def test_seconds_are_numbers() -> None:
    with pytest.raises(TypeError, match="a number, not str"):
        checks.seconds("1")


@pytest.mark.parametrize("value", [0, -0.1, 1.1, math.nan])
def test_probability(value: float) -> None:
    checks.probability(1)
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        checks.probability(value)


def test_probability_is_a_number() -> None:
    with pytest.raises(TypeError, match="not bool"):
        checks.probability(True)


def test_octets() -> None:
    assert checks.octets("data", bytearray(b"x")) == b"x"
    with pytest.raises(TypeError, match="data is bytes, not str"):
        checks.octets("data", "x")
    with pytest.raises(ValueError, match="empty"):
        checks.octets("data", b"")


def test_connections() -> None:
    assert checks.connections(None) is None
    assert checks.connections(2) == 2
    assert checks.connections([1, 3]) == (1, 3)
    assert checks.connections(range(2, 9)) == range(2, 9)
    for wrong in ("1", 1.5):
        with pytest.raises(TypeError, match="connections= takes 1, "):
            checks.connections(wrong)
    for empty in ((), range(3, 3)):
        with pytest.raises(ValueError, match="never happen"):
            checks.connections(empty)
    for low in (0, [1, 0], range(3)):
        with pytest.raises(ValueError, match="at least 1"):
            checks.connections(low)


def test_choices_name_what_is_near() -> None:
    checks.choice("phase", "rows", ["rows", "ready"])
    with pytest.raises(ValueError, match=r"no phase 'row'; near it: rows$"):
        checks.choice("phase", "row", ["rows", "tls"])
    with pytest.raises(ValueError, match="near it: rows, tls"):
        checks.choice("phase", "xyzzy", ["rows", "tls"])


def test_sqlstates() -> None:
    checks.sqlstate("57P01")
    for wrong in ("57p01", "570", 57001):
        with pytest.raises(ValueError, match="is not a SQLSTATE"):
            checks.sqlstate(wrong)


def test_what_a_value_is() -> None:
    assert checks.shown_type(1) == "int"
    assert checks.shown_type(int) == "the class int"
