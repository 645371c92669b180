from __future__ import annotations

import pytest

from rs_driver.adapters.auth.idp_token import IdpTokenAuthenticator
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.authenticator import Authenticator
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationIdpToken,
    AuthenticationOk,
)
from support.logins import finish, login


def test_the_bytes_on_the_wire() -> None:
    method: Authenticator = IdpTokenAuthenticator()
    assert (method.code, method.name) == (14, "idp-token")
    exchange = method.exchange(AuthenticationIdpToken(), login(token="eyJhbGciOi.x"))
    assert next(exchange).encode() == b"i\x00\x00\x00\x10eyJhbGciOi.x"
    finish(exchange, AuthenticationOk())


def test_a_password_is_no_token() -> None:
    with pytest.raises(InterfaceError, match=r"user 'awsuser' for a token \(idp-token\)"):
        next(IdpTokenAuthenticator().exchange(AuthenticationIdpToken(), login()))


def test_another_methods_request() -> None:
    context = login(token="t")
    with pytest.raises(RemoteProtocolError):
        next(IdpTokenAuthenticator().exchange(AuthenticationCleartextPassword(), context))
