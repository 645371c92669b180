"""Hostile, broken and hasty clients: nothing hangs, grows, or is left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.query import Parse, Query, Sync, Terminate
from rs_driver.wire.startup import CancelRequest, SSLRequest
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.protocol.session import MOST_KEPT
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.rules.calls import Call
from rs_driver_fakeserver.server import FakeServer
from support import hostile
from support.hostile import CHUNK, PATIENCE, READY, STARTUP, TlsClient, connect, log_in, read_all
from support.wire_client import MemoryClient, SocketClient, connected, names, rows, sqlstate

SELECT, SLOW, MUCH = Query("select 1").encode(), Query("slow").encode(), Query("much").encode()
LOGIN: dict[str, Any] = {"user": "alice", "database": "dev"}


def scripted(server: FakeServer) -> FakeServer:
    server.when("select 1").returns(["a"], [(1,)])
    server.when("slow").delays(600).returns(["a"], [(1,)])
    server.when("much").returns(["s"], [("x" * 10_000,)] * 5000)
    return server


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with scripted(FakeServer(policy="ignore")) as made:
        yield made


def works(server: FakeServer) -> bool:
    """Whether a client that behaves is served."""
    with connect(server) as sock:
        client = SocketClient(sock)
        client.start("alice", "dev")
        return rows(client.say(Query("select 1"))) == [(b"1",)]


def deserted(server: FakeServer) -> bool:
    """Whether, before long, no client has anything of the server's any more."""
    return hostile.settles(lambda: not server._tcp or not server._tcp._connections)


def psycopg_connection(server: FakeServer) -> Any:  # of a package that may not be there
    where = server.connect_kwargs()
    where["dbname"] = where.pop("database")
    return pytest.importorskip("psycopg").connect(**where)


class TestClientsThatBreakOff:
    def test_a_reset_at_any_point_leaves_nothing(self, server: FakeServer) -> None:
        flight = STARTUP + Parse("", "select 1", ()).encode() + SELECT + SLOW
        assert works(server)
        assert deserted(server)
        before = hostile.descriptors()
        for cut in range(0, len(flight) + 1, 3):
            sock = connect(server)
            sock.sendall(flight[:cut])
            if cut >= len(STARTUP):
                hostile.read_to(sock, READY)
            hostile.reset(sock)
        assert deserted(server)
        assert server._instance.sessions.open == ()
        assert hostile.settles(lambda: hostile.descriptors() == before)

    def test_a_reset_with_answers_that_nobody_asked_for_yet(self, server: FakeServer) -> None:
        sock = log_in(server)
        sock.sendall(Parse("", "select 1", ()).encode())
        assert hostile.settles(lambda: server.log.parses == 1)
        hostile.reset(sock)  # while ParseComplete waits for a Sync
        assert deserted(server)

    def test_a_reset_at_any_point_of_tls(self) -> None:
        with scripted(FakeServer(policy="ignore", tls=True)) as server:
            for size in (0, 1, 5, 6, 100, CHUNK):
                client = TlsClient(server)
                client.sock.sendall(client.hello()[:size])
                hostile.reset(client.sock)
            for size in (0, 1, 5, 20, CHUNK):
                client = TlsClient(server)
                client.shake()
                client.sock.sendall(client.record(STARTUP)[:size])
                hostile.reset(client.sock)
            assert deserted(server)
            assert server._instance.sessions.open == ()

    def test_plain_text_where_tls_was_agreed_upon(self) -> None:
        with scripted(FakeServer(policy={"violation": "ignore"}, tls=True)) as server:
            with connect(server) as sock:
                sock.sendall(SSLRequest().encode())
                assert sock.recv(1) == b"S"
                sock.sendall(STARTUP)
                assert read_all(sock) == b""
            assert deserted(server)
            assert "goes on in plain text" in server.problems[0].text
            assert not list(server.logins)

    def test_a_thousand_come_and_go(self, server: FakeServer) -> None:
        assert works(server)
        assert deserted(server)
        before = hostile.descriptors()
        for number in range(1000):
            sock = connect(server)
            (hostile.reset if number % 2 else socket.socket.close)(sock)
        assert deserted(server)
        assert works(server)
        assert deserted(server)
        assert hostile.descriptors() == before

    def test_more_than_there_is_room_for(self) -> None:
        outcomes: list[str] = []

        def come() -> None:
            for _ in range(20):
                with connect(small) as sock:
                    answer = SocketClient(sock).say(STARTUP)
                    outcomes.append(names(answer)[-1])
                    if outcomes[-1] == "ErrorResponse":
                        assert sqlstate(answer) == "53300"

        with scripted(FakeServer(policy="ignore", max_connections=3)) as small:
            clients = [threading.Thread(target=come) for _ in range(8)]
            for client in clients:
                client.start()
            for client in clients:
                client.join(PATIENCE)
            assert len(outcomes) == 160
            assert set(outcomes) <= {"ReadyForQuery", "ErrorResponse"}
            assert deserted(small)
            assert works(small)

    def test_cancel_requests_with_wrong_keys(self, server: FakeServer) -> None:
        with log_in(server) as sock:
            sock.sendall(SLOW)
            (session,) = server._instance.sessions.open
            assert hostile.settles(lambda: session.pause is not None)
            for key in range(300):
                with connect(server) as other:
                    other.sendall(CancelRequest(1 + key % 3, key).encode())
                    assert read_all(other) == b""
            assert session.pause is not None
            assert not session.cancelled
            assert server._instance.sessions.open == (session,)


