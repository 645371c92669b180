"""The asyncio shell does as the synchronous one; see test_sync_link and test_link."""

from __future__ import annotations

import asyncio
import os
import threading
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.transport.memory import AsyncMemoryTransport
from rs_driver.domain.operations.transaction import rollback
from rs_driver.domain.wants import Blocking, Operation, Raised, UserCall
from rs_driver.shells.link import FAREWELL
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.query import Parse, Query, Terminate
from rs_driver_fakeserver import Auth, FakeServer, LateCancels
from support.leaks import holders
from support.policies import UNANSWERED
from support.shelled import LOGIN, AsyncShell, clocked, script
from support.states import connection_state
from support.transports import FLOOD, AsyncBreakingTransport, over
from support.uncollected import uncollected

LET_IN = AuthenticationOk().encode() + ReadyForQuery("I").encode()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


@pytest.fixture
def shell() -> Iterator[AsyncShell]:
    found = AsyncShell()
    yield found
    found.finish()


async def connected(server: FakeServer) -> rs_driver.AsyncConnection:
    return await rs_driver.AsyncConnection.connect(transport=server.memory(), **LOGIN)


@asynccontextmanager
async def connecting(server: FakeServer) -> AsyncIterator[rs_driver.AsyncConnection]:
    connection = await connected(server)
    try:
        yield connection
    finally:
        await connection.close()


def queries(server: FakeServer) -> list[str]:
    return [message.sql for message in server.log.frontend() if isinstance(message, Query)]


# -- the user's own code ------------------------------------------------------------------


def asking(call: Callable[[], Any]) -> Operation[Any]:
    """An operation that asks the user's code for something, and ends as that does."""
    given = yield UserCall(call)
    if isinstance(given, Raised):
        raise given.error
    return given


def blocking(call: Callable[[], Any]) -> Operation[Any]:
    return (yield Blocking(call))


mine = ZeroDivisionError("mine")


def fail() -> None:
    raise mine


async def fail_later() -> None:
    await asyncio.sleep(0)
    raise mine


class Promise:
    """Something to await that is no coroutine, given by a plain function."""

    def __await__(self) -> Iterator[None]:
        yield from asyncio.sleep(0).__await__()
        raise mine


async def thread_later() -> int:
    await asyncio.sleep(0)
    return threading.get_ident()


def test_what_the_users_code_gives(server: FakeServer) -> None:
    """In a thread beside the loop, as it may block, unless it is asynchronous."""
    here = threading.get_ident()

    async def run() -> None:
        async with connecting(server) as connection:
            assert await connection.run_operation(asking(threading.get_ident)) != here
            assert await connection.run_operation(blocking(threading.get_ident)) != here
            assert await connection.run_operation(asking(thread_later)) == here

    asyncio.run(run())


@pytest.mark.parametrize("call", [fail, fail_later, Promise])
def test_what_the_users_code_raises(server: FakeServer, call: Callable[[], Any]) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            with pytest.raises(ZeroDivisionError) as caught:
                await connection.run_operation(asking(call))
            assert caught.value is mine
            with pytest.raises(rs_driver.InterfaceError, match="ZeroDivisionError was raised"):
                await connection.run_operation(blocking(fail))  # a provider's, for example
            cursor = await connection.cursor().execute("select new")
            assert await cursor.fetchall() == [("new",)]

    asyncio.run(run())


def test_the_users_code_cannot_use_the_connection_meanwhile(server: FakeServer) -> None:
    """It would wait for itself."""

    async def run() -> None:
        async with connecting(server) as connection:
            with pytest.raises(rs_driver.InterfaceError, match="in the middle of an operation"):
                await connection.run_operation(asking(lambda: connection.run("select new")))
            assert await connection.run("select new") == (("new",),)
            await connection.run_operation(asking(connection.close))
            assert connection.closed

    asyncio.run(run())


