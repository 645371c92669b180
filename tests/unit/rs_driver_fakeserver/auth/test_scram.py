from __future__ import annotations

import base64

import pytest

from rs_driver_fakeserver.auth.scram import ScramError, ScramServer, prepared, verifier
from support.scram_client import answer

# The example of RFC 7677, section 3.
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
CLIENT_NONCE, OWN_NONCE = "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
FIRST = f"n,,n=user,r={CLIENT_NONCE}"
CHALLENGE = f"r={CLIENT_NONCE}{OWN_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = f"c=biws,r={CLIENT_NONCE}{OWN_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
PROOF = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def server(user: str = "user", password: str = "pencil") -> ScramServer:
    return ScramServer(user, password, SALT, OWN_NONCE, 4096)


def test_the_example_of_the_rfc() -> None:
    login = server()
    assert login.first(FIRST.encode()) == CHALLENGE.encode()
    assert login.final(FINAL.encode()) == PROOF.encode()


@pytest.mark.parametrize(
    "first",
    ["n,,n=,r=abc", "n,,n=user,r=abc", "y,,n=,r=abc"],
    ids=["no name, as libpq", "name", "could bind the channel"],
)
def test_forms_that_clients_use(first: str) -> None:
    login = server()
    challenge = login.first(first.encode())
    assert login.final(answer(first, "pencil", challenge, f"{first[0]},,")).startswith(b"v=")


def test_a_proof_over_another_channel_binding() -> None:
    login = server()
    challenge = login.first(FIRST.encode())
    with pytest.raises(ScramError, match="channel binding"):
        login.final(answer(FIRST, "pencil", challenge, "y,,"))


def test_a_proof_over_another_nonce() -> None:
    login = server()
    challenge = login.first(FIRST.encode())
    with pytest.raises(ScramError, match="nonce"):
        login.final(answer(FIRST, "pencil", challenge, "n,,", CLIENT_NONCE + "x"))


def test_an_escaped_name() -> None:
    assert server("a,b=c").first(b"n,,n=a=2Cb=3Dc,r=abc")


def test_a_wrong_password() -> None:
    login = server(password="other")
    login.first(FIRST.encode())
    with pytest.raises(ScramError, match="proof is wrong"):
        login.final(FINAL.encode())


@pytest.mark.parametrize(
    "first",
    [
        "",
        "n,,",
        "p=tls-unique,,n=,r=abc",
        "n,a=admin,n=,r=abc",
        "n,,m=ext,n=,r=abc",
        "n,,n=other,r=abc",
        "n,,n=us=er,r=abc",
        "n,,n=,r=",
        "n,,n=,r=a b",
        "n,,n=,r=abc,x=y",
        "n,,n=,r=abc\n",
    ],
)
def test_first_messages_that_are_refused(first: str) -> None:
    with pytest.raises(ScramError):
        server().first(first.encode())


NONCE = CLIENT_NONCE + OWN_NONCE


@pytest.mark.parametrize(
    "final",
    [
        "",
        FINAL.replace("biws", "eSws"),
        FINAL.replace("biws", "bi ws"),
        FINAL.replace(NONCE, CLIENT_NONCE),
        FINAL.replace(NONCE, NONCE + "x"),
        FINAL.replace("dHzb", "AAAA"),
        f"c=biws,r={NONCE},p=AAAA",
        f"c=biws,r={NONCE},p=A",
        f"c=biws,r={NONCE},x=1,p=AAAA",
        FINAL + ",x=1",
    ],
)
def test_final_messages_that_are_refused(final: str) -> None:
    login = server()
    login.first(FIRST.encode())
    with pytest.raises(ScramError):
        login.final(final.encode())


def test_messages_that_are_not_utf8() -> None:
    with pytest.raises(ScramError, match="UTF-8"):
        server().first(b"n,,n=\xff,r=abc")


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("pencil", "pencil"),
        ("a\u00a0b", "a b"),  # another blank is a blank
        ("I\u00adX", "IX"),  # a soft hyphen goes
        ("\u2168", "IX"),  # NFKC
        ("\u0627\u0628", "\u0627\u0628"),
        ("\u06271", "\u06271"),  # right to left, ends otherwise: forbidden, so as it is
        ("ü\u0007", "ü\u0007"),  # a control character is forbidden, too
        ("\u00ad", "\u00ad"),  # nothing would be left
    ],
)
def test_saslprep(password: str, expected: str) -> None:
    assert prepared(password) == expected


def test_no_secret_is_shown() -> None:
    keys = verifier("pencil", SALT)
    assert str(keys.stored_key) not in repr(keys)
    assert "pencil" not in repr(server())


def test_absurd_iterations_cost_the_server_nothing() -> None:
    login = ScramServer("user", "pencil", SALT, OWN_NONCE, 2_000_000_000)
    assert login.first(FIRST.encode()).endswith(b"i=2000000000")