class TestClientsThatAreSlow:
    @pytest.mark.parametrize("sent", [b"", STARTUP[:3], STARTUP[:-1], STARTUP, STARTUP + b"p\0\0"])
    def test_a_login_that_stops_anywhere(self, sent: bytes) -> None:
        options: dict[str, Any] = {"login_timeout": 0.1, "auth": Auth.cleartext({"alice": "x"})}
        with FakeServer(policy="ignore", **options) as server, connect(server) as sock:
            sock.sendall(sent)
            assert len(read_all(sock)) < 20
            assert deserted(server)

    @pytest.mark.parametrize("size", [0, 3, 100, CHUNK])
    def test_a_handshake_that_stops_anywhere(self, size: int) -> None:
        with FakeServer(policy="ignore", tls=True, login_timeout=0.1) as server:
            client = TlsClient(server)
            with client.sock:
                client.sock.sendall(client.hello()[:size])
                read_all(client.sock)
            assert deserted(server)

    def test_a_hello_that_trickles(self) -> None:
        answer = TlsAnswer.stall_handshake()
        with FakeServer(policy="ignore", tls=True, tls_answer=answer, login_timeout=0.2) as server:
            client = TlsClient(server)
            with client.sock, contextlib.suppress(ConnectionError):
                for byte in client.hello()[:100] * 10:
                    client.sock.sendall(bytes([byte]))
                    threading.Event().wait(0.01)
                    if not server._instance.sessions.open:
                        break
            assert deserted(server)

    def test_a_part_of_a_record_delays_nobody(self) -> None:
        with FakeServer(policy="ignore", tls=True) as server:
            server.when("soon").delays(0.05).returns(["a"], [(1,)])
            client = TlsClient(server)
            with client.sock:
                client.shake()
                client.sock.sendall(client.record(STARTUP))
                client.read_to(READY)
                client.sock.sendall(client.record(Query("soon").encode()))
                record = client.record(Sync().encode())
                client.sock.sendall(record[:9])
                assert client.read_to(READY)  # although the next record has begun
                client.sock.sendall(record[9:])
                assert client.read_to(READY) == READY

    def test_stalled_connections_end_with_their_clients(self) -> None:
        stall = faults.Stall("DataRow")
        with scripted(FakeServer(policy="ignore", faults=[stall], max_connections=5)) as server:
            for _ in range(20):  # each would keep its place for good
                sock = log_in(server)
                sock.sendall(SELECT + Terminate().encode())
                assert sock.recv(1) == b"T"
                sock.close()
                assert deserted(server)


