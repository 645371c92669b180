"""What threads, deadlines and the user's own code do to the link. See test_link."""

from __future__ import annotations

import inspect
import os
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver.domain.operations.transaction import rollback
from rs_driver.domain.wants import Blocking, Operation, Raised, UserCall
from rs_driver.ports.transport import Transport
from rs_driver.shells import sync_link
from rs_driver.shells.link import FAREWELL
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver import Auth, FakeServer, LateCancels
from support.leaks import holders
from support.policies import UNANSWERED
from support.shelled import LOGIN, SyncShell, clocked, script
from support.states import connection_state
from support.transports import FLOOD, BreakingTransport
from support.uncollected import uncollected

LET_IN = AuthenticationOk().encode() + ReadyForQuery("I").encode()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


@pytest.fixture
def connection(server: FakeServer) -> Iterator[rs_driver.Connection]:
    found = rs_driver.connect(transport=server.memory(), **LOGIN)
    yield found
    found.close()


def queries(server: FakeServer) -> list[str]:
    return [message.sql for message in server.log.frontend() if isinstance(message, Query)]


# -- the user's own code ------------------------------------------------------------------


def asking(call: Callable[[], Any]) -> Operation[Any]:
    """An operation that asks the user's code for something, and ends as that does."""
    given = yield UserCall(call)
    if isinstance(given, Raised):
        raise given.error
    return given


def test_what_the_users_code_gives_and_raises(connection: rs_driver.Connection) -> None:
    mine = ZeroDivisionError("mine")

    def fail() -> None:
        raise mine

    assert connection.run_operation(asking(lambda: 5)) == 5
    with pytest.raises(ZeroDivisionError) as caught:
        connection.run_operation(asking(fail))
    assert caught.value is mine
    assert not connection.closed
    with pytest.raises(rs_driver.InterfaceError, match="ZeroDivisionError was raised inside"):
        connection.run_operation(failing(mine))  # it is not the user's this time


def failing(error: Exception) -> Operation[None]:
    yield Blocking(lambda: None)
    raise error


class Promise:
    """Something to await that is no coroutine."""

    def __await__(self) -> Iterator[None]:
        return iter(())


async def coroutine() -> int:
    return 5


@pytest.mark.parametrize("call", [Promise, coroutine])
def test_what_would_have_to_be_awaited(
    connection: rs_driver.Connection, call: Callable[[], Any]
) -> None:
    with pytest.raises(rs_driver.InterfaceError, match="needs an AsyncConnection"):
        connection.run_operation(asking(call))


def test_the_users_code_cannot_use_the_connection_meanwhile(
    connection: rs_driver.Connection,
) -> None:
    with pytest.raises(rs_driver.InterfaceError, match="in the middle of an operation"):
        connection.run_operation(asking(lambda: connection.run("select new")))
    assert connection.run("select new") == (("new",),)


def test_what_an_interrupted_operation_left_behind_is_no_operation(
    connection: rs_driver.Connection,
) -> None:
    def frame() -> Any:
        return inspect.currentframe()

    link = connection._link
    link._frame = frame()
    assert not link._in_operation()
    assert connection.run("select new") == (("new",),)


def test_the_users_code_may_close_the_connection(connection: rs_driver.Connection) -> None:
    connection.run_operation(asking(connection.close))
    assert connection.closed
    connection.close()


class NeverFree:
    """A lock that another thread holds."""

    def acquire(self, timeout: float) -> bool:
        assert timeout in (FAREWELL, 0.05)
        return False


def test_closing_does_not_wait_for_another_thread_for_ever(
    connection: rs_driver.Connection,
) -> None:
    link: Any = connection._link
    link._lock = NeverFree()
    connection.close()
    assert connection.closed
    assert "closed during an operation" in str(connection.state.core.broken)
    link.abandon()


def broken_connector(_deadline: float | None) -> Any:
    raise ValueError("no such device")


def refusing_connector(_deadline: float | None) -> Any:
    raise rs_driver.OperationalError("closed today")


