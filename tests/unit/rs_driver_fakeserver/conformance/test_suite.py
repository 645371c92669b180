from __future__ import annotations

import threading

import pytest

from rs_driver_fakeserver.conformance.suite import Suite, bounded, within


class Ours(Suite):
    patience = 0.2

    @bounded
    def test_that_hangs(self, over: threading.Event) -> None:
        over.wait()

    @bounded
    def test_that_fails(self) -> None:
        raise KeyError("what it says")

    @bounded
    def test_that_passes(self) -> None:
        """With a docstring."""


class TheirsNot(Ours):
    __test__ = False


def test_what_pytest_collects() -> None:
    assert Suite.__test__ is False
    assert Ours.__test__
    assert Ours.__test__ is not True  # which would collect it in spite of its name
    assert TheirsNot.__test__ is False


def test_a_test_that_hangs_says_where() -> None:
    over = threading.Event()
    with pytest.raises(AssertionError, match=r"hangs after 0\.2 s(.|\n)*over\.wait\(\)"):
        Ours().test_that_hangs(over)
    over.set()


def test_what_a_test_raises_leaves_as_it_is() -> None:
    with pytest.raises(KeyError, match="what it says"):
        Ours().test_that_fails()
    with pytest.raises(SystemExit):
        within(5.0, lambda: (_ for _ in ()).throw(SystemExit))


def test_the_name_and_the_docstring_stay() -> None:
    Ours().test_that_passes()
    assert Ours.test_that_passes.__name__ == "test_that_passes"
    assert Ours.test_that_passes.__doc__ == "With a docstring."


def test_a_deadline_is_in_the_future() -> None:
    assert Ours().soon() < Suite().soon()
