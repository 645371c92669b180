from __future__ import annotations

import pytest

from rs_driver.adapters.auth.md5 import Md5Authenticator
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.authenticator import Authenticator
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationMD5Password,
    AuthenticationOk,
)
from support.logins import finish, login

REQUEST = AuthenticationMD5Password(b"\x01\x02\x03\x04")


def test_the_bytes_on_the_wire() -> None:
    method: Authenticator = Md5Authenticator()
    assert (method.code, method.name) == (5, "md5")
    exchange = method.exchange(REQUEST, login())
    expected = b"p\x00\x00\x00\x28md5c2aa41ac327cc1bdb9f872059c372049\x00"
    assert next(exchange).encode() == expected
    finish(exchange, AuthenticationOk())


def test_the_user_and_the_salt_count() -> None:
    method = Md5Authenticator()
    salted = AuthenticationMD5Password(b"\x01\x02\x03\x05")
    answers = {
        next(method.exchange(request, login(user=user))).encode()
        for request in (REQUEST, salted)
        for user in ("awsuser", "other")
    }
    assert len(answers) == 4


def test_no_password() -> None:
    with pytest.raises(InterfaceError, match=r"\(md5\)"):
        next(Md5Authenticator().exchange(REQUEST, login("")))


def test_another_methods_request() -> None:
    with pytest.raises(RemoteProtocolError):
        next(Md5Authenticator().exchange(AuthenticationCleartextPassword(), login()))
