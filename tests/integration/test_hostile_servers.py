"""What a server, a signal handler or an argument may try, and what must come of it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver.adapters.transport.sockets import Address
from rs_driver.adapters.transport.tcp import connect_tcp
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.results import (
    BindComplete,
    DataRow,
    FieldDescription,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED

LET_IN = AuthenticationOk().encode() + ReadyForQuery("I").encode()
WHO: dict[str, Any] = {"user": "alice", "database": "dev"}


class Recited:
    """A server that answers each turn of the client with the next of some prepared bytes."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.closed = False

    def open_peer(self) -> Recited:
        return self

    def feed(self, data: bytes) -> bytes:
        return self._answers.pop(0) if data and self._answers else b""

    def eof(self) -> None:
        self.closed = True


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        found.when("select 1").returns({"n": "int4"}, [(1,)])
        yield found


# -- before TLS (CVE-2021-23222, CVE-2024-10977) ------------------------------------------


class Injector:
    """Says something before it was asked, then does TLS like an honest server."""

    def __init__(self, said: bytes, real: tuple[str, int]) -> None:
        self._said, self._real = said, real
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.spoken = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(self._real) as behind:
            client.sendall(self._said)
            self.spoken.set()
            back = threading.Thread(target=_relay, args=(behind, client))
            back.start()
            _relay(client, behind)
            back.join()

    def close(self) -> None:
        self._listener.close()
        self._thread.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two has hung up


@pytest.mark.parametrize(
    "said",
    [
        ParameterStatus("standard_conforming_strings", "off").encode(),
        ErrorResponse({"S": "FATAL", "C": "28000", "M": "send it to evil.example"}).encode(),
        b"S\0\0",
    ],
    ids=["parameter", "error", "part of a message"],
)
def test_nothing_said_before_tls_is_believed(said: bytes) -> None:
    # The server that nobody should have answered for hears a client that did not wait for it.
    with FakeServer(tls=True, policy={**UNANSWERED, "violation": "ignore"}) as real:
        options = real.connect_kwargs()
        injector = Injector(said, (real.host, real.port))
        tls = TlsOptions("verify-full", options["sslrootcert"])

        def late(deadline: float | None) -> Any:
            transport = connect_tcp(Address("127.0.0.1", injector.port), deadline, tls=tls)
            injector.spoken.wait()
            transport.wait(True, False, deadline)
            return transport

        options = {**options, "transport": late, "connect_timeout": 10}
        with pytest.raises(rs_driver.OperationalError) as caught:
            rs_driver.connect(**options)
        injector.close()
    assert "evil" not in str(caught.value)
    assert "TLS" in str(caught.value)


# -- last words, and too few rows ---------------------------------------------------------


def test_a_fatal_error_is_the_end_even_if_the_server_does_not_hang_up() -> None:
    fatal = ErrorResponse({"S": "FATAL", "C": "57P01", "M": "shutting down"}).encode()
    with rs_driver.connect(transport=Recited(LET_IN, fatal), autocommit=True, **WHO) as connection:
        with pytest.raises(rs_driver.OperationalError, match="shutting down") as caught:
            connection.cursor().execute("vacuum")
        assert caught.value.is_disconnect
        assert connection.broken
        connection.close()


def test_a_result_cannot_end_before_its_end() -> None:
    told = ParseComplete(), ParameterDescription(()), RowDescription((FieldDescription("n"),))
    rows = *told, BindComplete(), DataRow((b"1",)), PortalSuspended(), ReadyForQuery("I")
    answer = b"".join(message.encode() for message in rows)
    peer = Recited(LET_IN, answer)
    with rs_driver.connect(
        transport=peer, autocommit=True, result_format="text", **WHO
    ) as connection:
        with pytest.raises(rs_driver.RemoteProtocolError, match="'s' message"):
            connection.cursor().execute("select n from t")
        connection.close()


# -- the same thread, the other thread, the child -----------------------------------------


