"""The server that the other integration tests stand on is what it says."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing, suppress

import psycopg
import pytest

from support.postgres import PostgresServer
from support.tls_proxy import TlsProxy

pytestmark = pytest.mark.postgres

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


def _startup(user: str, database: str) -> bytes:
    body = f"user\0{user}\0database\0{database}\0\0".encode()
    return (len(body) + 8).to_bytes(4, "big") + (196608).to_bytes(4, "big") + body


@pytest.mark.parametrize("user", ["alice", "clear", "md5", "trusted", "postgres"])
@pytest.mark.parametrize("sslmode", ["verify-full", "disable"])
def test_every_login(postgres: PostgresServer, user: str, sslmode: str) -> None:
    with psycopg.connect(**postgres.libpq_kwargs(user=user, sslmode=sslmode)) as connection:
        row = connection.execute("SELECT current_user, current_database()").fetchone()
        assert row == (user, postgres.database)


@pytest.mark.parametrize("user", ["alice", "clear", "md5", "postgres"])
def test_wrong_password(postgres: PostgresServer, user: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**postgres.libpq_kwargs(user=user, password="wrong"))


@pytest.mark.parametrize(
    ("user", "method"), [("clear", 3), ("md5", 5), ("alice", 10), ("trusted", 0)]
)
def test_the_method_each_login_is_asked_for(
    postgres: PostgresServer, user: str, method: int
) -> None:
    with socket.create_connection((postgres.host, postgres.plain_port), timeout=30) as client:
        client.sendall(_startup(user, postgres.database))
        answer = b""
        while len(answer) < 9 and (more := client.recv(9 - len(answer))):
            answer += more
    assert answer[:1] == b"R"
    assert int.from_bytes(answer[5:9], "big") == method


def test_settings(postgres: PostgresServer) -> None:
    with psycopg.connect(**postgres.libpq_kwargs()) as connection:
        assert connection.execute("SHOW max_prepared_transactions").fetchone() == ("10",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_certificate_is_verified(postgres: PostgresServer) -> None:
    arguments = postgres.libpq_kwargs(sslrootcert="system")
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        psycopg.connect(**arguments)


def test_large_flights_pass_both_ways(postgres: PostgresServer) -> None:
    """Through TLS, the proxy's own where there is one."""
    text = "x" * 5_000_000
    with psycopg.connect(**postgres.libpq_kwargs()) as connection:
        assert connection.execute("SELECT %s::text", [text]).fetchone() == (text,)


def test_proxy_closes_with_connections_open(postgres: PostgresServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proxy = TlsProxy((postgres.host, postgres.plain_port), context)
    with socket.create_connection((postgres.host, proxy.port), timeout=30) as client:
        client.sendall(_startup("alice", postgres.database))
        assert client.recv(1) == b"R"
        proxy.close()
        with suppress(ConnectionResetError):
            while client.recv(100):
                pass
    assert proxy.thread_name not in {thread.name for thread in threading.enumerate()}


def test_proxy_survives_clients_that_hang_up(postgres: PostgresServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with closing(TlsProxy((postgres.host, postgres.plain_port), context)) as proxy:
        for sent in (b"", b"\0\0", _SSL_REQUEST, _SSL_REQUEST + b"garbage"):
            with socket.create_connection((postgres.host, proxy.port), timeout=30) as client:
                client.sendall(sent)
        arguments = postgres.libpq_kwargs(port=proxy.port, sslmode="disable")
        psycopg.connect(**arguments).close()
