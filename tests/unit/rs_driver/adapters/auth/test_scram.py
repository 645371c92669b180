from __future__ import annotations

import base64
import time

import pytest

from rs_driver.adapters.auth.scram import MAX_ITERATIONS, ScramAuthenticator
from rs_driver.errors import (
    InterfaceError,
    NotSupportedError,
    OperationalError,
    RemoteProtocolError,
)
from rs_driver.ports.authenticator import AuthContext, Authenticator, Exchange
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationOk,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    SASLInitialResponse,
    SASLResponse,
)
from support.logins import PASSWORD, finish, login
from support.scram_server import ScramServer

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
BINDING = b"hash of the server's certificate"
BOUND = Channel(encrypted=True, verified=True, tls_server_end_point=BINDING)


def begin(context: AuthContext, *mechanisms: str) -> tuple[Exchange, SASLInitialResponse]:
    request = AuthenticationSASL(mechanisms or (PLAIN,))
    exchange = ScramAuthenticator().exchange(request, context)
    first = next(exchange)
    assert isinstance(first, SASLInitialResponse)
    return exchange, first


def challenge(exchange: Exchange, server_first: bytes) -> bytes:
    answer = exchange.send(AuthenticationSASLContinue(server_first))
    assert isinstance(answer, SASLResponse)
    return answer.data


def converse(server: ScramServer, context: AuthContext, *mechanisms: str) -> str:
    """A whole login; the mechanism that the client chose."""
    exchange, first = begin(context, *mechanisms)
    assert first.data is not None
    final = server.final(challenge(exchange, server.first(first.data)))
    finish(exchange, AuthenticationSASLFinal(final))
    return first.mechanism


def test_it_is_an_authenticator() -> None:
    method: Authenticator = ScramAuthenticator()
    assert (method.code, method.name) == (10, "scram-sha-256")


def test_the_example_of_rfc_7677() -> None:
    nonce = base64.b64decode("rOprNGfwEbeRWgbNEkqO")
    exchange, first = begin(login("pencil", user="user", random=nonce))
    assert first == SASLInitialResponse(PLAIN, b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
    final = challenge(
        exchange,
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    )
    assert final == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    signature = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    finish(exchange, AuthenticationSASLFinal(signature))


@pytest.mark.parametrize("password", [PASSWORD, "a, b = c", "pässwörd", "x" * 500])
def test_an_independent_server_agrees(password: str) -> None:
    server = ScramServer(password)
    assert converse(server, login(password)) == PLAIN
    assert server.gs2_header == "n,,"


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("IAM:a.b+c@d-e_1", "IAM:a.b+c@d-e_1"),
        ("a,b=c", "*"),
        ("ünï", "*"),
        ("bell\x07", "*"),
        ("", "*"),
    ],
)
def test_a_name_that_is_not_plain_is_left_to_the_startup_message(user: str, name: str) -> None:
    server = ScramServer(PASSWORD)
    converse(server, login(user=user))
    assert server.user == name


def test_the_nonce_is_made_of_enough_random_bytes() -> None:
    sizes: list[int] = []

    def random(size: int) -> bytes:
        sizes.append(size)
        return bytes(range(size))

    context = AuthContext(login().credentials, Channel(), random)
    _, first = begin(context)
    assert sizes == [18]
    assert first.data is not None
    assert first.data.endswith(b",r=" + base64.b64encode(bytes(range(18))))


def test_channel_binding_is_used_where_both_ends_have_it() -> None:
    server = ScramServer(PASSWORD, binding=BINDING)
    assert converse(server, login(channel=BOUND), PLUS, PLAIN) == PLUS
    assert server.gs2_header == "p=tls-server-end-point,,"


def test_another_channel_is_found_out() -> None:
    server = ScramServer(PASSWORD, binding=b"hash of another certificate")
    with pytest.raises(OperationalError, match="channel-bindings-dont-match"):
        converse(server, login(channel=BOUND), PLUS, PLAIN)


def test_a_client_that_could_bind_says_that_it_was_not_offered() -> None:
    server = ScramServer(PASSWORD)
    assert converse(server, login(channel=BOUND), PLAIN) == PLAIN
    assert server.gs2_header == "y,,"


