from __future__ import annotations

from hypothesis import given

from rs_driver_fakeserver.faults import Place
from rs_driver_fakeserver.faults.names import MESSAGES as KNOWN
from rs_driver_fakeserver.faults.place import place
from rs_driver_fakeserver.strategies.places import (
    MESSAGES,
    borders,
    messages_of_answers,
    places,
)
from support.minimal import minimal


@given(places())
def test_faults_take_them(where: Place) -> None:
    assert place(where) is where
    assert where.finder() is not where.finder()


def test_there_is_every_kind() -> None:
    for start in ("byte(", "before(", "after(", "inside(", "message(", "phase("):
        assert repr(minimal(places(), lambda one, s=start: repr(one).startswith(s)))  # type: ignore[misc]


@given(borders())
def test_borders_are_between_messages(where: Place) -> None:
    assert repr(where).partition("(")[0] in ("before", "after", "message")


@given(messages_of_answers())
def test_answers_come_after_the_login(where: Place) -> None:
    assert repr(where).startswith("before(")
    assert "Authentication" not in repr(where)


def test_the_names_are_those_of_messages() -> None:
    assert set(MESSAGES) <= set(KNOWN)
