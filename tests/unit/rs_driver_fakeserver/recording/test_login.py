from __future__ import annotations

import base64
import hashlib

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
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver_fakeserver.auth.digest import digest
from rs_driver_fakeserver.auth.rfc5802 import ScramServer
from rs_driver_fakeserver.recording.login import Login, LoginError

OFFER = AuthenticationSASL(("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))


def nothing(count: int) -> bytes:
    return bytes(count)


def login(**options: object) -> Login:
    return Login("alice", **{"password": "secret", "entropy": nothing, "safe": True, **options})  # type: ignore[arg-type]


def test_one_answer() -> None:
    assert login()(AuthenticationOk()) is None
    assert login()(AuthenticationCleartextPassword()) == PasswordMessage(b"secret")
    assert login(token="t")(AuthenticationIdpToken()) == IdpTokenResponse(b"t")
    inner = hashlib.md5(b"secretalice").hexdigest().encode()
    expected = b"md5" + hashlib.md5(inner + b"salt").hexdigest().encode()
    assert login()(AuthenticationMD5Password(b"salt")) == PasswordMessage(expected)
    answer = login()(AuthenticationDigest(0, b"s", b"n"))
    assert answer == DigestResponse(digest("secret", b"s", b"n", bytes(16)), bytes(16))


@pytest.mark.parametrize(
    ("request_", "options", "expected"),
    [
        (AuthenticationCleartextPassword(), {"safe": False}, "without TLS"),
        (AuthenticationIdpToken(), {"token": "t", "safe": False}, "without TLS"),
        (AuthenticationCleartextPassword(), {"password": None}, "none was given"),
        (AuthenticationMD5Password(b"salt"), {"password": ""}, "none was given"),
        (AuthenticationIdpToken(), {}, "for a token; none was given"),
        (AuthenticationDigest(1, b"", b""), {}, "request 13"),
        (AuthenticationSASL(("X",)), {}, "request 10"),
        (AuthenticationSASLFinal(b"v="), {}, "request 12"),
        (AuthenticationOther(7, b""), {}, "request 7"),
    ],
)
def test_what_is_not_answered(
    request_: AuthenticationRequest, options: dict[str, object], expected: str
) -> None:
    with pytest.raises(LoginError, match=expected) as caught:
        login(**options)(request_)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(login(**options))


@pytest.mark.parametrize("password", ["secret", "pässwörd", "I\u00adX"])
def test_scram(password: str) -> None:
    """Against the server's side, which was written apart."""
    server = ScramServer("alice", password, b"0123456789ab", "server", 4096)
    client = login(password=password)
    first = client(OFFER)
    assert isinstance(first, SASLInitialResponse)
    assert first.mechanism == "SCRAM-SHA-256"
    assert first.data is not None
    final = client(AuthenticationSASLContinue(server.first(first.data)))
    assert isinstance(final, SASLResponse)
    assert client(AuthenticationSASLFinal(server.final(final.data))) is None
    assert client(AuthenticationOk()) is None


SALT = base64.b64encode(b"0123456789ab").decode()
NONCE = base64.b64encode(bytes(18)).decode()


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        ("", "malformed"),
        (f"r={NONCE}x,s={SALT}", "malformed"),
        (f"r={NONCE}x,s=!,i=4096", "malformed"),
        (f"r={NONCE}x,s={SALT},i=many", "malformed"),
        (f"r={NONCE},s={SALT},i=4096", "does not extend"),
        (f"r=x,s={SALT},i=4096", "does not extend"),
        (f"r={NONCE}x,s={SALT},i=1", "asks for 1 iterations"),
        (f"r={NONCE}x,s={SALT},i=100000000", "iterations"),
    ],
)
def test_challenges_that_are_refused(challenge: str, expected: str) -> None:
    client = login()
    client(OFFER)
    with pytest.raises(LoginError, match=expected):
        client(AuthenticationSASLContinue(challenge.encode()))


@pytest.mark.parametrize(
    "last",
    [AuthenticationOk(), AuthenticationSASLFinal(b"v=AAAA"), AuthenticationSASLFinal(b"")],
)
def test_a_server_that_does_not_know_the_password(last: AuthenticationRequest) -> None:
    client = login()
    client(OFFER)
    client(AuthenticationSASLContinue(f"r={NONCE}x,s={SALT},i=4096".encode()))
    with pytest.raises(LoginError, match="password"):
        client(last)


def test_an_early_end() -> None:
    client = login()
    client(OFFER)
    with pytest.raises(LoginError, match="password"):
        client(AuthenticationSASLFinal(b"v="))
