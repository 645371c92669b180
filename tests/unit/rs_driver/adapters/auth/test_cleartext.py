from __future__ import annotations

import pytest

from rs_driver.adapters.auth.cleartext import CleartextAuthenticator
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.authenticator import Authenticator
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationIdpToken,
    AuthenticationOk,
)
from support.logins import finish, login


def test_the_bytes_on_the_wire() -> None:
    method: Authenticator = CleartextAuthenticator()
    assert (method.code, method.name) == (3, "password")
    exchange = method.exchange(AuthenticationCleartextPassword(), login())
    assert next(exchange).encode() == b"p\x00\x00\x00\x0dSecret1!\x00"
    finish(exchange, AuthenticationOk())


def test_no_password() -> None:
    exchange = CleartextAuthenticator().exchange(AuthenticationCleartextPassword(), login(None))
    with pytest.raises(InterfaceError, match=r"user 'awsuser' for a password \(password\)"):
        next(exchange)


def test_another_methods_request() -> None:
    with pytest.raises(RemoteProtocolError):
        next(CleartextAuthenticator().exchange(AuthenticationIdpToken(), login()))