class Slow:
    """What blocks until it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self) -> None:
        assert self.go_on.wait(60)


def test_a_deadline_ends_what_blocks(shell: AsyncShell) -> None:
    transport, clock = clocked(shell, LET_IN, piece=len(LET_IN))
    link = shell.log_in([transport], clock)
    slow = Slow()
    with pytest.raises(rs_driver.OperationalError, match="timed out"):
        shell.run(link.run(blocking(slow), clock.now + 0.01))
    slow.go_on.set()
    link.abandon()


def test_another_event_loop_is_refused(server: FakeServer) -> None:
    async def use() -> None:
        with pytest.raises(rs_driver.InterfaceError, match="another event loop"):
            await connection.commit()
        await connection.close()

    connection = asyncio.run(connected(server))
    asyncio.run(use())
    assert connection.closed
    assert Terminate() not in server.log.frontend()


class NeverFree:
    """A lock that another task holds until the farewell is over."""

    async def acquire(self) -> None:
        raise asyncio.TimeoutError


def test_closing_does_not_wait_for_another_task_for_ever(server: FakeServer) -> None:
    async def run() -> None:
        connection = await connected(server)
        link: Any = connection._link
        link._lock = NeverFree()
        await connection.close()
        assert connection.closed
        assert "closed during an operation" in str(connection.state.core.broken)
        link.abandon()

    asyncio.run(run())


def test_closing_a_broken_connection(server: FakeServer) -> None:
    async def run() -> None:
        connection = await connected(server)
        connection.state.core.fail(rs_driver.OperationalError("lost"))
        await connection.close()
        assert connection.closed

    asyncio.run(run())


async def broken_connector(_deadline: float | None) -> Any:
    raise ValueError("no such device")


async def refusing_connector(_deadline: float | None) -> Any:
    raise rs_driver.OperationalError("closed today")


async def empty_connector(_deadline: float | None) -> Any:
    return None


@pytest.mark.parametrize(
    ("connector", "error", "message"),
    [
        (broken_connector, rs_driver.InterfaceError, "ValueError was raised inside"),
        (refusing_connector, rs_driver.OperationalError, "^closed today$"),
        (empty_connector, rs_driver.InterfaceError, "NoneType, which is no transport"),
    ],
)
def test_a_connector_of_the_users_own_may_fail(
    connector: Any, error: type[rs_driver.Error], message: str
) -> None:
    with pytest.raises(error, match=message):
        asyncio.run(rs_driver.AsyncConnection.connect(transport=connector, **LOGIN))


# -- tasks and processes ------------------------------------------------------------------


class StuckTransport(AsyncBreakingTransport):
    """Waits for ever once ``stuck`` is set, or until ``go_on``."""

    stuck = False

    def go_on(self) -> None:
        self.stuck = False
        self.free.set()

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        if self.stuck:
            self.free = asyncio.Event()
            await self.free.wait()
        return await super().wait(read, write, deadline)


def test_tasks_take_turns(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:

            async def ask(sql: str) -> Any:
                cursor = await connection.cursor().execute(sql)
                return (await cursor.fetchall())[-1]

            answers = await asyncio.gather(*(ask(f"select {w}") for w in ("old", "new") * 10))
            assert answers == [(8, "old"), ("new",)] * 10

    asyncio.run(run())


def test_nobody_gets_a_turn_after_a_close_was_asked_for(server: FakeServer) -> None:
    """Neither who came before it and waits, nor who comes after it."""

    async def run() -> None:
        connection = await connected(server)

        async def ask(sql: str) -> Any:
            cursor = await connection.cursor().execute(sql)
            return await cursor.fetchall()

        tasks = [ask("select old"), ask("select new"), connection.close(), ask("select new")]
        found: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
        first, *others, done, last = found
        assert len(first) == 9
        assert done is None
        for late in (*others, last):
            assert isinstance(late, rs_driver.InterfaceError)
            assert str(late) == "the connection is closed"
        assert connection.closed
        assert not connection.broken

    asyncio.run(run())
    parsed = [message.sql for message in server.log.frontend() if isinstance(message, Parse)]
    assert parsed == ["BEGIN", "select old"]
    assert server.log.frontend()[-1] == Terminate()


def test_several_tasks_may_close(server: FakeServer) -> None:
    async def run() -> None:
        connection = await connected(server)
        work = connection.cursor().execute("select old")
        await asyncio.gather(work, *(connection.close() for _ in range(3)))
        assert connection.closed
        assert not connection.broken

    asyncio.run(run())
    assert [type(m) for m in server.log.frontend()].count(Terminate) == 1


def test_a_close_that_was_cancelled_while_it_waited_closes_nothing(server: FakeServer) -> None:
    async def run() -> None:
        transport = StuckTransport(AsyncMemoryTransport(server.memory().open_peer()))
        connection = await rs_driver.AsyncConnection.connect(transport=over(transport), **LOGIN)
        transport.stuck = True
        work = asyncio.ensure_future(connection.cursor().execute("select old"))
        closing = asyncio.ensure_future(connection.close())
        for _ in range(5):
            await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert not connection.closed
        transport.go_on()
        assert await (await work).fetchone() == (0, "old")
        assert await connection.run("select new") == (("new",),)
        await connection.close()

    asyncio.run(run())


def test_a_close_waits_for_others_no_longer_than_a_farewell(server: FakeServer) -> None:
    async def run() -> None:
        transport = StuckTransport(AsyncMemoryTransport(server.memory().open_peer()))
        connection = await rs_driver.AsyncConnection.connect(transport=over(transport), **LOGIN)
        transport.stuck = True
        work = asyncio.ensure_future(connection.cursor().execute("select old"))
        late = asyncio.ensure_future(connection.cursor().execute("select new"))
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        before = loop.time()
        await connection.close()
        assert FAREWELL - 0.1 < loop.time() - before < FAREWELL + 5
        assert connection.closed
        transport.go_on()
        with pytest.raises(rs_driver.OperationalError, match="closed during an operation"):
            await work
        with pytest.raises(rs_driver.InterfaceError, match="the connection is closed"):
            await late

    asyncio.run(run())


def test_where_nothing_can_be_cancelled_the_connection_breaks_and_the_next_is_told(
    server: FakeServer,
) -> None:
    async def run() -> None:
        transport = StuckTransport(AsyncMemoryTransport(server.memory().open_peer()))
        connection = await rs_driver.AsyncConnection.connect(
            transport=over(transport), cancel_timeout=0.05, **LOGIN
        )
        transport.stuck = True
        first = asyncio.ensure_future(connection.cursor().execute("select old"))
        second = asyncio.ensure_future(connection.cursor().execute("select new"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        with pytest.raises(rs_driver.OperationalError, match="CancelledError interrupted"):
            await second
        assert connection.broken
        await connection.close()

    asyncio.run(run())


def test_who_waits_for_a_turn_can_be_cancelled_without_harm(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            first = asyncio.ensure_future(connection.cursor().execute("select old"))
            second = asyncio.ensure_future(connection.cursor().execute("select new"))
            await asyncio.sleep(0)
            second.cancel()
            assert await (await first).fetchone() == (0, "old")
            with pytest.raises(asyncio.CancelledError):
                await second
            cursor = await connection.cursor().execute("select new")
            assert await cursor.fetchall() == [("new",)]

    asyncio.run(run())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_is_refused_and_writes_nothing() -> None:
    async def run(server: FakeServer) -> None:
        options: dict[str, Any] = server.connect_kwargs()
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            cursor = await connection.cursor().execute("select old")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: threads are running
                child = os.fork()
            if child == 0:
                os._exit(_use_in_child(connection, cursor))
            _, status = os.waitpid(child, 0)  # noqa: ASYNC222  (nothing else has to run)
            assert os.waitstatus_to_exitcode(status) == 0
            await cursor.execute("select new")
            assert await cursor.fetchall() == [("new",)]

    with FakeServer(policy=UNANSWERED) as server:
        script(server)
        asyncio.run(run(server))


def _use_in_child(connection: rs_driver.AsyncConnection, cursor: rs_driver.AsyncCursor[Any]) -> int:
    """Drive each coroutine by hand, as the loop belongs to the parent."""
    mistakes = 0
    try:
        for coroutine in (connection.commit(), cursor.execute("select new"), cursor.fetchall()):
            mistakes += not _refused(coroutine)
        try:
            connection.close().send(None)
            mistakes += 1
        except StopIteration:
            mistakes += not connection.closed
    except BaseException:  # noqa: BLE001  (the child must not return into pytest)
        return 99
    return mistakes


def _refused(coroutine: Coroutine[Any, Any, Any]) -> bool:
    try:
        coroutine.send(None)
    except rs_driver.InterfaceError as error:
        return "after a fork" in str(error)
    return False


# -- logging in ---------------------------------------------------------------------------


def test_once_more_without_redshifts_keys() -> None:
    async def run(server: FakeServer) -> None:
        async with connecting(server) as connection:
            assert connection.profile.kind == "postgres"

    with FakeServer(policy=UNANSWERED, server="postgres") as server:
        asyncio.run(run(server))
        assert server.log.connections == 2


def test_the_second_attempt_is_the_last(shell: AsyncShell) -> None:
    refusal = {"S": "FATAL", "C": "42704", "M": "unrecognized: client_protocol_version"}
    stream = ErrorResponse(refusal).encode()
    first, clock = clocked(shell, stream, piece=len(stream))
    second = shell.slow(clock, stream, piece=len(stream))
    with pytest.raises(rs_driver.ProgrammingError, match="logging in to database 'dev'"):
        shell.log_in([first, second], clock)
    assert first.closed
    assert second.closed


def test_the_password_is_not_kept() -> None:
    secret = "correct-horse-battery"

    async def run(server: FakeServer) -> None:
        options: dict[str, Any] = server.connect_kwargs()
        connection = await rs_driver.AsyncConnection.connect(**options)
        try:
            await connection.cursor().execute("show search_path")
            assert holders(connection, secret) == []
        finally:
            await connection.close()

    with FakeServer(policy=UNANSWERED, auth=Auth.scram({"alice": secret}), tls=True) as server:
        asyncio.run(run(server))


# -- deadlines ----------------------------------------------------------------------------


def test_connect_timeout_ends_a_trickle(shell: AsyncShell) -> None:
    transport, clock = clocked(shell, b"N" * 5000, pause=1.0)
    with pytest.raises(rs_driver.OperationalError, match="timed out during login"):
        shell.log_in([transport], clock, connect_timeout=4.5)
    assert clock.now == 1004.5
    assert transport.closed


def test_connect_timeout_ends_a_flood(shell: AsyncShell) -> None:
    transport, clock = clocked(shell, FLOOD, piece=len(FLOOD), pause=0.01, repeat=True)
    with pytest.raises(rs_driver.OperationalError, match="timed out during login"):
        shell.log_in([transport], clock, connect_timeout=2.0)
    assert clock.now == pytest.approx(1002.0, abs=0.02)
    assert transport.closed


def test_read_timeout_is_for_each_wait_and_breaks_the_connection(shell: AsyncShell) -> None:
    transport, clock = clocked(shell, LET_IN, pause=1.0)
    link = shell.log_in([transport], clock, read_timeout=1.5)
    assert clock.now == 1000.0 + len(LET_IN)
    link.core.transaction_status = "T"
    with pytest.raises(rs_driver.OperationalError, match="timed out") as caught:
        shell.run(link.run(rollback(connection_state(link.core))))
    assert clock.now == 1001.5 + len(LET_IN)
    assert link.core.broken is caught.value
    assert transport.closed
    shell.run(link.close())


def test_closing_takes_no_longer_than_a_farewell(shell: AsyncShell) -> None:
    """The server takes nothing any more; the connection is dropped."""
    transport, clock = clocked(shell, LET_IN, piece=len(LET_IN), pause=0.5)
    link = shell.log_in([transport], clock)
    transport.send = lambda _data: 0
    shell.run(link.close())
    assert clock.now == 1000.5 + FAREWELL
    assert transport.closed


# -- cancelling ---------------------------------------------------------------------------

SLOW = "select slow"


@asynccontextmanager
async def at_a_slow_server(**options: Any) -> AsyncIterator[rs_driver.AsyncConnection]:
    with FakeServer(policy=UNANSWERED) as server:
        script(server)
        server.when(SLOW).delays(60).returns({"a": "varchar"}, [("slow",)])
        connection = await rs_driver.AsyncConnection.connect(
            **server.connect_kwargs(), autocommit=True, **options
        )
        try:
            yield connection
        finally:
            await connection.close()


async def begun(connection: rs_driver.AsyncConnection) -> asyncio.Task[Any]:
    """A task that waits for the slow answer."""
    task = asyncio.create_task(connection.run(SLOW))
    await asyncio.sleep(0.2)
    return task


def test_another_task_cancels_what_runs() -> None:
    async def run() -> None:
        async with at_a_slow_server() as connection:
            task = await begun(connection)
            await connection.cancel()
            with pytest.raises(rs_driver.QueryCanceled, match="cancelled on user's request"):
                await task
            await connection.cancel()
            assert await connection.run("select new") == (("new",),)

    asyncio.run(run())


def test_a_cancelled_task_does_not_wait_and_the_next_does() -> None:
    async def run() -> None:
        async with at_a_slow_server() as connection:
            task = await begun(connection)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not connection.broken
            assert await connection.run("select new") == (("new",),)

    asyncio.run(run())


def test_closing_waits_for_what_is_being_cancelled() -> None:
    async def run() -> None:
        async with at_a_slow_server() as connection:
            task = await begun(connection)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await connection.close()
            assert connection.closed
            assert not connection.broken

    asyncio.run(run())


def test_a_statement_that_takes_too_long_is_cancelled() -> None:
    async def run() -> None:
        async with at_a_slow_server(statement_timeout=0.2) as connection:
            with pytest.raises(rs_driver.QueryCanceled, match="it was cancelled"):
                await connection.run(SLOW)
            cursor = connection.cursor()
            with pytest.raises(rs_driver.QueryCanceled, match="it was cancelled"):
                await cursor.execute(SLOW, timeout=0.1)
            assert await connection.run("select new") == (("new",),)

    asyncio.run(run())


def test_a_cursor_is_dropped_at_once_though_a_statement_of_it_has_timed_out() -> None:
    """In a cycle with the error it would live on, and its rows be in everybody's way."""

    async def run() -> None:
        async with at_a_slow_server() as connection:
            with uncollected():
                cursor = connection.cursor()
                with suppress(rs_driver.QueryCanceled):
                    await cursor.execute(SLOW, timeout=0.1)
                await cursor.execute("select new")
                dropped = weakref.ref(cursor)
                del cursor
                assert dropped() is None

    asyncio.run(run())


@pytest.mark.parametrize("patience", [0.05, None])
def test_nothing_begins_after_a_request_that_nobody_saw_arrive(patience: float | None) -> None:
    """Whether it has timed out, or whoever waited for it was cancelled."""

    async def run(server: FakeServer) -> None:
        connection = await rs_driver.AsyncConnection.connect(
            **server.connect_kwargs(), autocommit=True, cancel_timeout=0.1
        )
        cursor = await connection.cursor(stream=True).execute("select long")
        with pytest.raises((rs_driver.OperationalError, asyncio.TimeoutError)):
            await asyncio.wait_for(connection.cancel(), patience)
        assert len(await cursor.fetchall()) == 3000
        with pytest.raises(rs_driver.OperationalError, match="still be on its way") as caught:
            await connection.run("select new")
        assert caught.value.is_disconnect
        assert connection.broken

    with FakeServer(policy=UNANSWERED, late_cancels=LateCancels(hangs_up=False)) as server:
        script(server)
        server.when("select long").returns({"a": "varchar"}, [("x" * 1000,)] * 3000)
        asyncio.run(run(server))
