from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.query import Query
from rs_driver.wire.startup import SSLRequest
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.problems import FakeServerError
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.recording.cassette_server import CassetteServer
from rs_driver_fakeserver.server import FakeServer


@pytest.fixture
def real() -> Iterator[FakeServer]:
    """What stands for the real server."""
    with FakeServer(auth=Auth.scram({"alice": "a secret"}), policy="ignore") as server:
        server.when("select a from t").returns({"a": "int4"}, [(1,)])
        server.when("select b from t").returns({"b": "int4"}, [(2,)])
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassette.jsonl"


ALICE = {"user": "alice", "password": "a secret", "database": "dev"}


def recording(path: Path, real: FakeServer, mode: Any = "once", **options: Any) -> CassetteServer:
    return CassetteServer(path, mode, upstream=(real.host, real.port), **options)


def ask(server: CassetteServer, *sql: str, **login: str) -> list[Any]:
    with rs_driver.connect(**server.connect_kwargs(**login), autocommit=True) as connection:
        cursor = connection.cursor()
        return [cursor.execute(one).fetchall() for one in sql]


A, B = "select a from t", "select b from t"


def test_once(path: Path, real: FakeServer) -> None:
    with recording(path, real) as server:
        assert server.recording
        assert ask(server, A, **ALICE) == [[(1,)]]
    text = path.read_text("utf-8")
    assert "a secret" not in text
    assert "alice" not in text
    real.close()
    with CassetteServer(path, "once", upstream=("127.0.0.1", 1)) as server:
        assert not server.recording
        assert ask(server, A) == [[(1,)]]
        assert server.connect_kwargs()["user"] == "redacted_user_1"
    assert path.read_text("utf-8") == text


def test_none(path: Path, real: FakeServer) -> None:
    with recording(path, real) as server:
        ask(server, A, **ALICE)
    with CassetteServer(path) as server:
        assert ask(server, A, user="anybody") == [[(1,)]]
        with pytest.raises(rs_driver.InternalError, match="not on the cassette"):
            ask(server, B)
        (problem,) = server.problems
        assert problem.kind == "unmatched"
        with pytest.raises(FakeServerError, match="select b from t"):
            server.verify()
        server.policy["unmatched"] = "ignore"


def test_what_the_code_under_test_swallowed(path: Path, real: FakeServer) -> None:
    with recording(path, real) as server:
        ask(server, A, **ALICE)
    with (
        pytest.raises(FakeServerError),
        CassetteServer(path) as server,
        contextlib.suppress(rs_driver.Error),
    ):
        ask(server, B)


def test_all(path: Path, real: FakeServer) -> None:
    for sql in (A, B):
        with recording(path, real, "all") as server:
            ask(server, sql, **ALICE)
    with CassetteServer(path) as server:
        assert ask(server, B) == [[(2,)]]
    assert len(Cassette.load(path).conversations) == 1


def test_new(path: Path, real: FakeServer) -> None:
    with recording(path, real, "new") as server:
        assert ask(server, A, **ALICE) == [[(1,)]]
    first = path.read_text("utf-8")
    real.when(A).returns({"a": "int4"}, [(99,)])
    real.log.clear()
    with recording(path, real, "new") as server:
        assert ask(server, A, **ALICE) == [[(1,)]]
    assert not [one for one in real.log.frontend() if isinstance(one, Query)]
    assert path.read_text("utf-8") == first
    with recording(path, real, "new") as server:
        assert ask(server, A, B, A, **ALICE) == [[(1,)], [(2,)], [(99,)]]
    assert path.read_text("utf-8").startswith(first)
    with CassetteServer(path) as server:
        assert ask(server, A) == [[(1,)]]
        assert ask(server, A, B, A) == [[(99,)], [(2,)], [(99,)]]


def test_new_with_a_password_that_is_wrong(path: Path, real: FakeServer) -> None:
    with recording(path, real, "new") as server, pytest.raises(rs_driver.Error):
        ask(server, A, **{**ALICE, "password": "wrong"})
    assert not path.exists()


