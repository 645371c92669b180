from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.auth import PasswordMessage
from rs_driver_fakeserver.auth.cleartext import Cleartext
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.auth.series import Chain, OkTwice, Rejects, Sequence
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.engine.port import SqlError
from support.fake_logins import USERS, attempt, log_in

PASSWORD = PasswordMessage(b"Secret1!")


def test_rejecting_everybody() -> None:
    error = SqlError("53300", "too many")
    with pytest.raises(Refused) as caught:
        log_in(Rejects(error))
    assert caught.value.error is error
    with pytest.raises(Refused) as caught:
        log_in(Rejects())
    assert caught.value.error is None


def test_rejecting_after_some_logins() -> None:
    method = Rejects(after=2, method=Cleartext(USERS))
    for number in (0, 1):
        assert log_in(method, [PASSWORD], attempt(number=number)) == ([3], "awsuser")
    for number in (2, 3):
        with pytest.raises(Refused):
            log_in(method, user=attempt(number=number))
    assert method.credentials() == {"user": "awsuser", "password": "Secret1!"}


def test_a_sequence() -> None:
    method = Sequence((Rejects(), Cleartext(USERS), Trust()))
    with pytest.raises(Refused):
        log_in(method)
    assert log_in(method, [PASSWORD], attempt(number=1)) == ([3], "awsuser")
    for number in (2, 3):
        assert log_in(method, user=attempt(number=number)) == ([], "awsuser")
    assert method.credentials() == Trust().credentials()


def test_a_chain() -> None:
    method = Chain((Cleartext(USERS), Cleartext(USERS)))
    assert log_in(method, [PASSWORD, PASSWORD]) == ([3, 3], "awsuser")
    with pytest.raises(Refused):
        log_in(method, [PASSWORD, PasswordMessage(b"x")])
    assert method.credentials()["password"] == "Secret1!"


def test_one_ok_too_many() -> None:
    method = OkTwice(Cleartext(USERS))
    assert log_in(method, [PASSWORD]) == ([3, 0], "awsuser")
    with pytest.raises(Refused):
        log_in(method, [PasswordMessage(b"x")])
    assert method.credentials()["user"] == "awsuser"


@pytest.mark.parametrize("kind", [Sequence, Chain])
def test_none_at_all(kind: Any) -> None:
    with pytest.raises(ValueError, match="at least one method"):
        kind(())


@pytest.mark.parametrize(
    "make",
    [
        lambda method: Sequence((Trust(), method)),
        lambda method: Chain((method,)),
        OkTwice,
        lambda method: Rejects(method=method),
    ],
)
@pytest.mark.parametrize("method", [{"alice": "Secret1!"}, "md5", Trust, None])
def test_what_is_no_method(make: Any, method: Any) -> None:
    with pytest.raises(TypeError, match="methods of login") as caught:
        make(method)
    assert "Secret1!" not in str(caught.value)


def test_less_than_no_logins() -> None:
    with pytest.raises(ValueError, match="after="):
        Rejects(after=-1)