def test_a_client_that_cannot_bind_says_so() -> None:
    server = ScramServer(PASSWORD)
    assert converse(server, login(channel=Channel(encrypted=True)), PLUS, PLAIN) == PLAIN
    assert server.gs2_header == "n,,"


@pytest.mark.parametrize(
    ("offered", "text"),
    [
        (("SCRAM-SHA-512", "OAUTHBEARER"), "the SASL mechanisms SCRAM-SHA-512, OAUTHBEARER;"),
        ((PLUS,), "which needs TLS with a certificate"),
        (("x\n\x1b[31m",), r"the SASL mechanisms x\?\?\[31m;"),
    ],
)
def test_no_common_mechanism(offered: tuple[str, ...], text: str) -> None:
    with pytest.raises(NotSupportedError, match=text):
        begin(login(), *offered)


def test_an_empty_offer() -> None:
    exchange = ScramAuthenticator().exchange(AuthenticationSASL(()), login())
    with pytest.raises(NotSupportedError, match="the SASL mechanisms none;"):
        next(exchange)


def test_no_password() -> None:
    with pytest.raises(InterfaceError, match=r"user 'awsuser' for a password \(scram-sha-256\)"):
        begin(login(None))


@pytest.mark.parametrize("password", ["bell\x07", "new emoji \U0001fae0"])
def test_a_password_that_scram_cannot_carry(password: str) -> None:
    with pytest.raises(InterfaceError, match="characters that SCRAM does not allow") as caught:
        converse(ScramServer(password), login(password))
    assert password not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_wrong_password() -> None:
    with pytest.raises(OperationalError, match="refused the login by scram-sha-256: invalid-proof"):
        converse(ScramServer("another"), login())


def test_a_refusal_before_the_challenge() -> None:
    exchange, _ = begin(login())
    with pytest.raises(OperationalError, match="scram-sha-256: unknown-user"):
        challenge(exchange, b"e=unknown-user")


def test_a_refusal_is_printable_and_short() -> None:
    exchange, _ = begin(login())
    with pytest.raises(OperationalError, match=r"scram-sha-256: a\?{63}$"):
        challenge(exchange, b"e=a" + b"\x1b" * 500)


NONCE = base64.b64encode(b"1700000000000").decode()
SALT = base64.b64encode(b"sixteen bytes ok").decode()