def test_a_signal_handler_cannot_use_the_connection_in_mid_operation(server: FakeServer) -> None:
    """Its statement would otherwise come between the two flights of the one beneath it."""
    refused: list[rs_driver.Error] = []

    class Waiting(MemoryTransport):
        """Rings the alarm at every wait."""

        def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
            if armed:
                signal.raise_signal(signal.SIGALRM)
            return super().wait(read, write, deadline)

    def handler(number: int, frame: FrameType | None) -> None:
        with pytest.raises(rs_driver.InterfaceError, match="in the middle") as caught:
            connection.cursor().execute("select 'side'")
        refused.append(caught.value)

    armed: list[bool] = []
    opener = server.memory()
    connection = rs_driver.connect(transport=lambda _: Waiting(opener.open_peer()), **WHO)
    cursor = connection.cursor()
    before = signal.signal(signal.SIGALRM, handler)
    try:
        armed.append(True)
        cursor.execute("select 1")
        assert cursor.fetchall() == [(1,)]
        assert len(refused) == 2  # one for each flight
        armed.clear()
        cursor.execute("select 1")
        assert cursor.fetchall() == [(1,)]
    finally:
        signal.signal(signal.SIGALRM, before)
        connection.close()


def test_closing_from_within_an_operation_ends_it(server: FakeServer) -> None:
    class Closing(MemoryTransport):
        """Closes the connection while it waits."""

        def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
            for connection in armed:
                connection.close()
            return super().wait(read, write, deadline)

    armed: list[rs_driver.Connection] = []
    opener = server.memory()
    connection = rs_driver.connect(transport=lambda _: Closing(opener.open_peer()), **WHO)
    armed.append(connection)
    with pytest.raises(rs_driver.Error, match="closed during an operation"):
        connection.cursor().execute("select 1")
    assert connection.closed
    with pytest.raises(rs_driver.InterfaceError, match="closed"):
        connection.cursor()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_is_refused_though_its_parent_was_in_mid_operation(server: FakeServer) -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Held(MemoryTransport):
        def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
            if armed:
                entered.set()
                go_on.wait()
            return super().wait(read, write, deadline)

    armed: list[bool] = []
    opener = server.memory()
    connection = rs_driver.connect(transport=lambda _: Held(opener.open_peer()), **WHO)
    cursor = connection.cursor()
    armed.append(True)
    worker = threading.Thread(target=cursor.execute, args=("select 1",))
    worker.start()
    entered.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # a child that hangs dies of it
        try:
            connection.cursor()
        except rs_driver.InterfaceError:
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    go_on.set()
    worker.join()
    assert os.waitstatus_to_exitcode(status) == 0
    assert cursor.fetchall() == [(1,)]
    armed.clear()
    connection.close()


def test_another_event_loop_is_refused(server: FakeServer) -> None:
    async def connect() -> rs_driver.AsyncConnection:
        return await rs_driver.AsyncConnection.connect(transport=server.memory(), **WHO)

    async def ask() -> None:
        with pytest.raises(rs_driver.InterfaceError, match="another event loop"):
            await connection.cursor().execute("select 1")
        await connection.close()

    connection = asyncio.run(connect())
    asyncio.run(ask())
    assert connection.closed


# -- what users pass in -------------------------------------------------------------------


