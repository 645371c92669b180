from __future__ import annotations

import hashlib

import pytest

from rs_driver.wire.auth import AuthenticationMD5Password, PasswordMessage
from rs_driver_fakeserver.auth.md5 import Md5
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import USERS, entropy, first_request, log_in

METHOD = Md5(USERS)


def answer(user: str, password: bytes) -> PasswordMessage:
    hashed = hashlib.md5(password + user.encode()).hexdigest().encode()
    return PasswordMessage(b"md5" + hashlib.md5(hashed + entropy(4)).hexdigest().encode())


def test_as_captured() -> None:
    assert first_request(METHOD) == AuthenticationMD5Password(bytes([1, 2, 3, 4]))
    captured = PasswordMessage(b"md5c2aa41ac327cc1bdb9f872059c372049")
    assert captured == answer("awsuser", b"Secret1!")
    assert log_in(METHOD, [captured]) == ([5], "awsuser")


@pytest.mark.parametrize(
    ("user", "password"),
    [("awsuser", b"secret1!"), ("awsuser", b""), ("nobody", b""), ("nobody", b"x"), ("empty", b"")],
)
def test_wrong_passwords(user: str, password: bytes) -> None:
    with pytest.raises(Refused):
        log_in(METHOD, [answer(user, password)], user)


def test_credentials() -> None:
    assert METHOD.credentials() == {"user": "awsuser", "password": "Secret1!"}
