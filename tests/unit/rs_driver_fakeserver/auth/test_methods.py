from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rs_driver.wire.auth import (
    AuthenticationDigest,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationOther,
    AuthenticationSASL,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver_fakeserver.auth.methods import Auth, AuthMethod, Refused, digest

USERS = {"awsuser": "Secret1!", "empty": ""}


def entropy(size: int) -> bytes:
    return bytes(range(1, size + 1))


def log_in(
    method: AuthMethod, answers: Sequence[FrontendMessage], user: str = "awsuser"
) -> tuple[list[int], str]:
    """The codes that the server sent, and who is in."""
    exchange = method.exchange(user, entropy)
    codes, left = [], list(answers)
    try:
        challenge = next(exchange)
        while True:
            codes.append(challenge.request.code)
            challenge = next(exchange) if challenge.answer is None else exchange.send(left.pop(0))
    except StopIteration as stop:
        return codes, stop.value


def test_trust() -> None:
    assert log_in(Auth.trust(), []) == ([], "awsuser")


def test_cleartext() -> None:
    assert log_in(Auth.cleartext(USERS), [PasswordMessage(b"Secret1!")]) == ([3], "awsuser")


def test_md5_as_captured() -> None:
    method = Auth.md5(USERS)
    request = next(method.exchange("awsuser", entropy)).request
    assert request == AuthenticationMD5Password(bytes([1, 2, 3, 4]))
    answer = PasswordMessage(b"md5c2aa41ac327cc1bdb9f872059c372049")
    assert log_in(method, [answer]) == ([5], "awsuser")


def test_digest_as_captured() -> None:
    found = digest("Secret1!", bytes(range(1, 9)), bytes.fromhex("a1b2c3d4"), b"1700000000000")
    assert found.hex() == "f743a3a7bcd0a7acb2a07c2c3cd8446a5c8411113e767955a2b49b619f6e8e7c"


def test_digest() -> None:
    method = Auth.digest(USERS)
    request = next(method.exchange("awsuser", entropy)).request
    assert request == AuthenticationDigest(0, bytes(range(1, 9)), bytes(range(1, 5)))
    right = digest("Secret1!", bytes(range(1, 9)), bytes(range(1, 5)), b"nonce")
    assert log_in(method, [DigestResponse(right, b"nonce")]) == ([13], "awsuser")
    for answer in (DigestResponse(right, b"other"), DigestResponse(b"", b"nonce")):
        with pytest.raises(Refused):
            log_in(method, [answer])
    with pytest.raises(Refused):
        log_in(method, [DigestResponse(digest("", entropy(8), entropy(4), b"n"), b"n")], "nobody")


def test_another_digest_algorithm_can_be_asked_for() -> None:
    request = next(Auth.digest(USERS, algorithm=2).exchange("awsuser", entropy)).request
    assert isinstance(request, AuthenticationDigest)
    assert request.algorithm == 2


def test_token() -> None:
    method = Auth.token({"tok": "alice"})
    assert next(method.exchange("", entropy)).request == AuthenticationIdpToken()
    assert log_in(method, [IdpTokenResponse(b"tok")], "") == ([14], "alice")
    with pytest.raises(Refused) as caught:
        log_in(method, [IdpTokenResponse(b"other")], "")
    assert caught.value.message == "the token was not accepted"


def test_unknown_lets_nobody_in() -> None:
    method = Auth.unknown(99, b"x")
    assert next(method.exchange("awsuser", entropy)).request == AuthenticationOther(99, b"x")
    with pytest.raises(Refused):
        log_in(method, [PasswordMessage(b"Secret1!")])


@pytest.mark.parametrize(
    ("user", "password"),
    [("awsuser", b"secret1!"), ("awsuser", b""), ("nobody", b""), ("nobody", b"x"), ("empty", b"")],
)
def test_wrong_passwords(user: str, password: bytes) -> None:
    with pytest.raises(Refused):
        log_in(Auth.cleartext(USERS), [PasswordMessage(password)], user)
    hashed = hashlib.md5(password + user.encode()).hexdigest().encode()
    response = b"md5" + hashlib.md5(hashed + entropy(4)).hexdigest().encode()
    if user != "empty":
        with pytest.raises(Refused):
            log_in(Auth.md5(USERS), [PasswordMessage(response)], user)


def test_an_answer_of_another_kind_is_no_password() -> None:
    with pytest.raises(Refused):
        log_in(Auth.cleartext(USERS), [SASLResponse(b"Secret1!")])


def test_scram_offers_one_mechanism() -> None:
    method = Auth.scram(USERS)
    request = next(method.exchange("awsuser", entropy)).request
    assert request == AuthenticationSASL(("SCRAM-SHA-256",))
    with pytest.raises(Refused) as caught:
        log_in(method, [SASLInitialResponse("SCRAM-SHA-1", b"n,,n=,r=abc")])
    assert "mechanism" in (caught.value.message or "")
    with pytest.raises(Refused) as caught:
        log_in(method, [SASLInitialResponse("SCRAM-SHA-256", None)])
    assert caught.value.message is None


def test_scram_asks_an_unknown_user_too() -> None:
    exchange = Auth.scram(USERS).exchange("nobody", entropy)
    next(exchange)
    challenge = exchange.send(SASLInitialResponse("SCRAM-SHA-256", b"n,,n=,r=abc"))
    assert challenge.request.code == 11


def test_credentials() -> None:
    assert Auth.scram(USERS).credentials() == {"user": "awsuser", "password": "Secret1!"}
    assert Auth.token({"tok": "alice"}).credentials() == {"user": "", "token": "tok"}
    assert "password" not in Auth.trust().credentials()
    assert Auth.cleartext({}).credentials() == {"user": "nobody"}


@pytest.mark.parametrize(
    "method",
    [
        Auth.cleartext(USERS),
        Auth.md5(USERS),
        Auth.scram(USERS),
        Auth.digest(USERS),
        Auth.token(USERS),
    ],
)
def test_no_secret_is_shown(method: AuthMethod) -> None:
    assert "Secret1!" not in repr(method)
    assert "awsuser" not in repr(method)


@pytest.mark.parametrize("make", [Auth.cleartext, Auth.md5, Auth.scram, Auth.digest])
@pytest.mark.parametrize("users", ["alice", {"alice": None}, [("alice", "x")], None])
def test_users_that_are_none(make: Callable[[Any], object], users: Any) -> None:
    with pytest.raises(TypeError, match=r"Auth takes a dict .*\{'alice': 'secret'\}"):
        make(users)


def test_tokens_that_are_none() -> None:
    with pytest.raises(TypeError, match=r"such as \{'token': 'alice'\}"):
        Auth.token("token")  # type: ignore[arg-type]  # what is tested