class Odd(str):
    """A str that compares, hashes and encodes as it likes."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise OSError("compared")

    def encode(self, *args: Any) -> bytes:
        raise OSError("encoded")


class OddSequence(list[Any]):
    """Arguments whose length cannot be had."""

    def __len__(self) -> int:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "use",
    [
        lambda cursor: cursor.executemany("select %s", None),
        lambda cursor: cursor.executemany("select %s", 5),
        lambda cursor: cursor.execute(None),
        lambda cursor: cursor.execute(b"select 1"),
        lambda cursor: cursor.execute("select %s", OddSequence([1])),
        lambda cursor: cursor.execute("create table t\0 (n int)"),
        lambda cursor: cursor.execute("select '\ud800'"),
        lambda _: rs_driver.Cursor(None),  # type: ignore[arg-type]
    ],
)
def test_odd_arguments_are_errors_of_ours_and_harm_nothing(
    server: FakeServer, use: Callable[[Any], object]
) -> None:
    with rs_driver.connect(transport=server.memory(), **WHO) as connection:
        cursor = connection.cursor()
        with pytest.raises(rs_driver.Error):
            use(cursor)
        assert not connection.in_transaction
        cursor.execute(Odd("select 1"))
        assert cursor.fetchall() == [(1,)]
        cursor.execute("select 1")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("size", ["1", 1.5, -1])
def test_odd_numbers_of_rows(server: FakeServer, size: Any) -> None:
    with rs_driver.connect(transport=server.memory(), **WHO) as connection:
        cursor = connection.cursor()
        cursor.execute("select 1")
        with pytest.raises(rs_driver.ProgrammingError):
            cursor.fetchmany(size)
        assert cursor.fetchmany(10**30) == [(1,)]


def test_what_the_users_own_iterator_raises_is_the_users_own(server: FakeServer) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise KeyError("mine")

    with rs_driver.connect(transport=server.memory(), **WHO) as connection:
        with pytest.raises(KeyError, match="mine"):
            connection.cursor().executemany("insert into t values (%s)", rows())
        assert not connection.broken


class NoCredentials:
    def get(self) -> Any:
        return ("alice", "secret")


class SlowCredentials:
    def get(self) -> Credentials:
        time.sleep(5)
        return Credentials("alice")


@pytest.mark.parametrize(
    "options",
    [
        {"credentials_provider": NoCredentials()},
        {"authenticators": [5]},
        {"transport": lambda _deadline: None},
        {"transport": lambda: None},
        {"transport": 5},
    ],
)
def test_odd_adapters_are_errors_of_ours(server: FakeServer, options: dict[str, Any]) -> None:
    with pytest.raises(rs_driver.Error):
        rs_driver.connect(**{"transport": server.memory(), **WHO, **options})


def test_a_slow_provider_does_not_hold_up_asyncio(server: FakeServer) -> None:
    async def connect() -> None:
        with pytest.raises(rs_driver.OperationalError, match="timed out"):
            await rs_driver.AsyncConnection.connect(
                transport=server.memory(),
                credentials_provider=SlowCredentials(),
                connect_timeout=0.05,
                database="dev",
            )

    asyncio.run(connect())


# -- what the user knows better -----------------------------------------------------------


@pytest.mark.parametrize(("escapes", "count"), [(False, 1), (True, 0)])
def test_how_literals_end_can_be_overridden(escapes: bool, count: int) -> None:
    r"""``'\'`` is a whole literal, or the beginning of one that swallows the placeholder."""
    with FakeServer(policy=UNANSWERED) as server:
        server.when(r"select '\', $1 --'").returns({"a": "varchar"}, [("x",)])
        with rs_driver.connect(
            transport=server.memory(), profile={"backslash_escapes": escapes}, **WHO
        ) as connection:
            cursor = connection.cursor()
            if count:
                cursor.execute(r"select '\', %s --'", ("a",))
                assert cursor.fetchall() == [("x",)]
            else:
                with pytest.raises(rs_driver.ProgrammingError, match="0 arguments"):
                    cursor.execute(r"select '\', %s --'", ("a",))


def test_state_after_the_end(server: FakeServer) -> None:
    server.when("vacuum; select 1").returns({"n": "int4"}, [(1,)])
    connection = rs_driver.connect(transport=server.memory(), **WHO)
    with pytest.raises(rs_driver.InterfaceError, match="True or False"):
        connection.autocommit = "no"  # type: ignore[assignment]
    cursor = connection.cursor()
    cursor.execute("select 1")
    before = connection.in_transaction
    connection.close()
    assert (before, connection.in_transaction) == (True, False)
    for use in (cursor.nextset, cursor.fetchall, lambda: setattr(connection, "autocommit", True)):
        with pytest.raises(rs_driver.InterfaceError, match="closed"):
            use()


def test_leaving_a_broken_connection_with_nothing_to_commit_is_no_error() -> None:
    fatal = ErrorResponse({"S": "FATAL", "C": "57P01", "M": "shutting down"}).encode()
    peer = Recited(LET_IN, fatal)
    with (
        rs_driver.connect(transport=peer, autocommit=True, **WHO) as connection,
        pytest.raises(rs_driver.OperationalError, match="shutting down"),
    ):
        connection.cursor().execute("vacuum")


def test_an_unsafe_transport_is_not_trusted_with_a_password(server: FakeServer) -> None:
    peer = server.memory().open_peer()
    with pytest.raises(rs_driver.OperationalError, match="TLS"):
        rs_driver.connect(
            transport=lambda _deadline: MemoryTransport(peer, Channel(peer="plain")),
            password="secret",
            **WHO,
        )
