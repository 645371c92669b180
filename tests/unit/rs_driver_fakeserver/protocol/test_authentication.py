from __future__ import annotations

import hashlib

import pytest

from rs_driver.wire.auth import (
    AuthenticationSASL,
    AuthenticationSASLContinue,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Query, Sync
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.auth.logins import Login
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.certificates.details import TlsDetails
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from support.scram_client import FIRST, ScramClient, answer
from support.wire_client import MemoryClient, error, names, settings, sqlstate

USERS = {"alice": "Secret1!"}
RIGHT = PasswordMessage(b"Secret1!")


def fake(
    auth: AuthMethod, *, kind: ServerKind = "redshift", databases: list[str] | None = None
) -> FakeServer:
    """Clients that behave badly are what is tested here."""
    return FakeServer(
        auth=auth,
        server=kind,
        databases=databases,
        policy="ignore",
        entropy=lambda size: b"\1" * size,
    )


def client(server: FakeServer) -> MemoryClient:
    return MemoryClient(ServerSession(server._instance, secure=True))


@pytest.mark.parametrize(("kind", "state"), [("redshift", "28000"), ("postgres", "28P01")])
@pytest.mark.parametrize("user", ["alice", "nobody"])
def test_a_wrong_password(kind: ServerKind, state: str, user: str) -> None:
    with fake(Auth.cleartext(USERS), kind=kind) as server:
        one = client(server)
        one.start(user)
        said = one.say(PasswordMessage(b"Wrong1!"))
        fields = error(said)
        assert (fields["S"], fields["C"]) == ("FATAL", state)
        assert fields["M"] == f'password authentication failed for user "{user}"'
        assert one.peer.closed


def test_an_empty_user_with_a_token() -> None:
    with fake(Auth.token({"tok": "alice"})) as server:
        for form in (IdpTokenResponse(b"tok"), b"i\0\0\0\x08tok\0"):
            one = client(server)
            one.start("")
            assert settings(one.say(form))["session_authorization"] == "alice"
        one = client(server)
        one.start("")
        assert sqlstate(one.say(IdpTokenResponse(b"kot"))) == "28000"


def test_the_nul_of_a_token_is_seen() -> None:
    with fake(Auth.token({"tok": "alice"}, nul="required")) as server:
        for form, last in (
            (b"i\0\0\0\x08tok\0", "ReadyForQuery"),
            (b"i\0\0\0\x07tok", "ErrorResponse"),
        ):
            one = client(server)
            one.start("")
            assert names(one.say(form))[-1] == last


def test_a_digest() -> None:
    with fake(Auth.digest(USERS)) as server:
        one = client(server)
        one.start("alice")
        inner = hashlib.sha256(b"Secret1!" + b"\1" * 8).digest()
        said = hashlib.sha256(inner + b"\1" * 4 + b"nonce").digest()
        assert names(one.say(DigestResponse(said, b"nonce")))[0] == "AuthenticationOk"


def test_scram() -> None:
    with fake(Auth.scram(USERS)) as server:
        one = client(server)
        (offer,) = one.start("alice")
        assert offer == AuthenticationSASL(("SCRAM-SHA-256",))
        (challenge,) = one.say(SASLInitialResponse("SCRAM-SHA-256", FIRST.encode()))
        assert isinstance(challenge, AuthenticationSASLContinue)
        done = one.say(SASLResponse(answer(FIRST, "Secret1!", challenge.data, "n,,")))
        assert names(done)[:2] == ["AuthenticationSASLFinal", "AuthenticationOk"]
        one = client(server)
        one.start("alice")
        (challenge,) = one.say(SASLInitialResponse("SCRAM-SHA-256", FIRST.encode()))
        assert isinstance(challenge, AuthenticationSASLContinue)
        wrong = one.say(SASLResponse(answer(FIRST, "Wrong1!", challenge.data, "n,,")))
        assert sqlstate(wrong) == "28000"


def test_scram_bound_to_the_certificate() -> None:
    with FakeServer(
        tls=True,
        auth=Auth.scram(USERS, channel_binding="require"),
        policy="ignore",
    ) as server:
        session = ServerSession(server._instance)
        session.tls_started(TlsDetails("TLSv1.3"))
        one = MemoryClient(session)
        (offer,) = one.start("alice")
        assert offer == AuthenticationSASL(("SCRAM-SHA-256-PLUS",))
        assert server._tls is not None
        scram = ScramClient(
            "Secret1!",
            first="p=tls-server-end-point,,n=,r=abc",
            mechanism="SCRAM-SHA-256-PLUS",
            binding=server._tls.tls_server_end_point or b"",
        )
        (challenge,) = one.say(scram.initial(offer))
        assert isinstance(challenge, AuthenticationSASLContinue)
        assert names(one.say(scram.response(challenge)))[1] == "AuthenticationOk"
        assert server.logins[0].method == "scram-sha-256-plus"


@pytest.mark.parametrize(
    "message",
    [Query("select 1"), Sync(), IdpTokenResponse(b"x"), b"p\0\0\0\5x", b"!\0\0\0\4"],
    ids=["query", "sync", "token", "malformed", "unknown"],
)
def test_something_else_instead_of_a_password(message: FrontendMessage | bytes) -> None:
    with fake(Auth.cleartext(USERS)) as server:
        one = client(server)
        one.start("alice")
        said = one.say(message)
        assert names(said) == ["ErrorResponse"]
        assert (error(said)["S"], error(said)["C"]) == ("FATAL", "08P01")
        assert one.peer.closed


def test_a_password_of_absurd_length() -> None:
    with fake(Auth.cleartext(USERS)) as server:
        one = client(server)
        one.start("alice")
        assert one.say(b"p" + (2**24).to_bytes(4, "big")) == []
        assert one.peer.closed


def test_an_unknown_code_reaches_the_client() -> None:
    with fake(Auth.unknown(99)) as server:
        (request,) = client(server).start()
        assert getattr(request, "code", None) == 99


def test_a_refusal_in_other_words() -> None:
    with fake(Auth.rejects("53300", "come back later")) as server:
        fields = error(client(server).start())
        assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", "53300", "come back later")


def test_other_answers_for_successive_logins() -> None:
    with fake(Auth.sequence([Auth.rejects(), Auth.trust()])) as server:
        assert sqlstate(client(server).start("alice")) == "28000"
        assert names(client(server).start("alice"))[-1] == "ReadyForQuery"


def test_one_ok_too_many() -> None:
    with fake(Auth.ok_twice()) as server:
        assert names(client(server).start())[:3] == [
            "AuthenticationOk",
            "AuthenticationOk",
            "BackendKeyData",
        ]


class TestLogins:
    def test_who_is_in(self) -> None:
        with fake(Auth.cleartext(USERS)) as server:
            one = client(server)
            one.start("alice", application_name="me")
            one.say(RIGHT)
            assert list(server.logins) == [
                Login(
                    connection=1,
                    user="alice",
                    database="dev",
                    method="password",
                    parameters={"user": "alice", "database": "dev", "application_name": "me"},
                )
            ]
            assert "Secret1!" not in repr(server.logins)

    @pytest.mark.parametrize(
        ("auth", "said", "method"),
        [
            (Auth.trust(), [], "trust"),
            (Auth.md5(USERS), [PasswordMessage(b"x")], "md5"),
            (Auth.digest(USERS), [DigestResponse(b"x", b"y")], "digest"),
            (Auth.token({"tok": "alice"}), [IdpTokenResponse(b"tok")], "idp-token"),
            (Auth.unknown(7), [PasswordMessage(b"x")], "method 7"),
            (Auth.scram(USERS), [SASLInitialResponse("SCRAM-SHA-256", b"")], "scram-sha-256"),
            (Auth.scram(USERS), [SASLInitialResponse("PLAIN", b"")], "sasl"),
        ],
    )
    def test_by_which_method(
        self, auth: AuthMethod, said: list[FrontendMessage], method: str
    ) -> None:
        with fake(auth) as server:
            one = client(server)
            one.start("alice")
            for message in said:
                one.say(message)
            assert [login.method for login in (*server.logins, *server.logins.refused)] == [method]

    def test_the_user_that_a_token_names(self) -> None:
        with fake(Auth.token({"tok": "alice"})) as server:
            one = client(server)
            one.start("")
            one.say(IdpTokenResponse(b"tok"))
            assert [login.user for login in server.logins] == ["alice"]
            assert server.logins[0].parameters["user"] == ""

    def test_over_tls(self) -> None:
        with fake(Auth.trust()) as server:
            session = ServerSession(server._instance)
            session.tls_started(TlsDetails("TLSv1.3", "x", "localhost", "alice"))
            MemoryClient(session).start("alice")
            (login,) = server.logins
            assert login.encrypted
            assert login.tls == TlsDetails("TLSv1.3", "x", "localhost", "alice")

    @pytest.mark.parametrize(
        ("auth", "said", "refused"),
        [
            (Auth.cleartext(USERS), PasswordMessage(b"x"), "unknown user or wrong password"),
            (Auth.cleartext(USERS), b"p\0\0\0\5x", "invalid password packet"),
            (Auth.scram(USERS), SASLInitialResponse("PLAIN", b""), "another mechanism"),
        ],
    )
    def test_who_is_not_and_why(
        self, auth: AuthMethod, said: FrontendMessage | bytes, refused: str
    ) -> None:
        with fake(auth) as server:
            one = client(server)
            one.start("alice")
            one.say(said)
            assert [(login.user, login.refused) for login in server.logins.refused] == [
                ("alice", refused)
            ]
            assert len(server.logins) == 0

    def test_an_unknown_database(self) -> None:
        with fake(Auth.trust(), databases=["prod"]) as server:
            client(server).start("alice")
            assert server.logins.refused[0].refused == 'database "dev" does not exist'

    def test_a_client_that_breaks_off(self) -> None:
        with fake(Auth.scram(USERS)) as server:
            one = client(server)
            one.start("alice")
            one.peer.eof()
            (login,) = server.logins.refused
            assert (login.refused, login.method) == ("the client went away", "trust")

    def test_no_user(self) -> None:
        with fake(Auth.trust()) as server:
            client(server).say(StartupMessage((("database", "dev"),)))
            assert server.logins.refused[0].user == ""


def test_a_certificate_s_name() -> None:
    with fake(Auth.certificate()) as server:
        for name, last in (("alice", "ReadyForQuery"), ("bob", "ErrorResponse")):
            session = ServerSession(server._instance)
            session.tls_started(TlsDetails(client_name=name))
            assert names(MemoryClient(session).start("alice"))[-1] == last


@pytest.mark.parametrize(
    ("auth", "excused"), [(Auth.ok_twice(), True), (Auth.trust(), False)], ids=["cheat", "honest"]
)
def test_who_is_cheated_may_go_without_a_word(auth: AuthMethod, excused: bool) -> None:
    with FakeServer(auth=auth, policy={"farewell": "ignore"}) as server:
        one = client(server)
        one.start()
        one.peer.eof()
        assert (server.problems == ()) == excused