class TestClientsThatFlood:
    def test_a_pause_is_no_store(self, server: FakeServer) -> None:
        sock = log_in(server)
        sock.sendall(SLOW)
        (session,) = server._instance.sessions.open
        assert hostile.settles(lambda: session.pause is not None)
        most = 100 * MOST_KEPT  # far more than the system takes by itself
        assert hostile.fill(sock, Query(f"--{'x' * 60_000}").encode(), most) < most
        assert len(session._buffer) <= MOST_KEPT + CHUNK
        assert session.full
        hostile.reset(sock)
        assert deserted(server)  # although the pause has hours to go

    def test_what_waited_is_answered_after_the_pause(self, server: FakeServer) -> None:
        server.when("soon").delays(0.3).completes("SELECT")
        count = 3 * MOST_KEPT // 60_000
        with log_in(server) as sock:
            flood = Query("soon").encode() + Query(f"--{'x' * 60_000}").encode() * count
            sender = threading.Thread(target=sock.sendall, args=(flood,))
            sender.start()
            answer = b""
            while answer.count(READY) < count + 1:
                answer += sock.recv(CHUNK)
            sender.join(PATIENCE)
            assert answer.count(b"I\0\0\0\4Z") == count  # EmptyQueryResponse

    def test_nor_in_memory(self, server: FakeServer) -> None:
        client = connected(server)
        client.say(Query("slow"))
        for _ in range(40):
            client.peer.feed(Query(f"--{'x' * 60_000}").encode())
        (session,) = server._instance.sessions.open
        assert len(session._buffer) < 2 * MOST_KEPT
        assert server.clock.monotonic() == 600.0  # who writes has to wait, as on a socket

    def test_pushes_for_a_client_that_does_not_read(self, server: FakeServer) -> None:
        with connect(server) as sock:  # nor even logs in
            assert hostile.settles(lambda: len(server._instance.sessions.open) == 1)
            for _ in range(11_000):
                server.notify("news")
            (session,) = server._instance.sessions.open
            assert len(session._client.pushed) == 10_000
            assert [problem.kind for problem in server.problems] == ["internal"]
            sock.sendall(STARTUP)
            assert hostile.read_to(sock, READY).count(b"news") == 10_000

    def test_prepared_statements_without_end(self, server: FakeServer) -> None:
        client = connected(server)
        parses = [Parse(f"s{number}", "select 1", ()) for number in range(10_001)]
        answer = client.say(*parses, Sync())
        assert names(answer).count("ParseComplete") == 10_000
        assert sqlstate(answer) == "53200"

    def test_messages_with_lengths_that_never_come(self, server: FakeServer) -> None:
        for head in (
            b"Q\x07\xff\xff\xff",
            b"Q\x7f\xff\xff\xff",
            b"Q\xff\xff\xff\xff",
            b"B\0\0\0\3",
        ):
            with log_in(server) as sock:
                (session,) = server._instance.sessions.open
                sock.sendall(head + b"x" * 100)
                hostile.settles(lambda session=session: session.closed or len(session._buffer) > 99)  # type: ignore[misc]  # the default binds it
                assert len(session._buffer._data) < CHUNK
            assert deserted(server)


def _idle(server: FakeServer, sock: socket.socket) -> None:
    del server, sock


def _half_a_startup(server: FakeServer, sock: socket.socket) -> None:
    del server
    sock.sendall(STARTUP[:9])


def _asked_for_tls(server: FakeServer, sock: socket.socket) -> None:
    del server
    sock.sendall(SSLRequest().encode())
    assert sock.recv(1) == b"S"
    sock.sendall(b"\x16\3\1")


def _in_a_pause(server: FakeServer, sock: socket.socket) -> None:
    del server
    sock.sendall(STARTUP + SLOW)
    hostile.read_to(sock, READY)


def _not_reading(server: FakeServer, sock: socket.socket) -> None:
    del server
    sock.sendall(STARTUP + MUCH)
    assert sock.recv(1)


