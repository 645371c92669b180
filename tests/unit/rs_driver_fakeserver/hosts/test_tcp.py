"""The host with clients that behave badly; those that behave are in the integration tests."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.startup import BackendKeyData, CancelRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import BackendReader, SocketClient, error, names, rows, sqlstate

STARTUP = StartupMessage((("user", "alice"), ("database", "dev"))).encode()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select 1").returns(["a"], [(1,)])
        yield made


def connect(server: FakeServer) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=30)


def works(server: FakeServer) -> bool:
    """Whether a client that behaves is served."""
    with connect(server) as sock:
        client = SocketClient(sock)
        client.start("alice", "dev")
        found = rows(client.say(Query("select 1"))) == [(b"1",)]
        sock.sendall(Terminate().encode())
        return found and sock.recv(1) == b""


def read_all(sock: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(65536):
            data += piece
    return data


def threads() -> int:
    return sum("rs_driver_fakeserver" in thread.name for thread in threading.enumerate())


def test_it_listens_on_loopback_only(server: FakeServer) -> None:
    assert server.host == "127.0.0.1"
    assert works(server)


def test_an_error_arrives_although_more_was_sent(server: FakeServer) -> None:
    server.when("die").raises("57P01", "shutting down", severity="FATAL")
    for _ in range(20):
        with connect(server) as sock:
            sock.sendall(STARTUP + Query("die").encode() + bytes(500_000))
            data = b""
            while piece := sock.recv(65536):  # up to a proper end, not a reset
                data += piece
            assert b"57P01" in data


def test_close_leaves_nothing_behind() -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    clients = []
    with FakeServer(policy="ignore", tls=True, login_timeout=600) as server:
        port = server.port
        for data in (b"", STARTUP[:5], STARTUP, SSLRequest().encode(), os.urandom(50)):
            sock = connect(server)
            sock.sendall(data)
            clients.append(sock)
    assert threads() == 0
    for sock in clients:
        read_all(sock)
        sock.close()
    with socket.create_server(("127.0.0.1", port)):
        pass
    if descriptors.exists():
        assert len(list(descriptors.iterdir())) == before


def test_a_client_that_does_not_read_cannot_keep_the_server_open() -> None:
    with FakeServer(policy="ignore", login_timeout=600) as server:
        server.when("select much").returns(["s"], [("x" * 10_000,)] * 5000)
        sock = connect(server)
        sock.sendall(STARTUP + Query("select much").encode())
        assert sock.recv(1)
    sock.close()
    assert threads() == 0


def test_a_client_that_resets(server: FakeServer) -> None:
    for data in (b"", STARTUP[:7], STARTUP, STARTUP + Query("select 1").encode()):
        sock = connect(server)
        sock.sendall(data)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert works(server)


def test_a_client_that_half_closes(server: FakeServer) -> None:
    with connect(server) as sock:
        sock.sendall(STARTUP + Query("select 1").encode())
        sock.shutdown(socket.SHUT_WR)
        assert read_all(sock).endswith(b"Z\0\0\0\5I")
    assert works(server)


def test_random_bytes(server: FakeServer) -> None:
    for _ in range(50):
        with connect(server) as sock:
            with contextlib.suppress(OSError):
                sock.sendall(secrets.token_bytes(secrets.randbelow(200)))
                sock.shutdown(socket.SHUT_WR)
            read_all(sock)
    assert works(server)


def test_random_bytes_after_the_login(server: FakeServer) -> None:
    for _ in range(50):
        with connect(server) as sock:
            with contextlib.suppress(OSError):
                sock.sendall(STARTUP + b"PBDECHSQ"[secrets.randbelow(8) :][:1])
                sock.sendall(secrets.token_bytes(secrets.randbelow(200)))
                sock.shutdown(socket.SHUT_WR)
            assert read_all(sock)
    assert works(server)


def test_garbage_instead_of_a_tls_handshake() -> None:
    with FakeServer(policy="ignore", tls=True) as server:
        server.when("select 1").returns(["a"], [(1,)])
        with connect(server) as sock:
            sock.sendall(SSLRequest().encode())
            assert sock.recv(1) == b"S"
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n" * 5)
            read_all(sock)
        assert works(server)


def test_a_login_that_takes_too_long() -> None:
    with FakeServer(
        policy="ignore", login_timeout=0.05, auth=Auth.cleartext({"alice": "x"})
    ) as server:
        for data in (b"", STARTUP[:5], STARTUP, SSLRequest().encode()):
            with connect(server) as sock:
                sock.sendall(data)
                assert len(read_all(sock)) < 20


def test_a_login_that_trickles_takes_too_long_too() -> None:
    with FakeServer(policy="ignore", login_timeout=0.1) as server, connect(server) as sock:
        gone = threading.Event()
        with contextlib.suppress(OSError):
            for byte in STARTUP * 100:
                sock.sendall(bytes([byte]))
                gone.wait(0.02)
        assert not read_all(sock).endswith(b"Z\0\0\0\5I")


def test_there_is_no_deadline_after_the_login() -> None:
    with FakeServer(policy="ignore", login_timeout=0.05) as server, connect(server) as sock:
        server.when("select 1").returns(["a"], [(1,)])
        client = SocketClient(sock)
        client.start("alice", "dev")
        threading.Event().wait(0.1)
        assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_nor_for_the_answer_to_what_came_with_the_startup() -> None:
    with FakeServer(policy="ignore", login_timeout=0.2) as server, connect(server) as sock:
        server.when("select much").returns(["s"], [("x" * 10_000,)] * 2000)
        sock.sendall(STARTUP + Query("select much").encode() + Terminate().encode())
        threading.Event().wait(0.4)
        assert read_all(sock).endswith(b"Z\0\0\0\5I")


def test_too_many_clients() -> None:
    with FakeServer(policy="ignore", max_connections=2) as server:
        server.when("select 1").returns(["a"], [(1,)])
        kept = [connect(server) for _ in range(2)]
        for sock in kept:
            SocketClient(sock).start("alice", "dev")
        with connect(server) as sock:
            answer = SocketClient(sock).say(b"")
            assert names(answer) == ["ErrorResponse"]
            assert sqlstate(answer) == "53300"
        for sock in kept:
            sock.sendall(Terminate().encode())
            read_all(sock)
            sock.close()
        while True:  # until the threads have noticed
            with connect(server) as sock:
                if names(SocketClient(sock).say(STARTUP))[-1] == "ReadyForQuery":
                    break


def test_a_fatal_error_arrives_over_tls() -> None:
    with FakeServer(policy="ignore", tls=True, databases=["dev"]) as server:
        root = str(server.connect_kwargs()["sslrootcert"])
        context = ssl.create_default_context(cafile=root)
        with connect(server) as plain:
            plain.sendall(SSLRequest().encode())
            assert plain.recv(1) == b"S"
            with context.wrap_socket(plain, server_hostname="localhost") as sock:
                client = SocketClient(sock)
                assert sqlstate(client.start("alice", "prod")) == "3D000"
                assert sock.recv(1) == b""  # a proper end, not a truncated one


def test_a_cancel_request_over_tcp(server: FakeServer) -> None:
    with connect(server) as sock:
        sock.sendall(CancelRequest(1, 1).encode())
        assert read_all(sock) == b""
    assert works(server)


LONG = "select count(*) from range(10000000) a, range(100000) b where a.range <> b.range"


def begin_long(server: FakeServer, sock: socket.socket) -> tuple[int, int]:
    """Start a statement that takes for ever; the process ID and the key to cancel it by."""
    keys = [m for m in SocketClient(sock).start("alice", "dev") if isinstance(m, BackendKeyData)]
    sock.sendall(Query(LONG).encode())
    while not any(isinstance(message, Query) for message in server.log.frontend()):
        threading.Event().wait(0.01)
    return keys[0].process_id, keys[0].secret_key


@pytest.mark.engine
def test_close_ends_a_statement_of_the_engine() -> None:
    pytest.importorskip("duckdb")
    server = FakeServer(policy="ignore", engine="duckdb")
    with connect(server) as sock:
        begin_long(server, sock)
        closing = threading.Thread(target=server.close, daemon=True)
        closing.start()
        closing.join(60)
        assert not closing.is_alive()
        read_all(sock)
    assert threads() == 0


@pytest.mark.engine
def test_a_cancel_request_ends_a_statement_of_the_engine() -> None:
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", engine="duckdb") as server, connect(server) as sock:
        process_id, key = begin_long(server, sock)
        sock.settimeout(0.1)
        data = b""
        for _ in range(600):  # the first may come before the engine has begun
            with connect(server) as other:
                other.sendall(CancelRequest(process_id, key).encode())
                read_all(other)
            with contextlib.suppress(TimeoutError):
                while not data.endswith(b"Z\0\0\0\5I"):
                    data += sock.recv(65536)
                break
        messages = BackendReader().read(data)
        # The columns are told before the first row is looked for, as on a real server.
        assert names(messages) == ["RowDescription", "ErrorResponse", "ReadyForQuery"]
        assert sqlstate(messages) == "57014"
        assert error(messages)["M"] == "Query cancelled on user's request"
        sock.settimeout(30)
        assert rows(SocketClient(sock).say(Query("select 1"))) == [(b"1",)]
