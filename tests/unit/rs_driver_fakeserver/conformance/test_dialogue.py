from __future__ import annotations

import pytest

from rs_driver.adapters.auth.md5 import Md5Authenticator
from rs_driver.adapters.auth.scram import ScramAuthenticator
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.wire.auth import (
    AuthenticationOk,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
)
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.conformance.dialogue import (
    Dialogue,
    answer,
    as_read,
    context,
    random_bytes,
    replayed,
)

USERS = {"alice": "secret"}
RIGHT, WRONG = Credentials("alice", "secret"), Credentials("alice", "wrong")


def test_random_bytes_are_the_same_again() -> None:
    one, other = random_bytes("a"), random_bytes("a")
    assert [one(4), one(4)] == [other(4), other(4)]
    assert one(4) != random_bytes("b")(4)


def test_a_login_of_one_answer() -> None:
    dialogue = Dialogue(Auth.md5(USERS), "alice", Md5Authenticator(), context(RIGHT), "s")
    turns = dialogue.run()
    assert dialogue.user == "alice"
    assert [turn.request.code for turn in turns] == [5, 0]
    assert isinstance(turns[0].answer, PasswordMessage)
    assert turns[1].answer is None


def test_a_login_of_several() -> None:
    client = ScramAuthenticator()
    turns = Dialogue(Auth.scram(USERS), "alice", client, context(RIGHT), "s").run()
    kinds = [type(turn.request) for turn in turns]
    assert kinds == [AuthenticationSASL, AuthenticationSASLContinue, AuthenticationSASLFinal]
    exchange = replayed(client, context(RIGHT), turns[:2])
    assert answer(exchange, turns[2].request) is None


def test_the_server_refuses() -> None:
    for method, client in (
        (Auth.md5(USERS), Md5Authenticator()),
        (Auth.scram(USERS), ScramAuthenticator()),
    ):
        with pytest.raises(Refused):
            Dialogue(method, "alice", client, context(WRONG), "s").run()


def test_an_answer_is_read_as_a_server_does() -> None:
    assert as_read(PasswordMessage(b"x"), "password") == PasswordMessage(b"x")

    class Torn(PasswordMessage):
        def encode(self) -> bytes:
            return super().encode()[:-1]

    with pytest.raises(AssertionError, match="length in an answer"):
        as_read(Torn(b"x"), "password")


def test_an_exchange_that_does_not_end() -> None:
    class Endless(Md5Authenticator):
        def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
            yield from super().exchange(request, context)
            yield PasswordMessage(b"and another thing")

    with pytest.raises(AssertionError, match="goes on after AuthenticationOk"):
        Dialogue(Auth.md5(USERS), "alice", Endless(), context(RIGHT), "s").run()
    assert AuthenticationOk.code == 0
