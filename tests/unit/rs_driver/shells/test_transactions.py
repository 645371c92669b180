"""Blocks and functions that are a transaction, in both shells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.shells.transactions import pause_after
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED
from support.shelled import LOGIN, script

INSERT = "insert into t values (1)"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        found.when(INSERT).completes("INSERT 0 1")
        found.when("nonsense").raises("42601", "syntax error")
        yield found


def said(server: FakeServer) -> list[str]:
    """The statements that the server was sent."""
    return [text for text in map(_sql, server.log.frontend()) if text]


def _sql(message: object) -> str:
    return str(getattr(message, "sql", ""))


def in_sync(
    server: FakeServer, doing: Callable[[rs_driver.Connection], Any], **options: Any
) -> Any:
    with rs_driver.connect(transport=server.memory(), **LOGIN, **options) as connection:
        return doing(connection)


def in_asyncio(
    server: FakeServer, doing: Callable[[rs_driver.AsyncConnection], Any], **options: Any
) -> Any:
    async def run() -> Any:
        connecting = rs_driver.AsyncConnection.connect(
            transport=server.memory(), **LOGIN, **options
        )
        async with await connecting as connection:
            return await doing(connection)

    return asyncio.run(run())


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_block_commits(server: FakeServer, autocommit: bool) -> None:
    def work(connection: rs_driver.Connection) -> None:
        with connection.transaction() as same:
            assert same is connection
            assert not connection.autocommit
            connection.run(INSERT)
        assert not connection.in_transaction
        assert connection.autocommit is autocommit

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        async with connection.transaction() as same:
            assert same is connection
            await connection.run(INSERT)
        assert not connection.in_transaction
        assert connection.autocommit is autocommit

    in_sync(server, work, autocommit=autocommit)
    assert said(server) == ["BEGIN", INSERT, "COMMIT"]
    in_asyncio(server, work_async, autocommit=autocommit)
    assert said(server) == ["BEGIN", INSERT, "COMMIT"] * 2


def test_a_block_rolls_back(server: FakeServer) -> None:
    def work(connection: rs_driver.Connection) -> None:
        with pytest.raises(ZeroDivisionError), connection.transaction():
            connection.run(INSERT)
            raise ZeroDivisionError
        assert connection.autocommit

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await connection.run(INSERT)
                raise ZeroDivisionError
        assert connection.autocommit

    in_sync(server, work, autocommit=True)
    in_asyncio(server, work_async, autocommit=True)
    assert said(server) == ["BEGIN", INSERT, "ROLLBACK"] * 2


def test_there_is_none_inside_of_another(server: FakeServer) -> None:
    def work(connection: rs_driver.Connection) -> None:
        with connection.transaction():
            connection.run(INSERT)
            with pytest.raises(rs_driver.ProgrammingError, match="is open already"):
                connection.transaction().__enter__()

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        async with connection.transaction():
            await connection.run(INSERT)
            with pytest.raises(rs_driver.ProgrammingError, match="is open already"):
                await connection.transaction().__aenter__()

    in_sync(server, work)
    in_asyncio(server, work_async)


def test_a_commit_that_fails_is_told(server: FakeServer) -> None:
    refused = pytest.raises(rs_driver.InternalError, match="rolled it back")

    def work(connection: rs_driver.Connection) -> None:
        with refused, connection.transaction(), pytest.raises(rs_driver.ProgrammingError):
            connection.run("nonsense")
        assert connection.autocommit

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        with pytest.raises(rs_driver.InternalError, match="rolled it back"):
            async with connection.transaction():
                with pytest.raises(rs_driver.ProgrammingError):
                    await connection.run("nonsense")
        assert connection.autocommit

    in_sync(server, work, autocommit=True)
    in_asyncio(server, work_async, autocommit=True)


def test_the_users_exception_comes_first_on_a_lost_connection(server: FakeServer) -> None:
    def work(connection: rs_driver.Connection) -> None:
        with pytest.raises(ZeroDivisionError), connection.transaction():
            connection.run(INSERT)
            connection._link.core.fail(rs_driver.OperationalError("lost"))
            raise ZeroDivisionError

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await connection.run(INSERT)
                connection._link.core.fail(rs_driver.OperationalError("lost"))
                raise ZeroDivisionError

    with pytest.raises(rs_driver.OperationalError, match="lost"):
        in_sync(server, work)
    with pytest.raises(rs_driver.OperationalError, match="lost"):
        in_asyncio(server, work_async)


# -- again after a conflict ---------------------------------------------------------------

DETAIL = "Serializable isolation violation on table - 1, transactions forming the cycle are: 1, 2"


def conflicting(server: FakeServer, times: int) -> None:
    server.when("update").completes("UPDATE 1")
    server.when("update").raises("40001", "1023", detail=DETAIL).times(times)


def test_what_conflicts_is_run_again(server: FakeServer) -> None:
    calls = 0

    def transfer(connection: rs_driver.Connection) -> str:
        nonlocal calls
        calls += 1
        connection.run(INSERT)
        connection.run("update")
        return "done"

    async def transfer_async(connection: rs_driver.AsyncConnection) -> str:
        nonlocal calls
        calls += 1
        await connection.run(INSERT)
        await connection.run("update")
        return "done"

    conflicting(server, 2)
    assert in_sync(server, lambda it: it.run_transaction(transfer)) == "done"
    assert calls == 3
    assert in_sync(server, lambda it: it.run_transaction(transfer, retries=0)) == "done"
    once = ["BEGIN", INSERT, "update"]
    assert said(server) == [*once, "ROLLBACK", *once, "ROLLBACK", *once, "COMMIT", *once, "COMMIT"]
    with FakeServer(policy=UNANSWERED) as other:
        other.when(INSERT).completes("INSERT 0 1")
        conflicting(other, 1)
        assert in_asyncio(other, lambda it: it.run_transaction(transfer_async)) == "done"
        assert in_asyncio(other, lambda it: it.run_transaction(transfer_async, retries=0)) == "done"
        assert said(other) == [*once, "ROLLBACK", *once, "COMMIT", *once, "COMMIT"]


def test_not_where_something_was_committed_inside(server: FakeServer) -> None:
    def transfer(connection: rs_driver.Connection) -> None:
        connection.run(INSERT)
        connection.commit()
        connection.run("update")

    async def transfer_async(connection: rs_driver.AsyncConnection) -> None:
        await connection.run(INSERT)
        await connection.commit()
        await connection.run("update")

    conflicting(server, 2)
    with pytest.raises(rs_driver.OperationalError, match="1023"):
        in_sync(server, lambda it: it.run_transaction(transfer))
    with pytest.raises(rs_driver.OperationalError, match="1023"):
        in_asyncio(server, lambda it: it.run_transaction(transfer_async))
    assert said(server).count(INSERT) == 2


def test_not_for_ever_and_not_for_other_errors(server: FakeServer) -> None:
    def transfer(connection: rs_driver.Connection) -> None:
        connection.run("update")

    async def transfer_async(connection: rs_driver.AsyncConnection) -> None:
        await connection.run("update")

    async def fail(connection: rs_driver.AsyncConnection) -> None:
        await connection.run("nonsense")

    conflicting(server, 4)
    with pytest.raises(rs_driver.OperationalError, match="1023") as caught:
        in_sync(server, lambda it: it.run_transaction(transfer, retries=1))
    assert caught.value.is_conflict
    with pytest.raises(rs_driver.OperationalError, match="1023"):
        in_asyncio(server, lambda it: it.run_transaction(transfer_async, retries=1))
    assert said(server).count("update") == 4
    with pytest.raises(rs_driver.ProgrammingError):
        in_sync(server, lambda it: it.run_transaction(lambda same: same.run("nonsense")))
    with pytest.raises(rs_driver.ProgrammingError):
        in_asyncio(server, lambda it: it.run_transaction(fail))
    assert said(server).count("nonsense") == 2


def test_pauses_grow() -> None:
    assert [pause_after(attempt) for attempt in (1, 2, 3, 100)] == [0.05, 0.1, 0.2, 5.0]


# -- whether it is alive ------------------------------------------------------------------


def test_whether_a_connection_is_alive(server: FakeServer) -> None:
    def work(connection: rs_driver.Connection) -> rs_driver.Connection:
        assert connection.is_alive()
        connection.run(INSERT)
        assert connection.is_alive()
        assert connection.in_transaction
        connection._link._transport.close()
        assert not connection.is_alive()
        return connection

    async def work_async(connection: rs_driver.AsyncConnection) -> rs_driver.AsyncConnection:
        assert await connection.is_alive()
        connection._link._transport.close()
        assert not await connection.is_alive()
        assert not await connection.is_alive()
        return connection

    with pytest.raises(rs_driver.Error):  # what was inserted is lost
        in_sync(server, work)
    assert not in_asyncio(server, work_async).in_transaction


def test_while_rows_are_on_their_way_the_server_is_not_asked(server: FakeServer) -> None:
    server.when("select many").returns({"a": "int4"}, [(n,) for n in range(20000)])

    def work(connection: rs_driver.Connection) -> None:
        cursor = connection.cursor(stream=True)
        cursor.execute("select many")
        assert connection.is_alive()
        assert len(cursor.fetchall()) == 20000

    async def work_async(connection: rs_driver.AsyncConnection) -> None:
        cursor = connection.cursor(stream=True)
        await cursor.execute("select many")
        assert await connection.is_alive()
        assert len(await cursor.fetchall()) == 20000

    in_sync(server, work)
    in_asyncio(server, work_async)
