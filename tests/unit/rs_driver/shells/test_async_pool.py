"""The pool of tasks, over the fake server. What they share is in ``test_pool``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.domain.pool import PoolLimits
from rs_driver.shells.async_pool import AsyncPool
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import Drop, before
from support.policies import UNANSWERED
from support.shelled import LOGIN
from support.transports import ManualClock

Lent = AsyncPool[rs_driver.AsyncConnection]

INSERT = "insert into t values (1)"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        found.when("select 1").returns({"n": "int4"}, [(1,)])
        found.when(INSERT).completes("INSERT 0 1")
        yield found


class Opener:
    """Opens connections over the fake server, and keeps them in mind."""

    def __init__(self, server: FakeServer, **options: Any) -> None:
        self.opened: list[rs_driver.AsyncConnection] = []
        self.refusals = 0
        self._server = server
        self._options = options

    async def __call__(self) -> rs_driver.AsyncConnection:
        await asyncio.sleep(0)
        if self.refusals:
            self.refusals -= 1
            raise rs_driver.OperationalError("nobody is there")
        options = {**LOGIN, **self._options, "transport": self._server.memory()}
        self.opened.append(await rs_driver.AsyncConnection.connect(**options))
        return self.opened[-1]


def said(server: FakeServer) -> list[str]:
    return [text for m in server.log.frontend() if (text := str(getattr(m, "sql", "")))]


def run(
    opener: Opener, doing: Callable[[Lent], Awaitable[None]], clock: Any = None, **limits: Any
) -> None:
    """``doing`` with a pool, in an event loop of its own."""

    async def work() -> None:
        clocks = () if clock is None else (clock,)
        async with AsyncPool(opener, PoolLimits(**limits), *clocks) as pool:
            await doing(pool)
            assert (pool.stats().lent, pool.stats().waiting) == (0, 0)

    asyncio.run(work())


def test_a_connection_is_used_again(server: FakeServer) -> None:
    opener = Opener(server)

    async def doing(pool: Lent) -> None:
        assert len(opener.opened) == 1
        for _ in range(3):
            async with pool.connection() as connection:
                await connection.run(INSERT)
        with pytest.raises(ZeroDivisionError):
            async with pool.connection() as connection:
                await connection.run(INSERT)
                raise ZeroDivisionError

    run(opener, doing, min_size=1)
    assert len(opener.opened) == 1
    assert opener.opened[0].closed
    ends = ["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"]
    assert said(server) == [text for end in ends for text in ("BEGIN", INSERT, end)]


def test_a_connection_comes_back_as_it_was(server: FakeServer) -> None:
    async def doing(pool: Lent) -> None:
        connection = await pool.acquire()
        connection.autocommit = True
        await connection.run("set search_path to elsewhere")
        await pool.release(connection)
        with pytest.raises(rs_driver.InterfaceError, match="not one that this pool has lent"):
            await pool.release(connection)
        async with pool.connection() as same:
            assert same is connection
            assert not same.autocommit
            assert await same.run("show search_path") != (("elsewhere",),)

    run(Opener(server), doing)


def test_who_asks_too_late_waits(server: FakeServer) -> None:
    async def doing(pool: Lent) -> None:
        connection = await pool.acquire()
        with pytest.raises(rs_driver.OperationalError, match=r"within 0 seconds"):
            await pool.acquire(timeout=0)
        with pytest.raises(rs_driver.OperationalError, match=r"within 0\.01 seconds"):
            await pool.acquire(timeout=0.01)
        first, second = [asyncio.create_task(pool.acquire()) for _ in range(2)]
        await asyncio.sleep(0)
        assert pool.stats().waiting == 2
        await pool.release(connection)
        assert await first is connection
        await pool.release(connection)
        assert await second is connection
        await pool.release(connection)

    run(Opener(server), doing, max_size=1)


def test_a_cancelled_task_takes_nothing(server: FakeServer) -> None:
    async def doing(pool: Lent) -> None:
        connection = await pool.acquire()
        first, second = [asyncio.create_task(pool.acquire()) for _ in range(2)]
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        third = asyncio.create_task(pool.acquire())
        await asyncio.sleep(0)
        await pool.release(connection)
        second.cancel()  # which has it by now, and does not know
        with pytest.raises(asyncio.CancelledError):
            await second
        assert await third is connection
        await pool.release(connection)

    run(Opener(server), doing, max_size=1)


def test_a_task_cancelled_in_a_block_gives_back(server: FakeServer) -> None:
    async def doing(pool: Lent) -> None:
        inside = asyncio.Event()

        async def work() -> None:
            async with pool.connection() as connection:
                await connection.run(INSERT)
                inside.set()
                await asyncio.sleep(3600)

        task = asyncio.create_task(work())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert pool.stats().idle == 1
        assert said(server)[-1] == "ROLLBACK"

    run(Opener(server), doing)


def test_a_server_that_is_not_there(server: FakeServer) -> None:
    opener = Opener(server)
    opener.refusals = 1

    async def doing(pool: Lent) -> None:
        answers = await asyncio.gather(pool.acquire(), pool.acquire(), return_exceptions=True)
        assert isinstance(answers[0], rs_driver.OperationalError)
        assert answers[1] is opener.opened[0]
        await pool.release(opener.opened[0])
        assert pool.stats().failed == 1

    run(opener, doing, max_size=1)


def test_a_dead_connection_is_not_lent(server: FakeServer) -> None:
    clock, opener = ManualClock(), Opener(server)

    async def doing(pool: Lent) -> None:
        await pool.release(await pool.acquire())
        opener.opened[0]._state.core.fail(rs_driver.OperationalError("lost"))
        async with pool.connection() as connection:
            assert connection is opener.opened[1]
        clock.now += 10
        before = len(server.log.frontend())
        await pool.release(await pool.acquire())
        assert len(server.log.frontend()) - before == 1  # the Sync of a fence
        clock.now += 60
        async with pool.connection() as connection:
            assert connection is opener.opened[2]
        assert opener.opened[1].closed

    run(opener, doing, clock, check_after=10, max_lifetime=60)


def test_the_end_of_a_pool(server: FakeServer) -> None:
    opener = Opener(server)

    async def work() -> None:
        pool = AsyncPool(opener, PoolLimits(max_size=2))
        lent = await pool.acquire()
        await pool.release(await pool.acquire())
        await pool.close(timeout=0)
        assert pool.closed
        assert opener.opened[1].closed
        assert await lent.is_alive()
        closing = asyncio.create_task(pool.close(timeout=60))
        await asyncio.sleep(0)
        await pool.release(lent)
        await closing
        assert lent.closed
        with pytest.raises(rs_driver.InterfaceError, match="pool is closed"):
            await pool.acquire()

    asyncio.run(work())


def test_a_child_begins_anew(server: FakeServer) -> None:
    opener = Opener(server)

    async def doing(pool: Lent) -> None:
        await pool.release(await pool.acquire())
        pool._process = -1  # as it is after a fork
        async with pool.connection() as connection:
            assert connection is opener.opened[1]
        assert opener.opened[0].closed

    run(opener, doing)


def test_a_transaction_that_was_lost_runs_again(server: FakeServer) -> None:
    opener = Opener(server)
    tries: list[rs_driver.AsyncConnection] = []

    async def transaction(connection: Any) -> int:
        tries.append(connection)
        await connection.run(INSERT)
        if len(tries) == 1:
            error = rs_driver.OperationalError("lost")
            error.is_disconnect = True
            raise connection._state.core.fail(error)
        return 7

    async def doing(pool: Lent) -> None:
        assert await pool.run_transaction(transaction) == 7

    run(opener, doing)
    assert tries == opener.opened
    assert said(server).count("COMMIT") == 1


def test_one_that_may_have_been_committed_does_not(server: FakeServer) -> None:
    tries: list[int] = []

    async def transaction(connection: Any) -> None:
        tries.append(1)
        await connection.run(INSERT)

    async def doing(pool: Lent) -> None:
        with pytest.raises(rs_driver.OperationalError) as caught:
            await pool.run_transaction(transaction)
        assert caught.value.is_disconnect

    with server.fault(Drop(before("CommandComplete", nth=3))):
        run(Opener(server), doing)
    assert len(tries) == 1


def test_many_tasks(server: FakeServer) -> None:
    opener = Opener(server)

    async def doing(pool: Lent) -> None:
        async def work() -> None:
            for _ in range(20):
                async with pool.connection() as connection:
                    assert await connection.run("select 1") == ((1,),)

        await asyncio.gather(*[work() for _ in range(8)])
        assert pool.stats().acquired == 160

    run(opener, doing, max_size=3)
    assert len(opener.opened) <= 3
