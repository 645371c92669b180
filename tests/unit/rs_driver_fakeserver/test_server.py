from __future__ import annotations

import re
import socket
import ssl
from typing import Any

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, names, rows, settings


def test_rules_by_text_pattern_and_parameters() -> None:
    with FakeServer() as server:
        server.when("select 1").returns(["a"], [(1,)])
        server.when(re.compile("^vacuum")).completes("VACUUM")
        client = connected(server)
        assert rows(client.say(Query("SELECT 1;"))) == [(b"1",)]
        assert names(client.say(Query("vacuum t"))) == ["CommandComplete", "ReadyForQuery"]


def test_keywords_without_tls() -> None:
    with FakeServer(auth=Auth.scram({"alice": "Secret1!"}), databases=["b", "a"]) as server:
        assert server.connect_kwargs() == {
            "host": "127.0.0.1",
            "port": server.port,
            "database": "a",
            "user": "alice",
            "password": "Secret1!",
            "sslmode": "disable",
        }


def test_keywords_with_tls() -> None:
    with FakeServer(tls=True) as server:
        kwargs = server.connect_kwargs()
        assert kwargs["sslmode"] == "verify-full"
        assert ssl.create_default_context(cafile=str(kwargs["sslrootcert"])).get_ca_certs()
    certificate = CertificateAuthority.create().issue("other.example")
    with FakeServer(tls=certificate) as server:
        assert server.connect_kwargs()["sslmode"] == "require"


def test_the_port_is_free_after_close() -> None:
    with FakeServer() as server:
        port = server.port
        assert port == server.port
    with socket.create_server(("127.0.0.1", port)):
        pass
    server.close()
    with pytest.raises(RuntimeError, match="closed"):
        _ = server.port


def test_a_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with FakeServer(port=port) as server:
        assert server.port == port


def test_memory_needs_no_socket() -> None:
    with FakeServer() as server:
        connected(server)
        assert server._tcp is None


def test_options_reach_the_sessions() -> None:
    with FakeServer(
        server="postgres", parameters={"server_version": "12.1"}, entropy=lambda size: b"\1" * size
    ) as server:
        found = settings(MemoryClient(server.memory().open_peer()).start())
        assert found["server_version"] == "12.1"
        assert found["standard_conforming_strings"] == "on"


def test_raw_varbyte() -> None:
    with FakeServer(varbyte_text="raw") as server:
        server.when("select b").returns({"b": "varbyte"}, [(b"a\xff",)])
        client = connected(server, client_protocol_version="2")
        assert rows(client.say(Query("select b"))) == [(b"a\xff",)]
        assert rows(connected(server).say(Query("select b"))) == [(b"61ff",)]


def test_reset() -> None:
    with FakeServer() as server:
        server.when("select 1").returns(["a"], [(1,)])
        client = connected(server)
        server.reset()
        assert server.log.entries == ()
        assert names(client.say(Query("select 1"))) == ["ErrorResponse", "ReadyForQuery"]


def test_an_unknown_engine() -> None:
    with pytest.raises(ValueError, match="no engine is called 'oracle'"):
        FakeServer(engine="oracle")  # type: ignore[arg-type]  # what is tested


def test_duckdb_answers_what_no_rule_does() -> None:
    with FakeServer(engine="duckdb") as server:
        server.when("select 40 + 2").returns(["a"], [("scripted",)])
        client = connected(server)
        assert rows(client.say(Query("select 40 + 2"))) == [(b"scripted",)]
        assert rows(client.say(Query("select 40 + 3"))) == [(b"43",)]
        client.peer.eof()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"auth": "md5"}, "auth= takes a method of login, such as Auth.md5({'alice': 'secret'})"),
        ({"auth": {}}, "not dict"),
        ({"engine": 7}, 'engine= takes "duckdb" or an object with open_session(user, database)'),
        ({"engine": True}, "not bool"),
        ({"engine": Script}, "not the class Script"),
        ({"tls": "yes"}, "tls= takes True, False, a CertificateAuthority, a Certificate or"),
        ({"server": 1}, "server= takes one of ('redshift', 'postgres'), not int"),
    ],
)
def test_options_that_are_wrong_say_what_is_right(options: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        FakeServer(**options)


def test_rules_know_the_types_of_the_server() -> None:
    with FakeServer(server="postgres") as server:
        server.when("select 1").returns({"u": "uuid"})
    with FakeServer() as server, pytest.raises(ValueError, match="does not exist on Redshift"):
        server.when("select 1").returns({"u": "uuid"})