def test_several_connections_at_once(path: Path, real: FakeServer) -> None:
    def both(server: CassetteServer, **login: str) -> None:
        with contextlib.ExitStack() as stack:
            one, other = (
                stack.enter_context(rs_driver.connect(**server.connect_kwargs(**login)))
                for _ in range(2)
            )
            for connection, sql, row in ((one, A, (1,)), (other, B, (2,)), (one, B, (2,))):
                assert connection.cursor().execute(sql).fetchall() == [row]

    with recording(path, real) as server:
        both(server, **ALICE)
    with CassetteServer(path) as server:
        threads = [threading.Thread(target=both, args=[server]) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_parameters_that_differ(path: Path, real: FakeServer) -> None:
    real.when("select $1").returns({"a": "int4"}, [(7,)])

    def one(server: CassetteServer, value: int, **login: str) -> list[Any]:
        with rs_driver.connect(**server.connect_kwargs(**login)) as connection:
            return connection.cursor().execute("select %s", (value,)).fetchall()

    with recording(path, real) as server:
        assert one(server, 7, **ALICE) == [(7,)]
    with CassetteServer(path, match_parameters=False) as server:
        assert one(server, 8) == [(7,)]
    with CassetteServer(path, policy="ignore") as server, pytest.raises(rs_driver.Error):
        one(server, 8)


@pytest.mark.parametrize(("tls", "binding"), [(False, "offer"), (True, "none")])
def test_tls(path: Path, tls: bool, binding: Any) -> None:
    """A client without TLS does not hear of the server's offer to bind to it."""
    authority = CertificateAuthority.create()
    auth = Auth.scram({"alice": "a secret"}, channel_binding=binding)
    with FakeServer(auth=auth, tls=authority, requires_tls=True, policy="ignore") as real:
        real.when(A).returns({"a": "int4"}, [(1,)])
        context = ssl.create_default_context(cadata=authority.ca_pem)
        with recording(path, real, upstream_tls=context, tls=tls) as server:
            assert server.connect_kwargs()["sslmode"] == ("verify-full" if tls else "disable")
            assert ask(server, A, **ALICE) == [[(1,)]]
        assert real.logins[0].tls is not None
    with CassetteServer(path, tls=tls) as server:
        assert ask(server, A) == [[(1,)]]


def test_without_redaction(path: Path, real: FakeServer) -> None:
    with recording(path, real, redact=False) as server:
        ask(server, A, **ALICE)
    assert '"user": "alice"' in path.read_text("utf-8")
    with CassetteServer(path) as server:
        assert server.connect_kwargs()["user"] == "alice"
        assert ask(server, A) == [[(1,)]]
    with pytest.raises(ValueError, match="redact=False; that cannot be mixed"):
        recording(path, real, "new")


def test_nothing_is_written_after_an_exception(path: Path, real: FakeServer) -> None:
    with pytest.raises(KeyError), recording(path, real) as server:
        ask(server, A, **ALICE)
        raise KeyError
    assert not path.exists()
    server = recording(path, real)
    ask(server, A, **ALICE)
    server.close()
    server.close()
    assert path.exists()


def test_nothing_is_written_if_nobody_came(path: Path, real: FakeServer) -> None:
    with recording(path, real):
        pass
    assert not path.exists()


def test_closing_cuts_connections_and_frees_the_port(path: Path, real: FakeServer) -> None:
    server = recording(path, real)
    connection = rs_driver.connect(**server.connect_kwargs(**ALICE))
    with socket.create_connection((server.host, server.port)) as silent:
        silent.sendall(SSLRequest().encode())
        assert silent.recv(1) == b"N"
        server.close()
        assert silent.recv(1) == b""
    with pytest.raises(rs_driver.OperationalError):
        connection.cursor().execute(A)
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))
    assert not [one for one in threading.enumerate() if one.name.endswith("recording")]


def test_a_real_server_that_hangs_up(path: Path, real: FakeServer) -> None:
    real.when("bye").raises("57P01", "bye", severity="FATAL")
    for _ in range(2):
        with (
            recording(path, real) as server,
            pytest.raises(rs_driver.OperationalError, match="bye"),
        ):
            ask(server, "bye", **ALICE)


@pytest.mark.parametrize("mode", ["sometimes", "new_episodes", "", None])
def test_modes_that_do_not_exist(path: Path, mode: Any) -> None:
    with pytest.raises(ValueError, match="mode= takes one of none, once, new, all"):
        CassetteServer(path, mode)


def test_what_is_needed(path: Path) -> None:
    with pytest.raises(ValueError, match="name the server by upstream="):
        CassetteServer(path, "once")
    with pytest.raises(FileNotFoundError):
        CassetteServer(path)
