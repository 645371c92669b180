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
from rs_driver.wire.query import Query, Sync
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.startup import NegotiateProtocolVersion, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from support.scram_client import answer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    error,
    names,
    settings,
    sqlstate,
)

USERS = {"alice": "Secret1!"}


def client(server: FakeServer) -> MemoryClient:
    return MemoryClient(server.memory().open_peer())


def test_redshift_welcomes() -> None:
    with FakeServer(entropy=lambda size: b"\7" * size) as server:
        answer = client(server).start("alice", client_protocol_version="2", driver_version="x")
        assert names(answer) == ["AuthenticationOk", "BackendKeyData", "ReadyForQuery"]
        found = settings(answer)
        assert found["server_protocol_version"] == "2"
        assert found["session_authorization"] == "alice"
        assert found["session_id"] == "07070707-0707-4707-8707-070707070707"
        assert "driver_version" not in found


@pytest.mark.parametrize(
    ("own", "asked", "agreed"),
    [
        (2, "2", "2"),
        (2, "3", "2"),
        (2, "0", "0"),
        (1, "2", "1"),
        (0, "2", "0"),
        (3, "3", "3"),
        (2, None, None),
        (None, "2", None),
    ],
)
def test_the_older_protocol_counts(own: int | None, asked: str | None, agreed: str | None) -> None:
    with FakeServer(protocol=own) as server:
        server.when("select 1").returns(["a"], [(1,)])
        one = client(server)
        keys = {} if asked is None else {"client_protocol_version": asked}
        assert settings(one.start(**keys)).get("server_protocol_version") == agreed
        found = description(one.say(Query("select 1"))).protocol_version
        assert found == int(agreed or 0)


@pytest.mark.parametrize("asked", ["", "x", "-1", "99999", "²"])
def test_a_protocol_that_is_no_number(asked: str) -> None:
    with FakeServer() as server:
        answer = client(server).start(client_protocol_version=asked)
        assert sqlstate(answer) == "22023"


def test_postgres_refuses_redshifts_keys_after_the_login() -> None:
    with FakeServer(server="postgres") as server:
        answer = client(server).start(client_protocol_version="2")
        assert names(answer) == ["AuthenticationOk", "ErrorResponse"]
        fields = error(answer)
        assert (fields["S"], fields["C"]) == ("FATAL", "42704")
        message = 'unrecognized configuration parameter "client_protocol_version"'
        assert fields["M"] == message


def test_postgres_takes_its_own_settings() -> None:
    with FakeServer(server="postgres") as server:
        answer = client(server).start(
            application_name="me", DateStyle="ISO", extra_float_digits="2", client_encoding="UTF8"
        )
        assert settings(answer)["application_name"] == "me"
        assert "server_protocol_version" not in settings(answer)


def test_a_bad_setting_is_fatal() -> None:
    with FakeServer() as server:
        fields = error(client(server).start(client_encoding="LATIN1"))
        assert (fields["S"], fields["C"]) == ("FATAL", "22023")


def test_reported_settings_can_be_chosen() -> None:
    chosen = {"show_discovery": "4", "server_version": "9.0", "server_protocol_version": "7"}
    with FakeServer(parameters=chosen) as server:
        found = settings(client(server).start(client_protocol_version="2"))
        assert chosen.items() <= found.items()


@pytest.mark.parametrize(("kind", "state"), [("redshift", "28000"), ("postgres", "28P01")])
@pytest.mark.parametrize("user", ["alice", "nobody"])
def test_a_wrong_password(kind: ServerKind, state: str, user: str) -> None:
    with FakeServer(auth=Auth.cleartext(USERS), server=kind) as server:
        one = client(server)
        one.start(user)
        answer = one.say(PasswordMessage(b"Wrong1!"))
        fields = error(answer)
        assert (fields["S"], fields["C"]) == ("FATAL", state)
        assert fields["M"] == f'password authentication failed for user "{user}"'
        assert one.peer.closed


def test_an_unknown_database() -> None:
    with FakeServer(databases=["dev"]) as server:
        assert sqlstate(client(server).start(database="prod")) == "3D000"
        assert names(client(server).start(database="dev"))[-1] == "ReadyForQuery"


def test_without_a_database_it_is_the_users() -> None:
    with FakeServer(databases=["alice"]) as server:
        answer = client(server).say(StartupMessage((("user", "alice"),)))
        assert names(answer)[-1] == "ReadyForQuery"


