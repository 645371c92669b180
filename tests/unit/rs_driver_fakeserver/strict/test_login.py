"""Authentication: each request by its own answer, and secrets over TLS only."""

from __future__ import annotations

import pytest

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationDigest,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationOk,
    AuthenticationOther,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.startup import SSLRequest
from support.watched import READY, STARTUP, Watched

SECRET = "s3cr3t"
CLEARTEXT = AuthenticationCleartextPassword()
MD5 = AuthenticationMD5Password(b"salt")
SASL = AuthenticationSASL(("SCRAM-SHA-256",))
DIGEST = AuthenticationDigest(0, b"salt", b"nonce")
TOKEN = AuthenticationIdpToken()
PASSWORD = PasswordMessage(SECRET.encode())
HASH = PasswordMessage(b"md5" + b"0123456789abcdef" * 2)
FIRST = SASLInitialResponse("SCRAM-SHA-256", b"n,,n=,r=s3cr3t")
LAST = SASLResponse(b"c=biws,r=s3cr3t,p=")


def asked(request: AuthenticationRequest, *, encrypted: bool = True) -> Watched:
    return Watched(encrypted=encrypted).client(STARTUP).server(request)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (CLEARTEXT, PASSWORD),
        (CLEARTEXT, PasswordMessage(b"")),
        (MD5, HASH),
        (SASL, FIRST),
        (SASL, SASLInitialResponse("SCRAM-SHA-256", None)),
        (AuthenticationSASL(("OAUTHBEARER",)), SASLInitialResponse("OAUTHBEARER", b"?")),
        (DIGEST, DigestResponse(bytes(32), b"x")),
        (AuthenticationDigest(1, b"", b""), DigestResponse(b"any", b"x")),
        (TOKEN, IdpTokenResponse(b"token")),
        (AuthenticationOther(7, b""), PASSWORD),
    ],
)
def test_right_answers(request_: AuthenticationRequest, answer: FrontendMessage) -> None:
    assert asked(request_).client(answer).server(AuthenticationOk(), READY).found == []


def test_scram_to_its_end() -> None:
    watched = asked(SASL, encrypted=False).client(FIRST)
    watched.server(AuthenticationSASLContinue(b"r=x")).client(LAST)
    watched.server(AuthenticationSASLFinal(b"v=x"), AuthenticationOk(), READY)
    assert watched.found == []


@pytest.mark.parametrize(
    ("request_", "answer", "said"),
    [
        (CLEARTEXT, IdpTokenResponse(b"s3cr3t"), "is answered by PasswordMessage"),
        (TOKEN, PASSWORD, "AuthenticationIdpToken is answered by IdpTokenResponse"),
        (SASL, Query("select 1"), "it does not answer the authentication request"),
        (MD5, PASSWORD, "it is not md5 and 32 hexadecimal digits"),
        (SASL, SASLInitialResponse("PLAIN", b"s3cr3t"), "the server offers 'SCRAM-SHA-256'"),
        (AuthenticationSASL(()), FIRST, "the server offers nothing"),
        (SASL, SASLInitialResponse("SCRAM-SHA-256", b"s3cr3t"), "client-first-message"),
        (DIGEST, DigestResponse(b"s3cr3t", b""), "its digest has 6 bytes, not 32"),
    ],
)
def test_wrong_answers(request_: AuthenticationRequest, answer: FrontendMessage, said: str) -> None:
    watched = asked(request_).client(answer)
    assert said in watched.text
    assert ", in the login, after Authentication" in watched.text
    assert SECRET not in watched.text


def test_a_wrong_last_word_of_scram() -> None:
    watched = asked(SASL).client(FIRST).server(AuthenticationSASLContinue(b"r=x"))
    assert "client-final-message" in watched.client(SASLResponse(b"s3cr3t")).text


def test_an_answer_that_cannot_be_decoded() -> None:
    watched = asked(CLEARTEXT).client(b"p\0\0\0\x0as3cr3t")
    assert "a string has no terminating NUL" in watched.text


@pytest.mark.parametrize("message", [PASSWORD, Query("select 1")])
def test_nobody_asked(message: FrontendMessage) -> None:
    watched = Watched().client(STARTUP).client(message)
    assert ", in the login): the server has not asked for it" in watched.text


def test_an_answer_comes_once() -> None:
    assert "has not asked" in asked(CLEARTEXT).client(PASSWORD, PASSWORD).text
    assert "has not asked" in asked(AuthenticationSASLFinal(b"")).client(LAST).text


@pytest.mark.parametrize(
    ("request_", "answer", "said"),
    [
        (CLEARTEXT, PASSWORD, "a password goes over the connection in plain text"),
        (TOKEN, IdpTokenResponse(b"s3cr3t"), "a token goes over the connection in plain text"),
    ],
)
def test_secrets_in_plain_text(
    request_: AuthenticationRequest, answer: FrontendMessage, said: str
) -> None:
    assert said in asked(request_, encrypted=False).client(answer).text
    without = Watched(offers_tls=False).client(STARTUP).server(request_).client(answer)
    assert without.found == []


@pytest.mark.parametrize(("request_", "answer"), [(MD5, HASH), (SASL, FIRST)])
def test_hashes_may_be_seen(request_: AuthenticationRequest, answer: FrontendMessage) -> None:
    assert asked(request_, encrypted=False).client(answer).found == []


def test_in_plain_text_although_tls_was_agreed_upon() -> None:
    watched = Watched().client(SSLRequest()).server(b"S").client(STARTUP).server(MD5).client(HASH)
    assert [text.partition(":")[2] for _, text in watched.found] == [
        (
            " it comes in plain text, although the server agreed to encryption; "
            "after that answer the handshake follows at once"
        ),
        (
            " it answers in plain text, although the server agreed to encryption; "
            "after that agreement everything goes through the encryption"
        ),
    ]


def test_who_gives_up_may_say_so() -> None:
    assert asked(SASL).client(Terminate()).end().found == []
    assert Watched().client(STARTUP, Terminate()).end().found == []
    watched = asked(SASL).client(Terminate(), FIRST)
    assert "(message 3 of the client, after Terminate): the client has taken" in watched.text
