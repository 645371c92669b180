from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationOther,
    PasswordMessage,
)
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver_fakeserver.auth.cleartext import Cleartext
from rs_driver_fakeserver.auth.digest import Digest
from rs_driver_fakeserver.auth.impostor import Impostor
from rs_driver_fakeserver.auth.md5 import Md5
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import Attempt, AuthMethod, Refused
from rs_driver_fakeserver.auth.scram import Scram
from rs_driver_fakeserver.auth.trust import Trust
from support.fake_logins import USERS, attempt, first_request, log_in

PAST = datetime(2000, 1, 1, tzinfo=timezone.utc)
SECRETIVE: list[AuthMethod] = [
    Auth.cleartext(USERS),
    Auth.md5(USERS),
    Auth.scram(USERS),
    Auth.scram(USERS, cheat="nonce"),
    Auth.digest(USERS),
    Auth.token({"Secret1!": "awsuser"}),
    Auth.iam(USERS),
    Auth.rejects(method=Auth.md5(USERS)),
    Auth.sequence([Auth.md5(USERS)]),
    Auth.chain([Auth.md5(USERS)]),
    Auth.ok_twice(Auth.md5(USERS)),
]


def test_the_methods_by_name() -> None:
    assert Auth.trust() == Trust()
    assert Auth.cleartext(USERS) == Cleartext(USERS)
    assert Auth.md5(USERS) == Md5(USERS)
    assert Auth.digest(USERS, algorithm=2) == Digest(USERS, 2)
    assert Auth.scram(USERS, 1, channel_binding="offer") == Scram(USERS, 1, "offer")
    assert Auth.scram(USERS, cheat="early") == Impostor(Scram(USERS), "early")


@pytest.mark.parametrize("method", SECRETIVE, ids=lambda method: type(method).__name__)
def test_no_secret_is_shown(method: AuthMethod) -> None:
    assert "Secret1!" not in repr(method)
    assert "awsuser" not in repr(method)


@pytest.mark.parametrize("make", [Auth.cleartext, Auth.md5, Auth.scram, Auth.digest, Auth.iam])
@pytest.mark.parametrize("users", ["alice", {"alice": None}, [("alice", "Secret1!")], None])
def test_users_that_are_none(make: Callable[[Any], object], users: Any) -> None:
    with pytest.raises(TypeError, match=r"Auth takes a dict .*\{'alice': 'secret'\}") as caught:
        make(users)
    assert "Secret1!" not in str(caught.value)


def test_tokens_that_are_none() -> None:
    with pytest.raises(TypeError, match=r"such as \{'token': 'alice'\}"):
        Auth.token("token")  # type: ignore[arg-type]  # what is tested


def test_names_in_certificates() -> None:
    assert Auth.certificate({"Alice Smith": "alice"}).credentials() == {"user": "alice"}
    with pytest.raises(TypeError, match="Alice Smith"):
        Auth.certificate("alice")  # type: ignore[arg-type]  # what is tested


def test_what_expires() -> None:
    now = PAST - timedelta(seconds=1)
    token = Auth.token({"tok": "alice"}, expires=PAST, clock=lambda: now)
    assert log_in(token, [IdpTokenResponse(b"tok")])[1] == "alice"
    iam = Auth.iam({"alice": "temp"}, expires=PAST)
    with pytest.raises(Refused, match="expired"):
        log_in(iam, [PasswordMessage(b"temp")], "IAM:alice")


def test_rejecting() -> None:
    with pytest.raises(Refused) as caught:
        log_in(Auth.rejects("53300", "too many"))
    error = caught.value.error
    assert error is not None
    assert (error.sqlstate, error.message, error.severity) == ("53300", "too many", "FATAL")
    with pytest.raises(Refused) as caught:
        log_in(Auth.rejects())
    assert caught.value.error is None
    method = Auth.rejects(after=1)
    assert log_in(method)[1] == "awsuser"
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        Auth.rejects("no")


def test_series_of_methods() -> None:
    sequence = Auth.sequence([Auth.rejects(), Auth.trust()])
    with pytest.raises(Refused):
        log_in(sequence)
    assert log_in(sequence, user=attempt(number=1))[1] == "awsuser"
    assert log_in(Auth.chain(iter([Auth.trust()])))[1] == "awsuser"
    assert log_in(Auth.ok_twice()) == ([0], "awsuser")


def test_any_request() -> None:
    assert first_request(Auth.unknown(99, b"x")) == AuthenticationOther(99, b"x")
    request = AuthenticationCleartextPassword()
    assert first_request(Auth.asks(request)) == request
    with pytest.raises(Refused):
        log_in(Auth.unknown(7), [PasswordMessage(b"Secret1!")])


@pytest.mark.parametrize(
    ("method", "cheats"),
    [
        (Auth.trust(), False),
        (Auth.scram(USERS, 1), False),
        (Auth.scram(USERS, cheat="nonce"), True),
        (Auth.ok_twice(), True),
        (Auth.chain([Auth.trust()]), True),
        (Auth.unknown(99), True),
    ],
)
def test_methods_that_cheat_excuse_their_clients(method: AuthMethod, cheats: bool) -> None:
    excused = []
    exchange = method.exchange(Attempt("awsuser", excuse=lambda: excused.append(True)))
    next(exchange, None)
    assert bool(excused) == cheats
