from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from rs_driver.wire.auth import PasswordMessage
from rs_driver_fakeserver.auth.expiry import Expiry
from rs_driver_fakeserver.auth.iam import Iam
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import log_in

USERS = {"alice": "temp1", "IAMR:reports": "temp2", "IAM:bob": "temp3"}


@pytest.mark.parametrize(
    ("user", "password", "name"),
    [
        ("IAM:alice", "temp1", "alice"),
        ("IAMA:alice", "temp1", "alice"),
        ("IAMR:reports", "temp2", "IAMR:reports"),
        ("IAM:bob", "temp3", "bob"),
    ],
)
def test_names_with_a_prefix(user: str, password: str, name: str) -> None:
    assert log_in(Iam(USERS), [PasswordMessage(password.encode())], user) == ([3], name)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("alice", "temp1"),
        ("reports", "temp2"),
        ("bob", "temp3"),
        ("iam:alice", "temp1"),
        ("IAM:alice", "temp2"),
        ("IAM:nobody", ""),
        ("IAM:reports", "temp2"),
        ("IAMR:alice", "temp1"),
        ("IAMA:bob", "temp3"),
        ("IAM:IAMR:reports", "temp2"),
        ("IAM:IAM:bob", "temp3"),
        ("IAM:", ""),
    ],
)
def test_all_others(user: str, password: str) -> None:
    with pytest.raises(Refused):
        log_in(Iam(USERS), [PasswordMessage(password.encode())], user)


def test_a_plain_name_is_told_apart_for_the_test_only() -> None:
    with pytest.raises(Refused, match=r"a name without one of IAM:, IAMA:, IAMR:") as caught:
        log_in(Iam(USERS), [PasswordMessage(b"temp1")], "alice")
    assert caught.value.message is None


def test_a_temporary_password_expires() -> None:
    moment = datetime(2024, 2, 29, tzinfo=timezone.utc)
    now = [moment - timedelta(seconds=1)]
    method = Iam(USERS, Expiry(moment, lambda: now[0]))
    login = [PasswordMessage(b"temp1")]
    assert log_in(method, login, "IAM:alice") == ([3], "alice")
    now[0] += timedelta(seconds=1)
    with pytest.raises(Refused, match="expired"):
        log_in(method, login, "IAM:alice")


def test_credentials() -> None:
    assert Iam(USERS).credentials() == {"user": "IAM:alice", "password": "temp1"}
    role = {"IAMR:reports": "temp2"}
    assert Iam(role).credentials() == {"user": "IAMR:reports", "password": "temp2"}