def test_no_user() -> None:
    with FakeServer() as server:
        assert sqlstate(client(server).say(StartupMessage((("database", "dev"),)))) == "28000"


def test_an_empty_user_with_a_token() -> None:
    with FakeServer(auth=Auth.token({"tok": "alice"})) as server:
        for form in (IdpTokenResponse(b"tok"), b"i\0\0\0\x08tok\0"):
            one = client(server)
            one.start("")
            assert settings(one.say(form))["session_authorization"] == "alice"
        one = client(server)
        one.start("")
        assert sqlstate(one.say(IdpTokenResponse(b"kot"))) == "28000"


def test_a_digest() -> None:
    with FakeServer(auth=Auth.digest(USERS), entropy=lambda size: b"\1" * size) as server:
        one = client(server)
        one.start("alice")
        inner = hashlib.sha256(b"Secret1!" + b"\1" * 8).digest()
        answer = hashlib.sha256(inner + b"\1" * 4 + b"nonce").digest()
        assert names(one.say(DigestResponse(answer, b"nonce")))[0] == "AuthenticationOk"


def test_scram() -> None:
    with FakeServer(auth=Auth.scram(USERS)) as server:
        one = client(server)
        (offer,) = one.start("alice")
        assert offer == AuthenticationSASL(("SCRAM-SHA-256",))
        first = "n,,n=,r=abc"
        (challenge,) = one.say(SASLInitialResponse("SCRAM-SHA-256", first.encode()))
        assert isinstance(challenge, AuthenticationSASLContinue)
        done = one.say(SASLResponse(answer(first, "Secret1!", challenge.data, "n,,")))
        assert names(done)[:2] == ["AuthenticationSASLFinal", "AuthenticationOk"]
        one = client(server)
        one.start("alice")
        (challenge,) = one.say(SASLInitialResponse("SCRAM-SHA-256", first.encode()))
        assert isinstance(challenge, AuthenticationSASLContinue)
        wrong = one.say(SASLResponse(answer(first, "Wrong1!", challenge.data, "n,,")))
        assert sqlstate(wrong) == "28000"


def test_tls_may_be_required() -> None:
    with FakeServer(tls=True, requires_tls=True) as server:
        assert sqlstate(client(server).start()) == "28000"
        peer = server.memory().open_peer()
        assert isinstance(peer, ServerSession)
        peer.tls_started()
        assert names(MemoryClient(peer).start())[-1] == "ReadyForQuery"


@pytest.mark.parametrize("protocol", [2 << 16, 4 << 16, 80 << 16 | 1])
def test_another_major_version(protocol: int) -> None:
    with FakeServer() as server:
        answer = client(server).say(StartupMessage((("user", "x"),), protocol))
        assert sqlstate(answer) == "0A000"


def test_a_newer_minor_version_and_unknown_options() -> None:
    with FakeServer() as server:
        keys = (("user", "x"), ("_pq_.compression", "lz4:1"))
        answer = client(server).say(StartupMessage(keys, 3 << 16 | 2))
        assert answer[0] == NegotiateProtocolVersion(3 << 16, ("_pq_.compression",))
        assert names(answer)[-1] == "ReadyForQuery"


@pytest.mark.parametrize(
    "message",
    [Query("select 1"), Sync(), IdpTokenResponse(b"x"), b"p\0\0\0\5x", b"!\0\0\0\4"],
    ids=["query", "sync", "token", "malformed", "unknown"],
)
def test_something_else_instead_of_a_password(message: Query) -> None:
    with FakeServer(auth=Auth.cleartext(USERS)) as server:
        one = client(server)
        one.start("alice")
        answer = one.say(message)
        assert names(answer) == ["ErrorResponse"]
        assert (error(answer)["S"], error(answer)["C"]) == ("FATAL", "08P01")
        assert one.peer.closed


def test_a_password_of_absurd_length() -> None:
    with FakeServer(auth=Auth.cleartext(USERS)) as server:
        one = client(server)
        one.start("alice")
        assert one.say(b"p" + (2**24).to_bytes(4, "big")) == []
        assert one.peer.closed


def test_an_unknown_code_reaches_the_client() -> None:
    with FakeServer(auth=Auth.unknown(99)) as server:
        (request,) = client(server).start()
        assert getattr(request, "code", None) == 99


def test_the_key_is_registered_and_forgotten() -> None:
    with FakeServer() as server:
        one = connected(server)
        assert server._instance.backends._known
        one.peer.eof()
        assert not server._instance.backends._known
