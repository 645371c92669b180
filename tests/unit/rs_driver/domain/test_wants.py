from __future__ import annotations

import dataclasses

import pytest

from rs_driver.domain.wants import Blocking, StartTls, Want


def test_a_shell_can_tell_the_wants_apart() -> None:
    wants = [Want.READ, Want.FLUSH, StartTls("db"), Blocking(dict)]
    assert [isinstance(want, Want) for want in wants] == [True, True, False, False]
    assert StartTls("db").hostname == "db"
    assert Blocking(dict).call() == {}


@pytest.mark.parametrize(
    ("want", "field"), [(StartTls("db"), "hostname"), (Blocking(dict), "call")]
)
def test_a_want_does_not_change_under_way(want: object, field: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(want, field, None)
