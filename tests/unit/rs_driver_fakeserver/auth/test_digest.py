from __future__ import annotations

import pytest

from rs_driver.wire.auth import AuthenticationDigest, PasswordMessage
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import DigestResponse
from rs_driver_fakeserver.auth.digest import Digest, digest
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import USERS, entropy, first_request, log_in

METHOD = Digest(USERS)
RIGHT = digest("Secret1!", entropy(8), entropy(4), b"nonce")


def test_as_captured() -> None:
    found = digest("Secret1!", entropy(8), bytes.fromhex("a1b2c3d4"), b"1700000000000")
    assert found.hex() == "f743a3a7bcd0a7acb2a07c2c3cd8446a5c8411113e767955a2b49b619f6e8e7c"


def test_the_right_password() -> None:
    assert first_request(METHOD) == AuthenticationDigest(0, entropy(8), entropy(4))
    assert log_in(METHOD, [DigestResponse(RIGHT, b"nonce")]) == ([13], "awsuser")


@pytest.mark.parametrize(
    ("user", "answer"),
    [
        ("awsuser", DigestResponse(RIGHT, b"other")),
        ("awsuser", DigestResponse(b"", b"nonce")),
        ("awsuser", DigestResponse(digest("Secret1!", entropy(8), entropy(4), b""), b"")),
        ("awsuser", PasswordMessage(b"Secret1!")),
        ("nobody", DigestResponse(digest("", entropy(8), entropy(4), b"n"), b"n")),
        ("empty", DigestResponse(digest("", entropy(8), entropy(4), b"n"), b"n")),
    ],
)
def test_wrong_answers(user: str, answer: FrontendMessage) -> None:
    with pytest.raises(Refused):
        log_in(METHOD, [answer], user)


def test_another_algorithm_can_be_asked_for() -> None:
    request = first_request(Digest(USERS, 2))
    assert isinstance(request, AuthenticationDigest)
    assert request.algorithm == 2


def test_credentials() -> None:
    assert METHOD.credentials() == {"user": "awsuser", "password": "Secret1!"}
