from __future__ import annotations

import pytest

from rs_driver.adapters.auth.answers import answer_once, password_of, token_of, unexpected
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.credentials import Credentials
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationMD5Password,
    AuthenticationOk,
    PasswordMessage,
)
from support.logins import finish


def test_one_answer_and_then_ok() -> None:
    message = PasswordMessage(b"x")
    exchange = answer_once(message, "password")
    assert next(exchange) is message
    finish(exchange, AuthenticationOk())


def test_no_second_answer() -> None:
    exchange = answer_once(PasswordMessage(b"x"), "password")
    next(exchange)
    with pytest.raises(RemoteProtocolError, match="request 3 in the middle of password"):
        exchange.send(AuthenticationCleartextPassword())


def test_unexpected_names_the_code_only() -> None:
    error = unexpected("md5", AuthenticationMD5Password(b"salt"))
    assert "request 5 in the middle of md5" in str(error)
    assert "salt" not in str(error)


def test_secrets_are_utf_8() -> None:
    assert password_of(Credentials("u", "pässword"), "md5") == "pässword".encode()
    assert token_of(Credentials("u", token="tökn"), "idp-token") == "tökn".encode()


@pytest.mark.parametrize("missing", [None, ""])
def test_what_is_missing_is_named(missing: str | None) -> None:
    with pytest.raises(InterfaceError, match=r"user 'u' for a password \(md5\)"):
        password_of(Credentials("u", missing, token="t"), "md5")
    with pytest.raises(InterfaceError, match=r"user 'u' for a token \(idp-token\)"):
        token_of(Credentials("u", "p", missing), "idp-token")


@pytest.mark.parametrize("bad", ["sec\0ret", "sec\udc80ret"])
def test_what_cannot_be_sent_is_not_quoted(bad: str) -> None:
    with pytest.raises(InterfaceError) as caught:
        password_of(Credentials("u", bad), "md5")
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
