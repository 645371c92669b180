from __future__ import annotations

import gc
import re
import socket
import ssl
import sys
import warnings
import weakref
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.startup import SSLRequest
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.problems import FakeServerError, FakeServerWarning, Policy, Verdict
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, names, rows, settings, sqlstate


def test_rules_by_text_pattern_and_parameters() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select 1").returns(["a"], [(1,)])
        server.when(re.compile("^vacuum")).completes("VACUUM")
        client = connected(server)
        assert rows(client.say(Query("SELECT 1;"))) == [(b"1",)]
        assert names(client.say(Query("vacuum t"))) == ["CommandComplete", "ReadyForQuery"]


def test_keywords_without_tls() -> None:
    with FakeServer(
        policy="ignore", auth=Auth.scram({"alice": "Secret1!"}), databases=["b", "a"]
    ) as server:
        assert server.connect_kwargs() == {
            "host": "127.0.0.1",
            "port": server.port,
            "database": "a",
            "user": "alice",
            "password": "Secret1!",
            "sslmode": "disable",
        }


def test_keywords_with_tls() -> None:
    with FakeServer(policy="ignore", tls=True) as server:
        kwargs = server.connect_kwargs()
        assert kwargs["sslmode"] == "verify-full"
        assert ssl.create_default_context(cafile=str(kwargs["sslrootcert"])).get_ca_certs()
    for certificate in (CertificateAuthority.create().issue("other.example"), "expired"):
        with FakeServer(policy="ignore", tls=certificate) as server:
            assert server.connect_kwargs()["sslmode"] == "verify-full"
    with FakeServer(policy="ignore", tls=Certificate.self_signed()) as server:
        assert server.connect_kwargs()["sslmode"] == "require"


def test_who_logged_in_until_reset() -> None:
    with FakeServer(policy="ignore", auth=Auth.sequence([Auth.rejects(), Auth.trust()])) as server:
        assert sqlstate(MemoryClient(server.memory().open_peer()).start("bob")) == "28000"
        connected(server, "alice").say(Terminate())
        assert [login.user for login in server.logins] == ["alice"]
        assert [login.user for login in server.logins.refused] == ["bob"]
        server.reset()
        assert (len(server.logins), server.logins.refused) == (0, ())


def test_another_answer_to_who_asks_for_tls() -> None:
    with FakeServer(policy="ignore", tls=True, tls_answer=TlsAnswer.refuse()) as server:
        assert server.memory().open_peer().feed(SSLRequest().encode()) == b"N"
        server.policy["leaked"] = "ignore"


def test_the_port_is_free_after_close() -> None:
    with FakeServer(policy="ignore") as server:
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
    with FakeServer(policy="ignore", port=port) as server:
        assert server.port == port


def test_memory_needs_no_socket() -> None:
    with FakeServer(policy="ignore") as server:
        connected(server)
        assert server._tcp is None


def test_options_reach_the_sessions() -> None:
    with FakeServer(
        policy="ignore",
        server="postgres",
        parameters={"server_version": "12.1"},
        entropy=lambda size: b"\1" * size,
    ) as server:
        found = settings(MemoryClient(server.memory().open_peer()).start())
        assert found["server_version"] == "12.1"
        assert found["standard_conforming_strings"] == "on"


def test_raw_varbyte() -> None:
    with FakeServer(policy="ignore", varbyte_text="raw") as server:
        server.when("select b").returns({"b": "varbyte"}, [(b"a\xff",)])
        client = connected(server, client_protocol_version="2")
        assert rows(client.say(Query("select b"))) == [(b"a\xff",)]
        assert rows(connected(server).say(Query("select b"))) == [(b"61ff",)]


def test_reset() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select 1").returns(["a"], [(1,)])
        client = connected(server)
        server.reset()
        assert server.log.entries == ()
        assert names(client.say(Query("select 1"))) == ["ErrorResponse", "ReadyForQuery"]


def test_an_unknown_engine() -> None:
    with pytest.raises(ValueError, match="no engine is called 'oracle'"):
        FakeServer(policy="ignore", engine="oracle")  # type: ignore[arg-type]  # what is tested


def test_duckdb_answers_what_no_rule_does() -> None:
    with FakeServer(policy="ignore", engine="duckdb") as server:
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
        FakeServer(policy="ignore", **options)


def test_rules_know_the_types_of_the_server() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when("select 1").returns({"u": "uuid"})
    with (
        FakeServer(policy="ignore") as server,
        pytest.raises(ValueError, match="does not exist on Redshift"),
    ):
        server.when("select 1").returns({"u": "uuid"})


# What a server makes of problems.


def test_a_statement_without_a_rule_fails_the_test_that_swallowed_the_error() -> None:
    with (
        pytest.raises(FakeServerError, match=r"unmatched.*select 2") as caught,
        FakeServer() as server,
    ):
        server.when("select 1").returns(["a"], [(1,)])
        client = connected(server)
        assert names(client.say(Query("select 2")))[0] == "ErrorResponse"
        client.say(Terminate())
    assert [problem.kind for problem in caught.value.problems] == ["unmatched"]
    assert "Query" in caught.value.transcript


def test_a_connection_that_is_open_when_a_server_is_closed() -> None:
    server = FakeServer()
    connected(server)
    with pytest.warns(FakeServerWarning, match=r"without verify\(\): leaked \(connection 1\)"):
        server.close()


