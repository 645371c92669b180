from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.auth.port import Attempt, Refused, checked, checked_method, first_of
from rs_driver_fakeserver.auth.trust import Trust


def test_the_first_user() -> None:
    assert first_of({"a": "x", "b": "y"}) == {"user": "a", "password": "x"}
    assert first_of({}) == {"user": "nobody"}


def test_users_are_copied() -> None:
    users = {"a": "x"}
    copy = checked(users, "")
    users["b"] = "y"
    assert copy == {"a": "x"}


@pytest.mark.parametrize("users", ["a", [("a", "x")], None, {"a": None}, {1: "x"}])
def test_what_maps_no_users(users: Any) -> None:
    with pytest.raises(TypeError, match=r"Auth takes a dict .*such as \{this\}"):
        checked(users, "{this}")


def test_methods() -> None:
    method = Trust()
    assert checked_method(method) is method
    wrong: Any
    for wrong in (Trust, None, "trust"):
        with pytest.raises(TypeError, match="methods of login"):
            checked_method(wrong)


def test_a_refusal_has_a_reason_and_perhaps_words() -> None:
    refused = Refused("why", "what is said")
    assert (str(refused), refused.message, refused.error) == ("why", "what is said", None)


def test_an_attempt_has_entropy_of_its_own() -> None:
    assert Attempt("a").entropy(16) != Attempt("a").entropy(16)
