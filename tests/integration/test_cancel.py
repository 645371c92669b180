"""Cancelling on PostgreSQL: by hand, by a timeout, by an interrupt; the next statement is safe."""

from __future__ import annotations

import asyncio
import io
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

import rs_driver
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

LONG = "select pg_sleep(60)"
SOON = 20.0
"""Seconds in which what was cancelled has to be over, on however slow a machine."""


@pytest.fixture(params=["require", "disable"])
def options(request: pytest.FixtureRequest, postgres: PostgresServer) -> dict[str, Any]:
    return postgres.connect_kwargs(sslmode=request.param, cancel_timeout=SOON)


@pytest.fixture
def connection(options: dict[str, Any]) -> Iterator[rs_driver.Connection]:
    with rs_driver.connect(**options) as found:
        found.autocommit = True
        yield found


@contextmanager
def soon() -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before < SOON


def is_right(connection: rs_driver.Connection) -> bool:
    """Whether it answers what it is asked, and not something else."""
    answers = [connection.run(f"select {number}") for number in range(3)]
    return answers == [((number,),) for number in range(3)] and not connection.broken


# -- by hand ------------------------------------------------------------------------------


def test_another_thread_cancels(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    threading.Timer(0.3, connection.cancel).start()
    with soon(), pytest.raises(rs_driver.QueryCanceled, match="canceling statement"):
        cursor.execute(LONG)
    assert is_right(connection)


def test_nothing_runs_nothing_happens(connection: rs_driver.Connection) -> None:
    connection.cancel()
    assert is_right(connection)


def test_a_signal_handler_cancels(connection: rs_driver.Connection) -> None:
    before = signal.signal(signal.SIGALRM, lambda *_: connection.cancel())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with soon(), pytest.raises(rs_driver.QueryCanceled, match="canceling statement"):
            connection.run(LONG)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert is_right(connection)


def test_the_next_statement_is_never_cancelled(connection: rs_driver.Connection) -> None:
    """Cancels and statements at random moments: each statement is right, or cancelled while
    somebody had asked for that."""
    stop, asked = threading.Event(), 0

    def cancel() -> None:
        nonlocal asked
        while not stop.wait(0.002):
            asked += 1
            connection.cancel()

    def answer(number: int) -> int | None:
        cursor = connection.cursor()
        with suppress(rs_driver.QueryCanceled):
            long = 0.1 if number % 10 == 5 else 0.002
            cursor.execute("select %s, pg_sleep(%s)", (number, long))
            return int(cursor.fetchall()[0][0])
        return None

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        answers = [answer(number) for number in range(150)]
        cancelled = answers.count(None)
        assert [a for n, a in enumerate(answers) if a not in (n, None)] == []
    finally:
        stop.set()
        thread.join()
    assert 0 < cancelled <= asked
    assert is_right(connection)


def test_a_closed_connection_cancels_nothing(options: dict[str, Any]) -> None:
    connection = rs_driver.connect(**options)
    connection.close()
    with pytest.raises(rs_driver.InterfaceError, match="closed"):
        connection.cancel()


# -- timeouts -----------------------------------------------------------------------------


def test_a_statement_has_its_timeout(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    with soon(), pytest.raises(rs_driver.QueryCanceled, match="it was cancelled") as caught:
        cursor.execute(LONG, timeout=0.3)
    assert not caught.value.is_disconnect
    assert is_right(connection)
    cursor.execute("select 1", timeout=0)
    with soon(), pytest.raises(rs_driver.QueryCanceled):
        cursor.executemany("select pg_sleep(%s)", [(30,), (30,)], timeout=0.3)
    assert is_right(connection)


def test_the_connection_has_one_for_all(options: dict[str, Any]) -> None:
    with rs_driver.connect(**options, statement_timeout=0.3) as connection:
        connection.autocommit = True
        with soon(), pytest.raises(rs_driver.QueryCanceled):
            connection.run(LONG)
        connection.cursor().execute("select pg_sleep(0.6)", timeout=0)
        connection.statement_timeout = None
        connection.run("select pg_sleep(0.6)")
        assert connection.statement_timeout is None
        assert is_right(connection)


def test_a_wait_has_its_timeout(options: dict[str, Any]) -> None:
    with rs_driver.connect(**options, read_timeout=0.3) as connection:
        connection.autocommit = True
        with soon(), pytest.raises(rs_driver.QueryCanceled):
            connection.run(LONG)
        assert is_right(connection)


def test_what_was_done_in_the_transaction_is_lost(options: dict[str, Any]) -> None:
    with rs_driver.connect(**options) as connection:
        connection.run("create temp table kept (a int)")
        connection.commit()
        cursor = connection.cursor()
        cursor.execute("insert into kept values (1)")
        with pytest.raises(rs_driver.QueryCanceled):
            cursor.execute(LONG, timeout=0.2)
        assert connection.in_transaction
        with pytest.raises(rs_driver.InternalError):
            connection.commit()
        assert connection.run("select count(*) from kept") == ((0,),)


# -- interrupts ---------------------------------------------------------------------------


@contextmanager
def interrupted(after: float) -> Iterator[None]:
    def handler(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, after)
    try:
        with soon(), pytest.raises(KeyboardInterrupt):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_an_interrupted_connection_goes_on(connection: rs_driver.Connection) -> None:
    with interrupted(0.3):
        connection.run(LONG)
    assert is_right(connection)
    with interrupted(0.3):
        connection.cursor().execute("select pg_sleep(60), %s", (1,))
    assert is_right(connection)
    with interrupted(0.3):
        connection.cursor().executemany("select pg_sleep(%s)", [(60,)] * 10)
    assert is_right(connection)


def test_an_interrupted_copy_goes_on(connection: rs_driver.Connection) -> None:
    connection.run("create temp table copied (a int)")

    def slowly() -> Iterator[bytes]:
        yield b"1\n"
        time.sleep(60)

    with interrupted(0.3):
        connection.cursor().execute("copy copied from stdin", stream=slowly())
    assert is_right(connection)
    assert connection.run("select count(*) from copied") == ((0,),)
    with interrupted(0.3):
        connection.cursor().execute(
            "copy (select pg_sleep(1) from generate_series(1, 60)) to stdout", stream=io.BytesIO()
        )
    assert is_right(connection)


def test_a_result_that_was_being_read_is_lost(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor(stream=True)
    cursor.execute(
        "select n, case when n = 99999 then pg_sleep(60) end from generate_series(1, 99999) n"
    )
    assert (cursor.fetchone() or ())[:1] == (1,)
    with interrupted(0.3):
        cursor.fetchall()
    assert is_right(connection)
    with pytest.raises(rs_driver.OperationalError, match="interrupted"):
        cursor.fetchall()


MANY = "select n, repeat('x', 1000) from generate_series(1, 5000000) n"
"""Of which nobody reads 5 GB."""


@pytest.mark.parametrize("autocommit", [True, False])
def test_an_early_close_cancels_the_rows(
    connection: rs_driver.Connection, autocommit: bool
) -> None:
    connection.autocommit = autocommit
    for _ in range(3):
        with soon(), connection.cursor(stream=True) as cursor:
            cursor.execute(MANY)
            assert (cursor.fetchone() or ())[:1] == (1,)
        assert not connection.in_transaction
        assert is_right(connection)
        connection.rollback()
    with soon():
        cursor = connection.cursor(stream=True)
        cursor.execute(MANY)
        del cursor
        assert is_right(connection)


def test_a_transaction_is_not_lost_by_it(connection: rs_driver.Connection) -> None:
    """Within one that has done something the rows are read, and dropped."""
    rows = "select n, repeat('x', 1000) from generate_series(1, 20000) n"
    connection.autocommit = False
    connection.run("create temp table kept (a int)")
    with connection.cursor(stream=True) as cursor:
        cursor.execute(rows)
    connection.run("insert into kept values (1)")
    connection.commit()
    with connection.cursor(stream=True) as cursor:
        cursor.execute(f"insert into kept select n from ({rows}) s returning a, repeat('x', 1000)")
    connection.commit()
    assert connection.run("select count(*) from kept") == ((20001,),)


def test_what_was_described_is_doubted(connection: rs_driver.Connection) -> None:
    connection.run("create temp table changed (a int); insert into changed values (1)")
    cursor = connection.cursor()
    for _ in range(3):
        assert cursor.execute("select * from changed").fetchall() == [(1,)]
    with interrupted(0.3):
        connection.run("alter table changed alter a type text; select pg_sleep(60)")
    for _ in range(3):
        assert cursor.execute("select * from changed").fetchall() == [(1,)]


# -- asyncio ------------------------------------------------------------------------------


def test_a_cancelled_task_leaves_a_connection_that_goes_on(options: dict[str, Any]) -> None:
    async def run() -> None:
        connection = await rs_driver.AsyncConnection.connect(**options)
        connection.autocommit = True
        for _ in range(3):
            task = asyncio.create_task(connection.run(LONG))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await connection.run("select 1") == ((1,),)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(connection.run(LONG), 0.2)
        assert await connection.run("select 2") == ((2,),)
        await connection.close()

    with soon():
        asyncio.run(run())


def test_an_early_close_in_asyncio(options: dict[str, Any]) -> None:
    async def run() -> None:
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            for _ in range(2):
                async with connection.cursor(stream=True) as cursor:
                    await cursor.execute(MANY)
                    assert (await cursor.fetchone() or ())[:1] == (1,)
                assert not connection.in_transaction
                assert await connection.run("select 1") == ((1,),)
                await connection.rollback()

    with soon():
        asyncio.run(run())


def test_another_task_cancels(options: dict[str, Any]) -> None:
    async def run() -> None:
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            connection.autocommit = True
            task = asyncio.create_task(connection.run(LONG))
            await asyncio.sleep(0.2)
            await connection.cancel()
            with pytest.raises(rs_driver.QueryCanceled, match="canceling statement"):
                await task
            await connection.cancel()
            assert await connection.run("select 1") == ((1,),)

    with soon():
        asyncio.run(run())


def test_timeouts_of_asyncio(options: dict[str, Any]) -> None:
    async def run() -> None:
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            with pytest.raises(rs_driver.QueryCanceled, match="it was cancelled"):
                await cursor.execute(LONG, timeout=0.2)
            await cursor.execute("select 1")
            assert await cursor.fetchone() == (1,)

    with soon():
        asyncio.run(run())


# -- without a key --------------------------------------------------------------------------


def keyless(connection: Any) -> None:
    """As if the server had given no key."""
    connection.state.core.session.secret_key = None


def test_another_connection_cancels(options: dict[str, Any]) -> None:
    with rs_driver.connect(**options) as other, rs_driver.connect(**options) as connection:
        keyless(connection)
        connection.autocommit = True
        assert connection.run("select pg_backend_pid()") == ((connection.backend_pid,),)
        with pytest.raises(rs_driver.NotSupportedError, match=r"cancel\(through=another_connect"):
            connection.cancel()
        timer = threading.Timer(0.3, connection.cancel, (other,))
        timer.start()
        with soon(), pytest.raises(rs_driver.QueryCanceled, match="canceling statement"):
            connection.run(LONG)
        assert is_right(connection)
        timer.join()
        assert not other.in_transaction
        connection.cancel(through=other)
        assert is_right(connection)
        timer = threading.Timer(0.3, connection.cancel, (other,), {"terminate": True})
        timer.start()
        with soon(), pytest.raises(rs_driver.OperationalError, match="terminating connection"):
            connection.run(LONG)
        assert connection.broken
        timer.join()
        with pytest.raises(rs_driver.InterfaceError, match="another Connection is needed"):
            other.cancel(through=other)


def test_another_connection_cancels_in_asyncio(options: dict[str, Any]) -> None:
    async def run() -> None:
        connect = rs_driver.AsyncConnection.connect
        async with await connect(**options) as other, await connect(**options) as connection:
            keyless(connection)
            connection.autocommit = True
            task = asyncio.create_task(connection.run(LONG))
            await asyncio.sleep(0.2)
            await connection.cancel(through=other)
            with pytest.raises(rs_driver.QueryCanceled, match="canceling statement"):
                await task
            assert await connection.run("select 1") == ((1,),)
            assert not other.in_transaction
            with pytest.raises(rs_driver.InterfaceError, match="another AsyncConnection"):
                await connection.cancel(through=connection)

    with soon():
        asyncio.run(run())
