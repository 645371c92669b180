from __future__ import annotations

from typing import Any, get_args

import pytest

from rs_driver.wire.auth import AuthenticationSASLContinue, SASLInitialResponse, SASLResponse
from rs_driver_fakeserver.auth.impostor import Cheat, Impostor
from rs_driver_fakeserver.auth.port import Refused
from rs_driver_fakeserver.auth.scram import Scram
from support.fake_logins import USERS, attempt, log_in

METHOD = Scram(USERS)
FIRST = SASLInitialResponse("SCRAM-SHA-256", b"n,,n=,r=abc")
ANY = SASLResponse(b"whatever")


@pytest.mark.parametrize("cheat", get_args(Cheat))
def test_whoever_goes_along_is_in(cheat: Cheat) -> None:
    answers = [FIRST] if cheat == "early" else [FIRST, ANY]
    codes = {"early": [10], "unproved": [10, 11]}.get(cheat, [10, 11, 12])
    assert log_in(Impostor(METHOD, cheat), answers) == (codes, "awsuser")


def said(cheat: Cheat) -> tuple[str, bytes]:
    """The challenge and the last word of a cheat."""
    exchange = Impostor(METHOD, cheat).exchange(attempt())
    next(exchange)
    challenge = exchange.send(FIRST).request
    assert isinstance(challenge, AuthenticationSASLContinue)
    return challenge.data.decode(), getattr(exchange.send(ANY).request, "data", b"")


@pytest.mark.parametrize(
    ("cheat", "start"),
    [("nonce", "r=xabc"), ("short_nonce", "r=abc,"), ("extension", "m=unheard-of,r=abc")],
)
def test_challenges_that_are_wrong(cheat: Cheat, start: str) -> None:
    assert said(cheat)[0].startswith(start)


def test_a_salt_that_is_none() -> None:
    assert said("salt")[0].split(",")[1] == "s=!"


@pytest.mark.parametrize(
    ("cheat", "start"), [("signature", b"v="), ("error", b"e="), ("mute", b"")]
)
def test_last_words_that_are_wrong(cheat: Cheat, start: bytes) -> None:
    challenge, last = said(cheat)
    assert challenge.startswith("r=abc0102")
    assert last[:2] == start


def test_it_knows_what_scram_is_all_the_same() -> None:
    with pytest.raises(Refused):
        log_in(Impostor(METHOD, "signature"), [SASLInitialResponse("SCRAM-SHA-256", b"x")])


def test_an_unknown_cheat() -> None:
    wrong: Any = "kindness"
    with pytest.raises(ValueError, match="cheat= takes one of"):
        Impostor(METHOD, wrong)


def test_credentials() -> None:
    assert Impostor(METHOD, "early").credentials() == METHOD.credentials()
