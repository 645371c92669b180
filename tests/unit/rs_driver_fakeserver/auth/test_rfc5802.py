from __future__ import annotations

import base64
import time

import pytest

from rs_driver_fakeserver.auth.rfc5802 import Channel, ScramError, ScramServer, verifier
from support.scram_client import answer

# The example of RFC 7677, section 3.
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
CLIENT_NONCE, OWN_NONCE = "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
FIRST = f"n,,n=user,r={CLIENT_NONCE}"
CHALLENGE = f"r={CLIENT_NONCE}{OWN_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
FINAL = f"c=biws,r={CLIENT_NONCE}{OWN_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
PROOF = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

BINDING = b"\x01" * 32
PLUS = Channel(offered=True, chosen=True, data=BINDING)
OFFERED = Channel(offered=True, data=BINDING)
BOUND = "p=tls-server-end-point,,n=,r=abc"


def server(
    user: str = "user", password: str = "pencil", channel: Channel | None = None
) -> ScramServer:
    return ScramServer(user, password, SALT, OWN_NONCE, 4096, channel)


def test_the_example_of_the_rfc() -> None:
    login = server()
    assert login.first(FIRST.encode()) == CHALLENGE.encode()
    assert login.client_nonce == CLIENT_NONCE
    assert login.final(FINAL.encode()) == PROOF.encode()


@pytest.mark.parametrize(
    "first",
    ["n,,n=,r=abc", "n,,n=user,r=abc", "y,,n=,r=abc", "n,,n=*,r=abc"],
    ids=["no name, as libpq", "name", "could bind the channel", "a star, as others"],
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
        "p=tls-server-end-point,,n=,r=abc",
        "p=,,n=,r=abc",
        "x,,n=,r=abc",
        "N,,n=,r=abc",
        ",,n=,r=abc",
        "n=,r=abc",
        "n,a=admin,n=,r=abc",
        "n,a=,n=,r=abc",
        "n,,m=ext,n=,r=abc",
        "n,,n=other,r=abc",
        "n,,n=us=er,r=abc",
        "n,,n=us=2cer,r=abc",
        "n,,r=abc,n=",
        "n,,n=,r=",
        "n,,n=,r=a b",
        "n,,n=,r=\u00fc",
        "n,,n=,r=abc,x=y",
        "n,,n=,r=abc\n",
        "n,,n=,r=abc\0",
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
        FINAL.replace("biws", "biwsAA=="),
        FINAL.replace(NONCE, CLIENT_NONCE),
        FINAL.replace(NONCE, NONCE + "x"),
        FINAL.replace("dHzb", "AAAA"),
        f"c=biws,r={NONCE},p=AAAA",
        f"c=biws,r={NONCE},p=A",
        f"c=biws,r={NONCE},p=",
        f"c=biws,r={NONCE}",
        f"r={NONCE},c=biws,p=AAAA",
        f"c=biws,r={NONCE},x=1,p=AAAA",
        FINAL + ",x=1",
        FINAL + "\n",
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


class TestChannelBinding:
    def test_bound(self) -> None:
        login = server(channel=PLUS)
        challenge = login.first(BOUND.encode())
        header = "p=tls-server-end-point,,"
        assert login.final(answer(BOUND, "pencil", challenge, header, data=BINDING))

    @pytest.mark.parametrize("data", [b"", b"\x02" * 32, BINDING + b"x", BINDING[:-1]])
    def test_bound_to_something_else(self, data: bytes) -> None:
        login = server(channel=PLUS)
        challenge = login.first(BOUND.encode())
        with pytest.raises(ScramError, match="channel binding is not"):
            login.final(answer(BOUND, "pencil", challenge, "p=tls-server-end-point,,", data=data))

    def test_a_client_that_cannot_bind(self) -> None:
        first = "n,,n=,r=abc"
        login = server(channel=OFFERED)
        assert login.final(answer(first, "pencil", login.first(first.encode()), "n,,"))

    def test_a_downgrade(self) -> None:
        """Somebody took the offer away on its way to the client, which could have bound."""
        with pytest.raises(ScramError, match="a downgrade"):
            server(channel=OFFERED).first(b"y,,n=,r=abc")

    @pytest.mark.parametrize(
        ("first", "problem"),
        [
            ("n,,n=,r=abc", "without a channel binding"),
            ("y,,n=,r=abc", "without a channel binding"),
            ("p=tls-unique,,n=,r=abc", "'tls-unique' is not supported"),
            ("p=tls-exporter,,n=,r=abc", "'tls-exporter' is not supported"),
        ],
    )
    def test_plus_with_another_flag(self, first: str, problem: str) -> None:
        with pytest.raises(ScramError, match=problem):
            server(channel=PLUS).first(first.encode())

    def test_a_binding_without_plus(self) -> None:
        with pytest.raises(ScramError, match="without SCRAM-SHA-256-PLUS"):
            server(channel=OFFERED).first(BOUND.encode())


def test_no_secret_is_shown() -> None:
    keys = verifier("pencil", SALT)
    assert str(keys.stored_key) not in repr(keys)
    assert "pencil" not in repr(server())


@pytest.mark.parametrize("count", [2_000_000_000, 1_000_001, 0, -1])
def test_absurd_iterations_cost_the_server_nothing(count: int) -> None:
    login = ScramServer("user", "pencil", SALT, OWN_NONCE, count)
    assert login.first(FIRST.encode()).endswith(f"i={count}".encode())
    start = time.monotonic()
    with pytest.raises(ScramError, match="iterations"):
        login.final(FINAL.encode())
    assert time.monotonic() - start < 1