def _flooding(server: FakeServer, sock: socket.socket) -> None:
    def flood() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock.sendall(Sync().encode() * 10_000)

    sock.sendall(STARTUP)
    threading.Thread(target=flood, daemon=True).start()
    assert hostile.settles(lambda: len(server.log.entries) > 100)


STATES = [_idle, _half_a_startup, _asked_for_tls, _in_a_pause, _not_reading, _flooding]
FAULTS = [
    faults.Stall(faults.phase("startup")),
    faults.Stall("DataRow"),
    faults.Delay(600, "DataRow"),
    faults.Delay(1e9, faults.byte(0)),
    faults.SlowRead(bytes=1, seconds=600),
    faults.HalfClose("DataRow"),
]


class TestClosing:
    @pytest.mark.parametrize("state", STATES)
    def test_while_a_client(self, state: Callable[[FakeServer, socket.socket], None]) -> None:
        before = hostile.descriptors()
        server = scripted(FakeServer(policy="ignore", tls=True, login_timeout=600))
        port = server.port
        with connect(server) as sock:
            state(server, sock)
            assert hostile.ends(server.close)
            assert hostile.threads() == 0
            with contextlib.suppress(ConnectionError):
                read_all(sock)
        with socket.create_server(("127.0.0.1", port)):
            pass
        assert hostile.descriptors() == before

    @pytest.mark.parametrize("fault", FAULTS, ids=repr)
    def test_while_a_fault_happens(self, fault: faults.Fault) -> None:
        server = scripted(FakeServer(policy="ignore", faults=[fault], login_timeout=600))
        with connect(server) as sock:
            sock.sendall(STARTUP + SELECT)
            assert hostile.settles(lambda: bool(server.log.entries))
            assert hostile.ends(server.close)
            assert hostile.threads() == 0

    def test_while_a_handshake_stalls(self) -> None:
        answer = TlsAnswer.stall_handshake()
        server = FakeServer(policy="ignore", tls=True, tls_answer=answer, login_timeout=600)
        client = TlsClient(server)
        with client.sock:
            client.sock.sendall(client.hello())
            assert client.sock.recv(1)
            assert hostile.ends(server.close)
            assert hostile.threads() == 0

    def test_from_several_threads_at_once(self) -> None:
        server = scripted(FakeServer(policy="ignore"))
        port = server.port
        socks = [log_in(server) for _ in range(10)]
        for sock in socks:
            sock.sendall(SLOW)
        left: list[int] = []

        def close() -> None:
            server.close()
            left.append(hostile.threads())
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                left.append(1)

        closers = [threading.Thread(target=close) for _ in range(4)]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join(PATIENCE)
        for sock in socks:
            sock.close()
        assert left == [0, 0, 0, 0]

    @pytest.mark.parametrize("method", [FakeServer.close, FakeServer.hang_up])
    def test_by_a_rule(self, method: Callable[[FakeServer], None]) -> None:
        server = scripted(FakeServer(policy={"leaked": "ignore"}))
        server.when("end it").answers(lambda _: method(server))
        with log_in(server) as sock, log_in(server) as other:
            sock.sendall(Query("end it").encode())
            assert read_all(sock) == read_all(other) == b""
        assert hostile.ends(server.close)
        assert hostile.threads() == 0
        assert server.problems == ()

    def test_after_an_exception(self) -> None:
        with pytest.raises(KeyError, match="first") as caught, FakeServer() as server:
            sock = log_in(server)
            sock.sendall(Query("nobody knows this").encode())
            hostile.read_to(sock, READY)
            raise KeyError("first")
        sock.close()
        assert hostile.threads() == 0
        if sys.version_info >= (3, 11):
            assert "nobody knows this" in "".join(caught.value.__notes__)

    def test_hanging_up_while_clients_come(self, server: FakeServer) -> None:
        over = threading.Event()

        def come() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError, EOFError):
                    log_in(server).close()

        client = threading.Thread(target=come)
        assert server.port
        client.start()
        for _ in range(50):
            server.hang_up()
        over.set()
        client.join(PATIENCE)
        assert works(server)
        assert deserted(server)

    def test_connections_in_memory_end_too(self) -> None:
        for end in (FakeServer.hang_up, FakeServer.close):
            server = scripted(FakeServer(policy={"leaked": "ignore"}))
            connection = rs_driver.connect(transport=server.memory(), **LOGIN, autocommit=True)
            end(server)
            server.policy["leaked"] = "fail"
            with pytest.raises(rs_driver.OperationalError, match="closed the connection"):
                connection.cursor().execute("select 1")
            connection.close()
            server.verify(patience=0)  # it is not the client who left it open
            server.close()

    def test_use_after_close(self) -> None:
        server = FakeServer()
        opener = server.memory()
        server.close()
        for use in (server.memory, server.connect_kwargs, lambda: server.port):
            with pytest.raises(RuntimeError, match="the fake server is closed"):
                use()
        with pytest.raises(RuntimeError, match="the fake server is closed"):
            opener.open_peer()
        server.hang_up()
        server.verify()


