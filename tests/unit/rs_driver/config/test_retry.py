from __future__ import annotations

import dataclasses
from typing import Any

import pytest

import rs_driver
from rs_driver.config.retry import ONCE, Retry
from rs_driver.errors import InterfaceError


def test_it_is_a_public_value() -> None:
    assert rs_driver.Retry is Retry
    assert Retry() == Retry(attempts=6, first=1.0, longest=20.0, jitter=0.5, on_wait=None)
    assert ONCE.attempts == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        ONCE.attempts = 2  # type: ignore[misc]  # that it fails is the point


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"attempts": 0}, "attempts is a whole number"),
        ({"attempts": 1.5}, "attempts is a whole number"),
        ({"first": -1}, "first is a number between 0 and 86400"),
        ({"longest": float("inf")}, "longest is a number"),
        ({"first": float("nan")}, "first is a number"),
        ({"jitter": 1.5}, "jitter is a number between 0 and 1"),
        ({"jitter": "a lot"}, "jitter is a number"),
        ({"on_wait": 5}, "on_wait is a function"),
    ],
)
def test_what_makes_no_sense(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(InterfaceError, match=problem):
        Retry(**wrong)
