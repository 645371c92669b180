from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from rs_driver.wire.auth import AuthenticationIdpToken, PasswordMessage
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver_fakeserver.auth.expiry import Expiry
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.auth.token import Nul, Token
from support.fake_logins import first_request, log_in

TOKENS = {"tok": "alice", "kot": "bob"}
BARE, ENDED = IdpTokenResponse(b"tok"), IdpTokenResponse(b"tok", terminated=True)
PAST = datetime(2000, 1, 1, tzinfo=timezone.utc)


def test_the_token_says_who_it_is() -> None:
    assert first_request(Token(TOKENS)) == AuthenticationIdpToken()
    assert log_in(Token(TOKENS), [BARE], "") == ([14], "alice")
    assert log_in(Token(TOKENS), [IdpTokenResponse(b"kot")], "other") == ([14], "bob")


@pytest.mark.parametrize(
    ("nul", "refused"), [("either", None), ("required", BARE), ("forbidden", ENDED)]
)
def test_the_nul_at_its_end(nul: Nul, refused: IdpTokenResponse | None) -> None:
    for answer in (BARE, ENDED):
        if answer is refused:
            with pytest.raises(Refused, match=r"a token with(out)? a NUL at its end"):
                log_in(Token(TOKENS, nul), [answer])
        else:
            assert log_in(Token(TOKENS, nul), [answer]) == ([14], "alice")


def test_an_unknown_token() -> None:
    for answer in (IdpTokenResponse(b"other"), IdpTokenResponse(b"")):
        with pytest.raises(Refused, match="unknown token") as caught:
            log_in(Token(TOKENS), [answer], "")
        assert caught.value.message == "the token was not accepted"


def test_no_token() -> None:
    with pytest.raises(Refused, match="no token"):
        log_in(Token(TOKENS), [PasswordMessage(b"tok")])


def test_an_expired_token() -> None:
    with pytest.raises(Refused, match="an expired token") as caught:
        log_in(Token(TOKENS, expiry=Expiry(PAST)), [BARE])
    assert caught.value.message == "the token has expired"
    with pytest.raises(Refused, match="unknown token"):
        log_in(Token(TOKENS, expiry=Expiry(PAST)), [IdpTokenResponse(b"other")])


def test_what_says_nothing_of_the_nul() -> None:
    wrong: Any = "maybe"
    with pytest.raises(ValueError, match="nul= takes one of"):
        Token(TOKENS, wrong)


def test_credentials() -> None:
    assert Token(TOKENS).credentials() == {"user": "alice", "token": "tok"}
    assert Token({}).credentials() == {"user": "nobody"}
