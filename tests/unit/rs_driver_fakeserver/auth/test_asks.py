from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationMD5Password,
    AuthenticationOther,
    PasswordMessage,
)
from rs_driver_fakeserver.auth.asks import Asks
from rs_driver_fakeserver.auth.port import Refused
from support.fake_logins import attempt, first_request, log_in


def test_nobody_is_in() -> None:
    method = Asks((AuthenticationOther(99, b"x"),))
    assert first_request(method) == AuthenticationOther(99, b"x")
    with pytest.raises(Refused, match="should not have answered"):
        log_in(method, [PasswordMessage(b"Secret1!")])


def test_all_requests_come_at_once() -> None:
    requests = (AuthenticationCleartextPassword(), AuthenticationMD5Password(b"salt"))
    exchange = Asks(requests).exchange(attempt())
    challenges = [next(exchange), next(exchange)]
    assert [challenge.request for challenge in challenges] == list(requests)
    assert [challenge.answer for challenge in challenges] == [None, "password"]


@pytest.mark.parametrize("requests", [(), (3,), ("cleartext",)])
def test_what_is_no_request(requests: Any) -> None:
    with pytest.raises(TypeError, match=r"requests of rs_driver\.wire\.auth"):
        Asks(requests)


def test_there_is_a_password_to_be_tempted_with() -> None:
    assert Asks((AuthenticationOther(99, b""),)).credentials()["password"]