@pytest.mark.parametrize(
    ("connector", "error", "message"),
    [
        (broken_connector, rs_driver.InterfaceError, "ValueError was raised inside"),
        (refusing_connector, rs_driver.OperationalError, "^closed today$"),
        (lambda _deadline: None, rs_driver.InterfaceError, "NoneType, which is no transport"),
    ],
)
def test_a_connector_of_the_users_own_may_fail(
    connector: Any, error: type[rs_driver.Error], message: str
) -> None:
    with pytest.raises(error, match=message):
        rs_driver.connect(transport=connector, **LOGIN)


# -- threads and processes ----------------------------------------------------------------


class GatedTransport(BreakingTransport):
    """Waits for ``gate`` before it waits for bytes, and tells when it does."""

    def __init__(self, inner: Transport) -> None:
        super().__init__(inner)
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        self.waiting.set()
        assert self.gate.wait(30)
        return super().wait(read, write, deadline)


def test_a_second_thread_waits_its_turn(server: FakeServer) -> None:
    transport = GatedTransport(MemoryTransport(server.memory().open_peer()))
    answers: dict[str, Any] = {}

    def ask(sql: str, started: threading.Event) -> None:
        started.set()
        try:
            answers[sql] = shared.cursor().execute(sql).fetchall()[-1]
        except Exception as error:  # noqa: BLE001  (told in the main thread)
            answers[sql] = error

    with rs_driver.connect(transport=lambda _deadline: transport, **LOGIN) as shared:
        transport.gate.clear()
        transport.waiting.clear()
        begun = [threading.Event(), threading.Event()]
        first = threading.Thread(target=ask, args=("select old", begun[0]))
        first.start()
        assert transport.waiting.wait(30)
        sent = len(server.log.frontend())
        second = threading.Thread(target=ask, args=("select new", begun[1]))
        second.start()
        assert begun[1].wait(30)
        second.join(0.05)  # time enough to do harm
        assert second.is_alive()
        assert len(server.log.frontend()) == sent
        transport.gate.set()
        first.join(30)
        second.join(30)
    assert answers == {"select old": (8, "old"), "select new": ("new",)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("tls", [False, True])
def test_a_forked_child_is_refused_and_writes_nothing(tls: bool) -> None:
    with FakeServer(policy=UNANSWERED, tls=tls) as server:
        script(server)
        options: dict[str, Any] = server.connect_kwargs()
        with rs_driver.connect(**options) as connection:
            cursor = connection.cursor()
            cursor.execute("select old")
            heard = server.log.sends
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: threads are running
                child = os.fork()
            if child == 0:
                os._exit(_use_in_child(connection, cursor))
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
            assert server.log.sends == heard
            assert cursor.execute("select new").fetchall() == [("new",)]


def _use_in_child(connection: rs_driver.Connection, cursor: rs_driver.Cursor[Any]) -> int:
    """Try everything; the number of what was not refused."""
    tries = (
        connection.cursor,
        connection.commit,
        connection.rollback,
        cursor.fetchall,
        lambda: cursor.execute("select new"),
    )
    mistakes = 0
    try:
        for use in tries:
            mistakes += not _refused(use)
        connection.close()
        connection.close()
        mistakes += not connection.closed
    except BaseException:  # noqa: BLE001  (the child must not return into pytest)
        return 99
    return mistakes


def _refused(use: Callable[[], object]) -> bool:
    try:
        use()
    except rs_driver.InterfaceError as error:
        return "after a fork" in str(error)
    return False


# -- logging in ---------------------------------------------------------------------------


def test_once_more_without_redshifts_keys() -> None:
    with FakeServer(policy=UNANSWERED, server="postgres") as server:
        with rs_driver.connect(transport=server.memory(), **LOGIN) as connection:
            assert connection.profile.kind == "postgres"
        startups = [m for m in server.log.frontend() if isinstance(m, StartupMessage)]
    assert len(startups) == server.log.connections == 2
    first, second = (dict(message.parameters) for message in startups)
    assert first.keys() - second.keys() == {
        "client_protocol_version",
        "driver_version",
        "os_version",
    }


def test_server_postgres_leaves_redshifts_keys_out_at_once() -> None:
    with FakeServer(policy=UNANSWERED, server="postgres") as server:
        rs_driver.connect(transport=server.memory(), server="postgres", **LOGIN).close()
        assert server.log.connections == 1


class Refusing:
    """Refuses every login with the same error; counts how many there were."""

    def __init__(self, sqlstate: str, message: str) -> None:
        self._answer = ErrorResponse({"S": "FATAL", "C": sqlstate, "M": message}).encode()
        self.logins = 0
        self.hung_up = 0
        self.closed = False

    def open_peer(self) -> Refusing:
        self.logins += 1
        self.closed = False
        return self

    def feed(self, data: bytes) -> bytes:
        self.closed = bool(data)
        return self._answer if data else b""

    def eof(self) -> None:
        self.hung_up += 1


@pytest.mark.parametrize(
    ("server", "sqlstate", "message", "logins"),
    [
        ("auto", "42704", 'unrecognized parameter "client_protocol_version"', 2),
        ("auto", "42704", 'unrecognized parameter "extra_float_digits"', 1),
        ("auto", "28000", 'no "client_protocol_version" for you', 1),
        ("redshift", "42704", 'unrecognized parameter "client_protocol_version"', 1),
        ("postgres", "42704", 'unrecognized parameter "client_protocol_version"', 1),
    ],
)
def test_a_login_is_tried_again_once_at_most(
    server: Any, sqlstate: str, message: str, logins: int
) -> None:
    peer = Refusing(sqlstate, message)
    with pytest.raises(rs_driver.DatabaseError) as caught:
        rs_driver.connect(transport=peer, server=server, **LOGIN)
    assert message in str(caught.value)
    assert "logging in to database 'dev'" in str(caught.value)
    assert peer.logins == peer.hung_up == logins


def test_session_settings_are_applied() -> None:
    with FakeServer(policy=UNANSWERED) as server:
        server.when("SELECT set_config($1, $2, false)").returns({"v": "varchar"}, [("x",)])
        settings = {"search_path": "it's", "query_group": "g"}
        rs_driver.connect(transport=server.memory(), session_settings=settings, **LOGIN).close()
        bound = [m.parameters for m in server.log.frontend() if hasattr(m, "parameters")]
    assert bound[1:] == [(b"search_path", b"it's"), (b"query_group", b"g")]


def test_the_password_is_not_kept() -> None:
    secret = "correct-horse-battery"
    with FakeServer(policy=UNANSWERED, auth=Auth.cleartext({"alice": secret}), tls=True) as server:
        connection = rs_driver.connect(**server.connect_kwargs())
        try:
            connection.cursor().execute("show search_path")
            assert holders(connection, secret) == []
            assert secret not in repr(connection) + repr(vars(connection))
        finally:
            connection.close()


def test_what_the_search_for_the_password_finds() -> None:
    class Keeper:
        def __init__(self) -> None:
            self.nested = [{"deep": (bytearray(b"xx correct-horse xx"),)}]
            self.closure = lambda: secret

    secret = "correct-horse"
    assert len(holders(Keeper(), secret)) == 2


# -- deadlines ----------------------------------------------------------------------------


def test_connect_timeout_ends_a_trickle() -> None:
    transport, clock = clocked(SyncShell(), b"N" * 5000, pause=1.0)
    shell = SyncShell()
    with pytest.raises(rs_driver.Error) as caught:
        shell.log_in([transport], clock, connect_timeout=4.5)
    assert "timed out during login while waiting for slow.example:5439" in str(caught.value)
    assert caught.value.is_disconnect
    assert clock.now == 1004.5
    assert transport.closed


def test_connect_timeout_ends_a_flood() -> None:
    shell = SyncShell()
    transport, clock = clocked(shell, FLOOD, piece=len(FLOOD), pause=0.01, repeat=True)
    with pytest.raises(rs_driver.OperationalError, match="timed out during login"):
        shell.log_in([transport], clock, connect_timeout=2.0)
    assert clock.now == pytest.approx(1002.0, abs=0.02)
    assert transport.closed


def test_connect_timeout_is_for_both_attempts_together() -> None:
    shell = SyncShell()
    refusal = {"S": "FATAL", "C": "42704", "M": "unrecognized: client_protocol_version"}
    stream = ErrorResponse(refusal).encode()
    first, clock = clocked(shell, stream, piece=len(stream), pause=3.0)
    second = shell.slow(clock, b"", pause=1.0)
    with pytest.raises(rs_driver.OperationalError, match="timed out during login"):
        shell.log_in([first, second], clock, connect_timeout=5.0)
    assert clock.now == 1005.0
    assert first.closed
    assert second.closed


def test_read_timeout_is_for_each_wait() -> None:
    shell = SyncShell()
    transport, clock = clocked(shell, LET_IN, pause=1.0)
    link = shell.log_in([transport], clock, read_timeout=1.5)
    assert clock.now == 1000.0 + len(LET_IN)
    link.abandon()


def test_read_timeout_breaks_the_connection() -> None:
    shell = SyncShell()
    transport, clock = clocked(shell, LET_IN, piece=len(LET_IN), pause=1.0)
    link = shell.log_in([transport], clock, read_timeout=1.5)
    with pytest.raises(rs_driver.OperationalError, match="timed out") as caught:
        link.run(rollback(connection_state(_in_transaction(link))))
    assert caught.value.is_disconnect
    assert clock.now == 1002.5
    assert link.core.broken is caught.value
    assert transport.closed
    link.close()


def _in_transaction(link: sync_link.SyncLink) -> Any:
    link.core.transaction_status = "T"
    return link.core


def test_closing_takes_no_longer_than_a_farewell() -> None:
    """The server takes nothing any more; the connection is dropped."""
    shell = SyncShell()
    transport, clock = clocked(shell, LET_IN, piece=len(LET_IN), pause=0.5)
    link = shell.log_in([transport], clock)
    transport.send = lambda _data: 0
    link.close()
    assert clock.now == 1000.5 + FAREWELL
    assert transport.closed


# -- cancelling ---------------------------------------------------------------------------

SLOW = "select slow"


@pytest.fixture
def slow() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        found.when(SLOW).delays(60).returns({"a": "varchar"}, [("slow",)])
        yield found


def test_another_thread_cancels_what_runs(slow: FakeServer) -> None:
    with rs_driver.connect(**slow.connect_kwargs(), autocommit=True) as connection:
        threading.Timer(0.2, connection.cancel).start()
        with pytest.raises(rs_driver.QueryCanceled, match="cancelled on user's request"):
            connection.run(SLOW)
        assert connection.run("select new") == (("new",),)
    connection.close()
    with pytest.raises(rs_driver.InterfaceError, match="closed"):
        connection.cancel()


def test_a_statement_that_takes_too_long_is_cancelled(slow: FakeServer) -> None:
    with rs_driver.connect(**slow.connect_kwargs(), autocommit=True) as connection:
        cursor = connection.cursor()
        with pytest.raises(rs_driver.QueryCanceled, match=r"timed out during .*: it was cancelled"):
            cursor.execute(SLOW, timeout=0.2)
        assert cursor.execute("select new").fetchall() == [("new",)]
        connection.statement_timeout = 0.2
        with pytest.raises(rs_driver.QueryCanceled):
            connection.run(SLOW)
        assert connection.run("select new") == (("new",),)
        with pytest.raises(rs_driver.InterfaceError, match="in seconds, not str"):
            cursor.execute(SLOW, timeout="1")  # type: ignore[arg-type]
        for bad in (-1, float("nan"), float("inf")):
            with pytest.raises(rs_driver.InterfaceError, match=r"0 .none. or more seconds"):
                connection.statement_timeout = bad


def test_who_connects_to_postgresql_is_not_held_by_the_refused_attempt() -> None:
    class Local:
        """Of the function that connects."""

    def connect(server: FakeServer) -> tuple[rs_driver.Connection, weakref.ref[Local]]:
        local = Local()
        return rs_driver.connect(transport=server.memory(), **LOGIN), weakref.ref(local)

    with FakeServer(server="postgres") as server, uncollected():
        connection, local = connect(server)
        assert local() is None
        connection.close()


def test_a_cursor_is_dropped_at_once_though_a_statement_of_it_has_timed_out(
    slow: FakeServer,
) -> None:
    """In a cycle with the error it would live on, and its rows be in everybody's way."""
    with rs_driver.connect(transport=slow.memory(), **LOGIN) as connection, uncollected():
        cursor = connection.cursor()
        with suppress(rs_driver.QueryCanceled):
            cursor.execute(SLOW, timeout=1)
        connection.rollback()
        cursor.execute("select new")
        dropped = weakref.ref(cursor)
        del cursor
        assert dropped() is None


def test_without_a_key_nothing_can_be_cancelled() -> None:
    with FakeServer(policy=UNANSWERED, cancel_key=False) as server:
        server.when(SLOW).delays(60).completes()
        connection = rs_driver.connect(**server.connect_kwargs(), autocommit=True)
        with pytest.raises(rs_driver.NotSupportedError, match="pg_cancel_backend"):
            connection.cancel()
        with pytest.raises(rs_driver.OperationalError, match="timed out") as caught:
            connection.cursor().execute(SLOW, timeout=0.1)
        assert caught.value.is_disconnect
        assert connection.broken


class OneTransport:
    """A connector that opens one transport, and then fails with ``error``."""

    def __init__(self, server: FakeServer, error: BaseException) -> None:
        self._left = [MemoryTransport(server.memory().open_peer())]
        self._error = error

    def __call__(self, _deadline: float | None) -> MemoryTransport:
        if not self._left:
            raise self._error
        return self._left.pop()


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (rs_driver.OperationalError("nobody listens"), KeyboardInterrupt),
        (ValueError("a connector's own"), KeyboardInterrupt),
        (SystemExit(), SystemExit),
    ],
)
def test_where_the_request_fails_the_connection_is_closed(
    error: BaseException, left: type[BaseException], server: FakeServer
) -> None:
    """A second interrupt comes in the place of the first."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    connector = OneTransport(server, error)
    connection = rs_driver.connect(transport=connector, autocommit=True, **LOGIN)

    def operation() -> Operation[None]:
        connection.state.core.begin("it", Query("select old"))
        yield UserCall(interrupt)

    with pytest.raises(left):
        connection.run_operation(operation())
    assert connection.broken
    connection.close()


def test_nothing_begins_before_a_request_has_arrived(server: FakeServer) -> None:
    connection = rs_driver.connect(
        transport=server.memory(), autocommit=True, cancel_timeout=0.05, **LOGIN
    )
    link: Any = connection._link
    connection.cancel()
    assert link._doubtful
    assert connection.run("select new") == (("new",),)
    assert not link._doubtful
    connection.cancel()
    link._cancelling = NeverFree()
    with pytest.raises(rs_driver.OperationalError, match="still be on its way") as caught:
        connection.run("select new")
    assert caught.value.is_disconnect
    assert connection.broken
    with pytest.raises(rs_driver.OperationalError, match="another cancel request"):
        connection.cancel()
    connection.close()


def test_nothing_begins_after_a_request_that_nobody_saw_arrive() -> None:
    with FakeServer(policy=UNANSWERED, late_cancels=LateCancels(hangs_up=False)) as server:
        script(server)
        server.when("select long").returns({"a": "varchar"}, [("x" * 1000,)] * 3000)
        connection = rs_driver.connect(transport=server.memory(), autocommit=True, **LOGIN)
        cursor = connection.cursor(stream=True).execute("select long")
        with pytest.raises(rs_driver.OperationalError, match="timed out"):
            connection.cancel()
        assert len(cursor.fetchall()) == 3000
        with pytest.raises(rs_driver.OperationalError, match="still be on its way") as caught:
            connection.run("select new")
        assert caught.value.is_disconnect
        assert connection.broken


def test_another_way_has_failed_if_the_server_says_so(server: FakeServer) -> None:
    server.when(SLOW).delays(0.5).completes()
    connection = rs_driver.connect(**server.connect_kwargs(), autocommit=True)
    link = connection._link

    def refused() -> None:
        raise rs_driver.ProgrammingError("permission denied")

    def lost() -> None:
        error = rs_driver.OperationalError("lost")
        error.is_disconnect = True
        raise error

    link.core.busy = "a query"
    with pytest.raises(rs_driver.ProgrammingError):
        link.cancel(refused)
    assert link._astray == 0
    with pytest.raises(rs_driver.OperationalError):
        link.cancel(lost)
    assert link._astray == 1
    link.core.busy = None
    with pytest.raises(rs_driver.OperationalError, match="still be on its way"):
        connection.run("select new")
