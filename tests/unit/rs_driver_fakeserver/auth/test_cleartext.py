from __future__ import annotations

import pytest

from rs_driver.wire.auth import PasswordMessage
from rs_driver_fakeserver.auth.cleartext import Cleartext
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import USERS, log_in

METHOD = Cleartext(USERS)


def test_the_right_password() -> None:
    assert log_in(METHOD, [PasswordMessage(b"Secret1!")]) == ([3], "awsuser")


@pytest.mark.parametrize(
    ("user", "password"),
    [("awsuser", b"secret1!"), ("awsuser", b""), ("nobody", b""), ("nobody", b"x"), ("empty", b"")],
)
def test_wrong_passwords(user: str, password: bytes) -> None:
    with pytest.raises(Refused):
        log_in(METHOD, [PasswordMessage(password)], user)


def test_credentials() -> None:
    assert METHOD.credentials() == {"user": "awsuser", "password": "Secret1!"}
    assert Cleartext({}).credentials() == {"user": "nobody"}
