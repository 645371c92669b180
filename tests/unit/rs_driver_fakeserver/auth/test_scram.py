from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.auth import AuthenticationSASL, PasswordMessage, SASLInitialResponse
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.auth.scram import Binding, Scram, said
from support.fake_logins import USERS, attempt, first_request, log_in
from support.scram_client import ScramClient

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
BINDING = b"\x07" * 32
BOUND = "p=tls-server-end-point,,n=,r=abc"


def client(password: str = "Secret1!", **options: Any) -> list[Any]:
    made = ScramClient(password, **options)
    return [made.initial, made.response]


def test_the_right_password() -> None:
    assert log_in(Scram(USERS), client()) == ([10, 11, 12], "awsuser")


@pytest.mark.parametrize(("user", "password"), [("awsuser", "x"), ("nobody", ""), ("empty", "")])
def test_others(user: str, password: str) -> None:
    with pytest.raises(Refused, match="proof is wrong") as caught:
        log_in(Scram(USERS), client(password), user)
    assert caught.value.message is None


@pytest.mark.parametrize(
    ("binding", "encrypted", "offered"),
    [
        ("none", False, (PLAIN,)),
        ("none", True, (PLAIN,)),
        ("offer", False, (PLAIN,)),
        ("offer", True, (PLUS, PLAIN)),
        ("require", True, (PLUS,)),
    ],
)
def test_what_is_offered(binding: Binding, encrypted: bool, offered: tuple[str, ...]) -> None:
    login = attempt(binding=BINDING if encrypted else None)
    request = first_request(Scram(USERS, channel_binding=binding), login)
    assert request == AuthenticationSASL(offered)


def test_channel_binding_needs_tls() -> None:
    with pytest.raises(Refused, match="no TLS") as caught:
        log_in(Scram(USERS, channel_binding="require"))
    assert "channel binding required" in (caught.value.message or "")


@pytest.mark.parametrize("binding", ["offer", "require"])
def test_a_bound_login(binding: Binding) -> None:
    method, login = Scram(USERS, channel_binding=binding), attempt(binding=BINDING)
    answers = client(first=BOUND, mechanism=PLUS, binding=BINDING)
    assert log_in(method, answers, login) == ([10, 11, 12], "awsuser")
    with pytest.raises(Refused, match="channel binding"):
        log_in(method, client(first=BOUND, mechanism=PLUS, binding=b"other"), login)


def test_the_offer_may_be_declined_but_not_unseen() -> None:
    method, login = Scram(USERS, channel_binding="offer"), attempt(binding=BINDING)
    assert log_in(method, client(), login)[1] == "awsuser"
    with pytest.raises(Refused, match="downgrade"):
        log_in(method, client(first="y,,n=,r=abc"), login)


@pytest.mark.parametrize(
    "answer",
    [
        SASLInitialResponse("SCRAM-SHA-1", b"n,,n=,r=abc"),
        SASLInitialResponse(PLUS, BOUND.encode()),
        SASLInitialResponse("", b"n,,n=,r=abc"),
        PasswordMessage(b"Secret1!"),
    ],
)
def test_a_mechanism_that_was_not_offered(answer: Any) -> None:
    with pytest.raises(Refused, match="another mechanism") as caught:
        log_in(Scram(USERS), [answer])
    assert "mechanism" in (caught.value.message or "")


@pytest.mark.parametrize("data", [None, b"", b"\xff"])
def test_a_first_answer_without_sense(data: bytes | None) -> None:
    with pytest.raises(Refused) as caught:
        log_in(Scram(USERS), [SASLInitialResponse(PLAIN, data)])
    assert caught.value.message is None


def test_an_unknown_user_is_asked_too() -> None:
    exchange = Scram(USERS).exchange(attempt("nobody"))
    next(exchange)
    challenge = exchange.send(SASLInitialResponse(PLAIN, b"n,,n=,r=abc"))
    assert challenge.request.code == 11


@pytest.mark.parametrize("count", [1, 4095, 10_000])
def test_iterations(count: int) -> None:
    assert log_in(Scram(USERS, count), client())[1] == "awsuser"


def test_options_that_are_wrong() -> None:
    wrong: Any = "maybe"
    with pytest.raises(ValueError, match="channel_binding= takes one of"):
        Scram(USERS, channel_binding=wrong)
    for iterations in (wrong, True):
        with pytest.raises(TypeError, match="iterations= takes an int"):
            Scram(USERS, iterations)


def test_said() -> None:
    assert said(SASLInitialResponse(PLAIN, b"x")) == b"x"
    assert said(SASLInitialResponse(PLAIN, None)) == said(PasswordMessage(b"x")) == b""


def test_credentials() -> None:
    assert Scram(USERS).credentials() == {"user": "awsuser", "password": "Secret1!"}
