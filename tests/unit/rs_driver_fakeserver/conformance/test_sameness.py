from __future__ import annotations

import math
from decimal import Decimal

import pytest

from rs_driver_fakeserver.conformance.sameness import same


@pytest.mark.parametrize(
    "value", [1, math.nan, Decimal("NaN"), [1, [math.nan]], (1, None), {"a": [math.nan]}, None]
)
def test_the_same(value: object) -> None:
    assert same(value, value)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), ([1], [1, 2]), ([1], (1,)), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2})],
)
def test_not_the_same(one: object, other: object) -> None:
    assert not same(one, other)