@pytest.mark.parametrize("policy", [None, "ignore"])
def test_a_server_that_nobody_closes(policy: Verdict | None) -> None:
    server = FakeServer(policy=policy)
    server.when("select 1").completes().once()
    alive, script, kept = weakref.ref(server), server.script, server.policy
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del server
        gc.collect()
    assert alive() is None
    said = [str(one.message) for one in told if one.category is FakeServerWarning]
    text = "never closed: unmet: select 1: should have come once, came not at all"
    assert said == ([] if policy else [text])
    assert (script.unmet() != [], kept["unmet"]) == (True, policy or "fail")


def test_connect_kwargs_with_more() -> None:
    with FakeServer() as server:
        assert server.connect_kwargs(user="bob", autocommit=True) == {
            **server.connect_kwargs(),
            "user": "bob",
            "autocommit": True,
        }


def test_an_expectation_that_is_not_met_fails() -> None:
    with pytest.raises(FakeServerError, match=r"unmet.*select 1"), FakeServer() as server:
        server.when("select 1").returns(["a"], [(1,)]).once()


def test_a_leaked_connection_fails() -> None:
    told = r"leaked \(connection 1\): it is still open \(user 'awsuser'\); its last .* select 7"
    with pytest.raises(FakeServerError, match=told), FakeServer() as server:
        server.when("select 7").returns(["n"], [(7,)])
        connected(server).say(Query("select 7"))
        with pytest.raises(FakeServerError):
            server.verify(patience=0.0)
        server.verify(leaks=False)


def test_broken_protocol_fails() -> None:
    with pytest.raises(FakeServerError, match="violation"), FakeServer() as server:
        client = connected(server)
        client.say(b"!\0\0\0\4")


@pytest.mark.parametrize("how", ["fail", "warn", "ignore"])
def test_the_policy_decides(how: Verdict) -> None:
    server = FakeServer(policy={"leaked": how})
    server.policy["unmatched"] = how
    connected(server).say(Query("select 2"))
    if how == "fail":
        with pytest.raises(FakeServerError, match=r"(?s)unmatched.*leaked"):
            server.verify(patience=0.0)
    elif how == "warn":
        with pytest.warns(FakeServerWarning, match="unmatched|leaked") as said:
            server.verify(patience=0.0)
        assert len(said) == 2
    else:
        server.verify(patience=0.0)
    server.close()


def test_another_exception_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError) as caught, FakeServer() as server:
        connected(server).say(Query("select 2"))
        _ = 1 / 0
    if sys.version_info >= (3, 11):
        assert "unmatched" in caught.value.__notes__[0]


def test_an_exception_of_a_bug_is_told_and_reported() -> None:
    class Odd:
        def open_session(self, user: str, database: str) -> Any:
            raise LookupError(f"no session for {user} in {database}")

        def close(self) -> None:
            pass

    server = FakeServer(engine=Odd())
    client = MemoryClient(server.memory().open_peer())
    assert sqlstate(client.start()) == "XX000"
    with pytest.raises(FakeServerError, match=r"internal.*no session for awsuser in dev"):
        server.verify()
    server.close()


def test_reset_forgets_problems_and_faults() -> None:
    with FakeServer() as server:
        server.faults.add(faults.Drop(faults.byte(0)))
        client = MemoryClient(server.memory().open_peer())
        assert client.start() == []
        server.reset()
        healthy = connected(server)
        healthy.say(Query("select 2"))
        healthy.say(Terminate())
        assert server.problems
        assert "unmatched" in server.report()
        server.reset()
        assert server.problems == ()


def test_sql_that_runs_before_the_clients_come() -> None:
    pytest.importorskip("duckdb")
    with FakeServer(engine="duckdb") as server:
        server.run("create table t (a int); insert into t values (1), (2);")
        client = connected(server)
        assert rows(client.say(Query("select sum(a) from t"))) == [(b"3",)]
        client.say(Terminate())
        with pytest.raises(SqlError):
            server.run("select nonsense")
    with FakeServer() as server, pytest.raises(ValueError, match="engine="):
        server.run("select 1")


def test_closing_without_a_verdict_warns() -> None:
    server = FakeServer()
    server.when("select 1").completes().once()
    connected(server).say(Query("nobody knows"), Terminate())
    with pytest.warns(FakeServerWarning, match=r"(?s)verify.*no rule.*come once"):
        server.close()
    server.close()  # says it once


@pytest.mark.parametrize("policy", ["ignore", None])
def test_closing_without_anything_to_say(policy: Verdict | None) -> None:
    server = FakeServer(policy=policy)
    server.when("select 1").completes().any_times()
    if policy == "ignore":
        connected(server).say(Query("nobody knows"), Terminate())
    server.close()


@pytest.mark.parametrize("given", ["ignore", {"leaked": "ignore"}, Policy("ignore")])
def test_a_policy_can_be_set_and_is_reset(given: Any) -> None:
    with FakeServer() as server:
        server.policy = given
        assert server.policy["leaked"] == "ignore"
        server.reset()
        assert server.policy["leaked"] == "fail"
        with pytest.raises(ValueError, match="no verdict"):
            server.policy = "nonsense"  # type: ignore[assignment]  # what is tested


def test_the_report_has_what_somebody_may_look_for() -> None:
    with FakeServer(auth=Auth.md5({"alice": "Secret1!"}), policy="ignore") as server:
        never = faults.Drop(faults.before("DataRow", nth=99))
        server.fault(never)
        assert server.report() == ""
        with pytest.raises(rs_driver.Error):
            rs_driver.connect(**server.connect_kwargs(password="wrong"))
        report = server.report()
    assert "the login of 'alice' was refused: unknown user or wrong password" in report
    assert f"{never!r} has not happened on 1 connections" in report
    assert "Secret1!" not in report