class TestRaces:
    @pytest.mark.parametrize("client", ["rs_driver", "memory", "psycopg"])
    def test_who_has_just_closed_has_not_leaked(self, client: str) -> None:
        with scripted(FakeServer()) as server:
            make: dict[str, Callable[[], Any]] = {
                "rs_driver": lambda: rs_driver.connect(**server.connect_kwargs()),
                "memory": lambda: rs_driver.connect(transport=server.memory(), **LOGIN),
                "psycopg": lambda: psycopg_connection(server),
            }
            for _ in range(100):
                connection = make[client]()
                connection.cursor().execute("select 1")
                connection.close()
                server.verify(patience=PATIENCE)

    def test_who_says_something_and_goes_is_heard(self) -> None:
        for _ in range(50):
            with FakeServer() as server:
                with connect(server) as sock:
                    sock.sendall(STARTUP + Query("nobody knows").encode() + Terminate().encode())
                with pytest.raises(AssertionError, match="nobody knows"):
                    server.verify()
                server.reset()

    @pytest.mark.parametrize("tls", [False, True])
    def test_who_does_not_read_the_answers_is_heard_to_the_end(self, *, tls: bool) -> None:
        with scripted(FakeServer(tls=tls)) as server:
            for _ in range(10):
                connection = psycopg_connection(server)
                next(connection.cursor().stream("much"))
                connection.close()
            server.verify(patience=PATIENCE)

    def test_nor_who_has_said_everything_in_advance(self) -> None:
        with scripted(FakeServer()) as server:
            with connect(server) as sock:
                sock.sendall(STARTUP + MUCH + SELECT + Terminate().encode())
                assert sock.recv(1)
            server.verify(patience=PATIENCE)

    def test_reset_with_connections_open(self) -> None:
        with scripted(FakeServer(policy={"leaked": "ignore", "farewell": "ignore"})) as server:
            with log_in(server) as sock:
                server.reset()
                sock.sendall(SELECT)
                assert b"no rule" in hostile.read_to(sock, READY)
                server.reset()
                scripted(server)
                sock.sendall(SELECT)
                assert hostile.read_to(sock, READY)[:1] == b"T"
            assert deserted(server)

    def test_a_connection_that_is_garbage_at_a_bad_moment(self, server: FakeServer) -> None:
        def leave() -> None:
            peer = server.memory().open_peer()
            client = MemoryClient(peer)
            client.start()
            server._instance.sessions.remove(peer._session)  # as after a fault
            client.cycle = client  # type: ignore[attr-defined]  # garbage for the collector

        def collect() -> None:
            gc.disable()
            try:
                for holder in (server.log, server.logins, server._instance.backends):
                    leave()
                    with holder._lock:
                        gc.collect()
            finally:
                gc.enable()

        assert hostile.ends(collect)


