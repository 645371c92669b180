from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules.failures import FunctionFailed, called, named


def test_what_a_function_gives() -> None:
    assert called(lambda: 7, "f", "select 1") == 7


def test_what_it_raises() -> None:
    def fails() -> None:
        raise ValueError("x" * 10_000)

    with pytest.raises(FunctionFailed) as caught:
        called(fails, "f", "select 1")
    assert caught.value.text.startswith("f of the rule about select 1 raised ValueError: xxx")
    assert len(caught.value.text) < 1000
    assert isinstance(caught.value.__cause__, ValueError)


def test_errors_of_sql_are_its_own_affair() -> None:
    def fails() -> None:
        raise SqlError("22012", "division by zero")

    with pytest.raises(SqlError, match="22012") as caught:
        called(fails, "f", "select 1")
    assert not isinstance(caught.value, FunctionFailed)


def test_what_interrupts_a_test_goes_through() -> None:
    def fails() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        called(fails, "f", "select 1")


class Callable:
    """An object that can be called, without a name."""

    def __call__(self) -> int:
        return 7


def test_names() -> None:
    assert named(test_names) == "test_names"
    assert named(lambda: 1).startswith("lambda at test_failures.py:")
    assert named(Callable()) == "Callable"
    assert named(len) == "len"
