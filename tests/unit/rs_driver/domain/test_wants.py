from __future__ import annotations

import dataclasses

import pytest

from rs_driver.domain.wants import Blocking, Raised, StartTls, UserCall, Want


def test_a_shell_can_tell_the_wants_apart() -> None:
    wants = [Want.READ, Want.FLUSH, StartTls("db"), Blocking(dict), UserCall(dict)]
    assert [isinstance(want, Want) for want in wants] == [True, True, False, False, False]
    assert StartTls("db").hostname == "db"
    assert Blocking(dict).call() == UserCall(dict).call() == {}
    assert not isinstance(UserCall(dict), Blocking)


def test_what_was_raised_is_the_very_exception() -> None:
    error = ValueError()
    assert Raised(error).error is error


@pytest.mark.parametrize(
    ("want", "field"),
    [(StartTls("db"), "hostname"), (Blocking(dict), "call"), (UserCall(dict), "call")],
)
def test_a_want_does_not_change_under_way(want: object, field: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(want, field, None)
