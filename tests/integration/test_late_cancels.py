"""A CancelRequest that comes too late: it never ends the next statement.

The fake server hangs up at once, as if the request had been passed on, and lets it strike at
the client's next message. That is the fence. One that is later still, behind a proxy that has
forgotten it in a queue, cannot be told from one that somebody else has sent: it strikes the next
statement, which then says so. No driver can do better.
"""

from __future__ import annotations

import _thread
import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from support.alarm import alarm
from support.policies import BROKEN_OFF

EXECUTE = 6
"""The Sync of the fence, Parse, Describe, Sync, Bind, Execute: what a client says next."""
SLOW, MANY = "select slow", "select many"
Connection = rs_driver.Connection
AsyncConnection = rs_driver.AsyncConnection


def serving(lateness: int) -> FakeServer:
    server = FakeServer(policy=BROKEN_OFF, cancel_lateness=lateness)
    server.when(SLOW).delays(0.3).returns({"n": "int4"}, [(0,)])
    server.when(MANY).returns({"n": "int4", "s": "text"}, [(n, "x" * 500) for n in range(20_000)])
    for number in range(5):
        server.when(f"select {number}").returns({"n": "int4"}, [(number,)])
    return server


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving(lateness=1) as found:
        yield found


def by_hand(connection: Connection) -> None:
    timer = threading.Timer(0.1, connection.cancel)
    timer.start()
    assert connection.run(SLOW) == ((0,),)  # it is not cancelled: the request is late
    timer.join()


def by_a_timeout(connection: Connection) -> None:
    with pytest.raises(rs_driver.QueryCanceled):
        connection.cursor().execute(SLOW, timeout=0.1)


def by_an_interrupt(connection: Connection) -> None:
    with pytest.raises(KeyboardInterrupt), alarm(_thread.interrupt_main, 0.1):
        connection.run(SLOW)


def by_an_early_close(connection: Connection) -> None:
    for n, _ in connection.stream(MANY):
        if n == 3:
            break


WAYS: list[Callable[[Connection], None]] = [by_hand, by_a_timeout, by_an_interrupt]


@pytest.mark.parametrize("way", [*WAYS, by_an_early_close])
def test_the_next_statement_is_safe(server: FakeServer, way: Callable[[Connection], None]) -> None:
    with rs_driver.connect(**server.connect_kwargs(), autocommit=True) as connection:
        for _ in range(3):
            way(connection)
            assert [connection.run(f"select {n}") for n in range(5)] == [((n,),) for n in range(5)]
        assert not connection.broken


@pytest.mark.parametrize("way", WAYS)
def test_what_is_later_than_the_fence_is_told(way: Callable[[Connection], None]) -> None:
    with (
        serving(lateness=EXECUTE) as server,
        rs_driver.connect(**server.connect_kwargs(), autocommit=True) as connection,
    ):
        way(connection)
        with pytest.raises(rs_driver.QueryCanceled):
            for n in range(5):
                assert connection.run(f"select {n}") == ((n,),)
        assert connection.run("select 1") == ((1,),)


async def by_hand_async(connection: AsyncConnection) -> None:
    task = asyncio.create_task(connection.run(SLOW))
    await asyncio.sleep(0.1)
    await connection.cancel()
    assert await task == ((0,),)


async def by_a_timeout_async(connection: AsyncConnection) -> None:
    with pytest.raises(rs_driver.QueryCanceled):
        await connection.cursor().execute(SLOW, timeout=0.1)


async def by_a_cancelled_task(connection: AsyncConnection) -> None:
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(connection.run(SLOW), 0.1)


async def by_an_early_close_async(connection: AsyncConnection) -> None:
    async with connection.cursor(stream=True) as cursor:
        await cursor.execute(MANY)
        await cursor.fetchone()


@pytest.mark.parametrize(
    "way", [by_hand_async, by_a_timeout_async, by_a_cancelled_task, by_an_early_close_async]
)
def test_the_next_statement_is_safe_in_asyncio(
    server: FakeServer, way: Callable[[AsyncConnection], Awaitable[None]]
) -> None:
    async def work() -> None:
        options: dict[str, Any] = {**server.connect_kwargs(), "autocommit": True}
        async with await AsyncConnection.connect(**options) as connection:
            for _ in range(3):
                await way(connection)
                for n in range(5):
                    assert await connection.run(f"select {n}") == ((n,),)
            assert not connection.broken

    asyncio.run(work())
