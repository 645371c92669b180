from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.query import Query
from rs_driver.wire.startup import NegotiateProtocolVersion, StartupMessage
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    error,
    names,
    rows,
    settings,
    sqlstate,
)

USERS = {"alice": "Secret1!"}


def fake(**options: Any) -> FakeServer:
    """Clients that break off, or are wrong, are what is tested here."""
    return FakeServer(policy="ignore", **options)


def client(server: FakeServer) -> MemoryClient:
    return MemoryClient(server.memory().open_peer())


def test_redshift_welcomes() -> None:
    with fake(entropy=lambda size: b"\7" * size) as server:
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
    with fake(protocol=own) as server:
        server.when("select 1").returns(["a"], [(1,)])
        one = client(server)
        keys = {} if asked is None else {"client_protocol_version": asked}
        assert settings(one.start(**keys)).get("server_protocol_version") == agreed
        found = description(one.say(Query("select 1"))).protocol_version
        assert found == int(agreed or 0)


@pytest.mark.parametrize("asked", ["", "x", "-1", "99999", "²"])
def test_a_protocol_that_is_no_number(asked: str) -> None:
    with fake() as server:
        answer = client(server).start(client_protocol_version=asked)
        assert sqlstate(answer) == "22023"


def test_postgres_refuses_redshifts_keys_after_the_login() -> None:
    with fake(server="postgres") as server:
        answer = client(server).start(client_protocol_version="2")
        assert names(answer) == ["AuthenticationOk", "ErrorResponse"]
        fields = error(answer)
        assert (fields["S"], fields["C"]) == ("FATAL", "42704")
        message = 'unrecognized configuration parameter "client_protocol_version"'
        assert fields["M"] == message


def test_postgres_takes_its_own_settings() -> None:
    with fake(server="postgres") as server:
        answer = client(server).start(
            application_name="me", DateStyle="ISO", extra_float_digits="2", client_encoding="UTF8"
        )
        assert settings(answer)["application_name"] == "me"
        assert "server_protocol_version" not in settings(answer)


def test_a_bad_setting_is_fatal() -> None:
    with fake() as server:
        fields = error(client(server).start(client_encoding="LATIN1"))
        assert (fields["S"], fields["C"]) == ("FATAL", "22023")


def test_reported_settings_can_be_chosen() -> None:
    chosen = {"show_discovery": "4", "server_version": "9.0", "server_protocol_version": "7"}
    with fake(parameters=chosen) as server:
        found = settings(client(server).start(client_protocol_version="2"))
        assert chosen.items() <= found.items()


def test_an_unknown_database() -> None:
    with fake(databases=["dev"]) as server:
        assert sqlstate(client(server).start(database="prod")) == "3D000"
        assert names(client(server).start(database="dev"))[-1] == "ReadyForQuery"


def test_without_a_database_it_is_the_users() -> None:
    with fake(databases=["alice"]) as server:
        answer = client(server).say(StartupMessage((("user", "alice"),)))
        assert names(answer)[-1] == "ReadyForQuery"


def test_no_user() -> None:
    with fake() as server:
        assert sqlstate(client(server).say(StartupMessage((("database", "dev"),)))) == "28000"


def test_a_user_without_a_name() -> None:
    with fake(server="postgres") as server:
        assert sqlstate(client(server).start("")) == "28000"
    with fake() as server:  # the name may come with a token
        assert names(client(server).start(""))[-1] == "ReadyForQuery"


def test_tls_may_be_required() -> None:
    with fake(tls=True, requires_tls=True) as server:
        assert sqlstate(client(server).start()) == "28000"
        peer = ServerSession(server._instance)
        peer.tls_started()
        assert names(MemoryClient(peer).start())[-1] == "ReadyForQuery"


@pytest.mark.parametrize("protocol", [2 << 16, 4 << 16, 80 << 16 | 1])
def test_another_major_version(protocol: int) -> None:
    with fake() as server:
        answer = client(server).say(StartupMessage((("user", "x"),), protocol))
        assert sqlstate(answer) == "0A000"


def test_a_newer_minor_version_and_unknown_options() -> None:
    with fake() as server:
        keys = (("user", "x"), ("_pq_.compression", "lz4:1"))
        answer = client(server).say(StartupMessage(keys, 3 << 16 | 2))
        assert answer[0] == NegotiateProtocolVersion(3 << 16, ("_pq_.compression",))
        assert names(answer)[-1] == "ReadyForQuery"


def test_the_key_is_registered_and_forgotten() -> None:
    with fake() as server:
        one = connected(server)
        assert server._instance.backends._known
        one.peer.eof()
        assert not server._instance.backends._known


def test_a_server_without_cancel_keys() -> None:
    with fake(cancel_key=False) as server:
        answer = client(server).start()
        assert names(answer) == ["AuthenticationOk", "ReadyForQuery"]


def test_what_is_usually_reported_may_be_left_out() -> None:
    given = {"padb_version": None, "session_id": None, "show_discovery": "4"}
    with fake(parameters=given) as server:
        one = client(server)
        found = settings(one.start())
        assert "padb_version" not in found
        assert "session_id" not in found
        assert found["show_discovery"] == "4"
        assert b"Redshift 1.0" in (rows(one.say(Query("select version()")))[0][0] or b"")


@pytest.mark.parametrize("kind", ["redshift", "postgres"])
def test_protocol_3_2_is_bargained_down(kind: str) -> None:
    with fake(server=kind) as server:
        start = StartupMessage((("user", "a"), ("database", "dev")), 3 << 16 | 2)
        answer = client(server).say(start)
        assert answer[0] == NegotiateProtocolVersion(3 << 16, ())
        assert names(answer)[-1] == "ReadyForQuery"