class TestFunctionsOfRules:
    def test_may_use_the_server_and_other_connections(self, server: FakeServer) -> None:
        seen: list[object] = []
        with (
            rs_driver.connect(transport=server.memory(), **LOGIN) as near,
            rs_driver.connect(**server.connect_kwargs()) as far,
            log_in(server) as sock,
        ):

            def answer(call: Call) -> list[tuple[int]]:
                seen.extend(conn.cursor().execute("select 1").fetchall() for conn in (near, far))
                server.when("new").completes()
                server.notify("news")
                seen.append(bool(server.report() and call.sql))
                return [(5,)]

            server.when("outer").answers(answer, columns={"a": "int4"})
            for client in (connected(server), SocketClient(sock)):
                answers: list[object] = []
                assert hostile.ends(lambda c=client, a=answers: a.extend(c.say(Query("outer"))))  # type: ignore[misc]  # the defaults bind them
                assert rows(answers) == [(b"5",)]
        assert seen == [[(1,)], [(1,)], True] * 2

    def test_on_the_same_connection_do_not_hang(self) -> None:
        with scripted(FakeServer(policy="ignore")) as server:
            client = connected(server)
            server.when("outer").answers(lambda _: str(client.peer.feed(SELECT)))
            assert hostile.ends(lambda: client.peer.feed(Query("outer").encode()))
            assert "internal" in [problem.kind for problem in server.problems]

    def test_that_raise_what_is_no_exception(self) -> None:
        def answer(_: Call) -> None:
            pytest.fail("seen by the rule")

        server = FakeServer()
        server.when("fail").answers(answer)
        with log_in(server) as sock:
            sock.sendall(Query("fail").encode())
            assert read_all(sock) == b""
        assert deserted(server)
        assert [problem.kind for problem in server.problems] == ["internal"]
        with pytest.raises(AssertionError, match="seen by the rule"):
            server.verify()
        server.close()


class TestListening:
    @pytest.mark.parametrize("tls", [False, True])
    def test_ipv6(self, tls: bool) -> None:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("no IPv6 here")
        with scripted(FakeServer(host="::1", tls=tls)) as server:
            where = server.connect_kwargs()
            assert where["host"] == "::1"
            with rs_driver.connect(**where) as connection:
                assert connection.cursor().execute("select 1").fetchall() == [(1,)]

    def test_beyond_loopback_only_when_asked_for(self) -> None:
        with pytest.raises(ValueError, match="host= is an address"):
            FakeServer(host="")
        with FakeServer() as server:
            assert server.port
            assert server._tcp is not None
            assert server._tcp._listener.getsockname()[0] == "127.0.0.1"


EXHAUSTED = """
import os, resource, socket, time
from rs_driver_fakeserver import FakeServer
from support.hostile import descriptors, log_in
with FakeServer(policy="ignore") as server:
    port, (soft, hard) = server.port, resource.getrlimit(resource.RLIMIT_NOFILE)
    for spare in range(2, 8):
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors() + spare, hard))
        socks = []
        try:
            while True:
                socks.append(socket.create_connection(("127.0.0.1", port)))
                time.sleep(0.01)
        except OSError:
            time.sleep(0.03)
        for sock in socks:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    log_in(server).close()
print("served")
"""

FORKED = """
import os, socket, sys
from rs_driver.wire.query import Query
from rs_driver_fakeserver import FakeServer
from support.hostile import READY, log_in, read_to
with FakeServer(policy="ignore", tls=True) as server:
    server.when("select 1").returns(["a"], [(1,)])
    root = server.connect_kwargs()["sslrootcert"]
    sock = log_in(server)
    if not (child := os.fork()):
        log_in(server)  # the parent's
        server.hang_up()
        server.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert os.path.exists(root)
    for each in (sock, log_in(server)):
        each.sendall(Query("select 1").encode())
        assert read_to(each, READY)[:1] == b"T"
    come, go = os.pipe()
    if not (child := os.fork()):
        os.close(go)
        os.read(come, 1)  # lives as long as the parent does
        os._exit(0)
    port = server.port
try:
    socket.create_connection(("127.0.0.1", port))
except ConnectionRefusedError:
    print("refused")
"""


@pytest.mark.parametrize(("script", "said"), [(EXHAUSTED, "served"), (FORKED, "refused")])
def test_in_a_process_of_its_own(script: str, said: str) -> None:
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("for POSIX")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, said, "")