@pytest.mark.parametrize(
    ("server_first", "text"),
    [
        (f"r={NONCE}x,s={SALT},i=4095", "iteration count 4095 is not between 4096 and "),
        (f"r={NONCE}x,s={SALT},i=2000000000", "iteration count 2000000000 is not between"),
        (f"r={NONCE}x,s={SALT},i={MAX_ITERATIONS + 1}", "iteration count .* is not between"),
        (f"r={NONCE}x,s={SALT},i=" + "9" * 5000, "iteration count is not a number"),
        (f"r={NONCE}x,s={SALT},i=-1", "iteration count is not a number"),
        (f"r={NONCE}x,s={SALT},i=٤٠٩٦", "iteration count is not a number"),
        (f"r={NONCE},s={SALT},i=4096", "nonce does not extend"),
        (f"r=x{NONCE},s={SALT},i=4096", "nonce does not extend"),
        (f"r={NONCE}\x7f,s={SALT},i=4096", "nonce has characters"),
        (f"r={NONCE}x,s=!,i=4096", "salt is not base64"),
        (f"r={NONCE}x,s=é,i=4096", "salt is not base64"),
        (f"r={NONCE}x,s=,i=4096", "salt has 0 bytes"),
        (f"r={NONCE}x,s=eA==,i=4096", "salt has 1 bytes"),
        (f"s={SALT},r={NONCE}x,i=4096", "first message is malformed"),
        (f"m=ext,r={NONCE}x,s={SALT},i=4096", "first message is malformed"),
        (f"r={NONCE}x,s={SALT}", "first message is malformed"),
        ("", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=04096", "iteration count is not a number"),
        (f"r={NONCE}x,s={SALT},i=4096\n", "iteration count is not a number"),
        (f"r={NONCE}x,s={SALT},i=4096,r={NONCE}y", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,s=eA==", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,i=1", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,i=10000000", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,m=ext", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,x=ext", "first message is malformed"),
        (f"r={NONCE}x,s={SALT},i=4096,", "first message is malformed"),
        (f"r={NONCE}x,r={NONCE}x,s={SALT},i=4096", "first message is malformed"),
        (f"r={NONCE}x,s=eHh4eHh4eHg=,i=4096", "salt has 8 bytes"),
        (f"r={NONCE}x,s={SALT},i=4096," + "x" * 9000, "a message of 90"),
    ],
)
def test_a_server_that_breaks_the_rules(server_first: str, text: str) -> None:
    exchange, _ = begin(login())
    with pytest.raises(OperationalError, match=text):
        challenge(exchange, server_first.encode())


def test_a_message_that_is_not_utf_8() -> None:
    exchange, _ = begin(login())
    with pytest.raises(OperationalError, match="not UTF-8"):
        challenge(exchange, b"\xff")


def test_the_costliest_login_that_is_allowed_is_bearable() -> None:
    server = ScramServer(PASSWORD, iterations=MAX_ITERATIONS)
    before = time.process_time()
    assert converse(server, login()) == PLAIN
    assert time.process_time() - before < 4


def test_hostile_iterations_cost_no_time() -> None:
    exchange, _ = begin(login())
    before = time.process_time()
    with pytest.raises(OperationalError):
        challenge(exchange, f"r={NONCE}x,s={SALT},i=2000000000".encode())
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "last",
    [
        b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        b"v=",
        b"v=!",
        b"",
        b"x=y",
    ],
)
def test_an_impostor_that_does_not_know_the_password(last: bytes) -> None:
    class Impostor(ScramServer):
        def final(self, client_final: bytes) -> bytes:
            return last

    with pytest.raises(OperationalError, match="could not prove that it knows the password"):
        converse(Impostor("guess"), login())


@pytest.mark.parametrize("more", [",x=1", ",", ",v=AAAA", ",m=ext", "\n"])
def test_a_proof_with_more_in_its_message(more: str) -> None:
    class Talkative(ScramServer):
        def final(self, client_final: bytes) -> bytes:
            return super().final(client_final) + more.encode()

    with pytest.raises(OperationalError, match=r"broke the rules|could not prove"):
        converse(Talkative(PASSWORD), login())


def test_a_proof_that_is_no_base64() -> None:
    class Foreign(ScramServer):
        def final(self, client_final: bytes) -> bytes:
            return "v=é".encode()

    with pytest.raises(OperationalError, match="its signature is not base64"):
        converse(Foreign(PASSWORD), login())


def test_a_proof_behind_another() -> None:
    class Guessing(ScramServer):
        def final(self, client_final: bytes) -> bytes:
            return b"v=AAAA," + super().final(client_final)

    with pytest.raises(OperationalError, match="more in it than the signature"):
        converse(Guessing(PASSWORD), login())


def test_ok_without_the_servers_proof() -> None:
    server = ScramServer(PASSWORD)
    exchange, first = begin(login())
    assert first.data is not None
    challenge(exchange, server.first(first.data))
    with pytest.raises(OperationalError, match="without proving that it knows the password"):
        exchange.send(AuthenticationOk())


def test_ok_in_the_place_of_the_challenge() -> None:
    exchange, _ = begin(login())
    with pytest.raises(RemoteProtocolError, match="request 0 in the middle of scram-sha-256"):
        exchange.send(AuthenticationOk())


def test_another_methods_request() -> None:
    with pytest.raises(RemoteProtocolError, match="request 3 in the middle"):
        next(ScramAuthenticator().exchange(AuthenticationCleartextPassword(), login()))
    server = ScramServer(PASSWORD)
    exchange, first = begin(login())
    assert first.data is not None
    challenge(exchange, server.first(first.data))
    with pytest.raises(RemoteProtocolError, match="request 3 in the middle"):
        exchange.send(AuthenticationCleartextPassword())


def test_no_secret_in_what_is_shown() -> None:
    exchange, first = begin(login())
    assert PASSWORD not in repr(first)
    with pytest.raises(OperationalError) as caught:
        challenge(exchange, b"junk")
    assert PASSWORD not in str(caught.value)
