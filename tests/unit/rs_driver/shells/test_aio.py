"""The asyncio shell does as the synchronous one; see test_sync and test_link."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

import rs_driver
from rs_driver.adapters.transport.memory import AsyncMemoryTransport
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query, Terminate
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED
from support.shelled import LOGIN, AsyncShell, script
from support.transports import AsyncBreakingTransport, over

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


# -- statements and rows ------------------------------------------------------------------


def test_execute_and_fetch(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            cursor = connection.cursor()
            assert await cursor.execute("select old") is cursor
            assert cursor.connection is connection
            assert await cursor.fetchone() == (0, "old")
            assert await cursor.fetchmany() == [(1, "old")]
            cursor.arraysize = 2
            assert await cursor.fetchmany() == [(2, "old"), (3, "old")]
            assert await cursor.fetchmany(1) == [(4, "old")]
            assert [row async for row in cursor] == [(n, "old") for n in range(5, 9)]
            assert await cursor.fetchone() is None
            assert await cursor.fetchall() == []

    asyncio.run(run())


def test_executemany_and_nextset(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            async with connection.cursor() as cursor:
                await cursor.executemany("insert into t values (%s)", [(1,), (2,)])
                assert cursor.rowcount == 2
                await cursor.execute("select old; select new")
                assert await cursor.nextset()
                assert await cursor.fetchall() == [("new",)]
                assert await cursor.nextset() is None
            with pytest.raises(rs_driver.InterfaceError, match="cursor is closed"):
                await cursor.fetchall()

    asyncio.run(run())


def test_a_failed_execute_leaves_no_rows_of_the_one_before(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            cursor = connection.cursor()
            await cursor.execute("select old")
            with pytest.raises(rs_driver.InternalError, match="no rule matches"):
                await cursor.execute("select bad")
            with pytest.raises(rs_driver.ProgrammingError, match="no result set"):
                await cursor.fetchall()

    asyncio.run(run())


# -- transactions and the end -------------------------------------------------------------


def test_commit_and_rollback(server: FakeServer) -> None:
    async def run() -> None:
        async with connecting(server) as connection:
            await connection.commit()
            await connection.rollback()
            for end in (connection.commit, connection.rollback):
                await connection.cursor().execute("select old")
                assert connection.in_transaction
                await end()
                assert not connection.in_transaction

    asyncio.run(run())
    assert queries(server) == ["COMMIT", "ROLLBACK"]


def test_context_manager(server: FakeServer) -> None:
    async def run() -> None:
        async with await connected(server) as connection:
            await connection.cursor().execute("select old")
        assert connection.closed
        with pytest.raises(ZeroDivisionError):
            async with await connected(server) as connection:
                await connection.cursor().execute("select old")
                raise ZeroDivisionError
        assert connection.closed
        async with await connected(server) as connection:
            await connection.close()

    asyncio.run(run())
    assert queries(server) == ["COMMIT", "ROLLBACK"]


def test_context_manager_does_not_take_a_lost_transaction_for_a_commit(server: FakeServer) -> None:
    async def run() -> None:
        transport = AsyncBreakingTransport(AsyncMemoryTransport(server.memory().open_peer()))
        with pytest.raises(rs_driver.OperationalError, match="broken") as caught:
            async with await rs_driver.AsyncConnection.connect(
                transport=over(transport), **LOGIN
            ) as connection:
                await connection.cursor().execute("select old")
                transport.broken = True
                with pytest.raises(rs_driver.OperationalError):
                    await connection.cursor().execute("select old")
        assert caught.value.is_disconnect
        assert connection.closed

    asyncio.run(run())


def test_close_twice(server: FakeServer) -> None:
    async def run() -> None:
        connection = await connected(server)
        await connection.close()
        await connection.close()
        assert connection.closed
        assert not connection.broken
        with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
            connection.cursor()
        with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
            await connection.commit()

    asyncio.run(run())
    assert [type(m) for m in server.log.frontend()].count(Terminate) == 1


def test_a_forgotten_connection_warns_and_writes_nothing(server: FakeServer) -> None:
    async def run() -> None:
        connection = await connected(server)
        before = len(server.log.frontend())
        with pytest.warns(ResourceWarning, match="was not closed"):  # noqa: PT031  (del warns)
            del connection
            gc.collect()
        assert len(server.log.frontend()) == before

    asyncio.run(run())
