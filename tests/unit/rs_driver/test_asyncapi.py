"""The asyncio surface; what it does is in shells/test_aio."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

import rs_driver
from rs_driver import asyncapi
from rs_driver.shells import aio
from rs_driver_fakeserver import Auth, FakeServer

WAITING = {
    rs_driver.AsyncConnection: (
        "connect cancel commit rollback close run execute tpc_begin tpc_prepare tpc_commit "
        "tpc_rollback tpc_recover is_alive run_transaction last_query_id finish run_operation "
        "reset conclude "
        "__aenter__ __aexit__"
    ),
    rs_driver.AsyncCursor: (
        "execute executemany callproc fetchone fetchmany fetchall scroll nextset close run_call "
        "fetch_arrow_table fetch_record_batch fetch_dataframe fetch_polars fetch_numpy_array "
        "__aenter__ __aexit__ __anext__"
    ),
}
AT_ONCE = {
    rs_driver.AsyncConnection: "cursor xid add_codecs check transaction stream",
    rs_driver.AsyncCursor: "add_codecs setinputsizes setoutputsize",
}
SYNC = {
    rs_driver.AsyncConnection: rs_driver.Connection,
    rs_driver.AsyncCursor: rs_driver.Cursor,
}
CANNOT_WAIT = {"__arrow_c_stream__", "_columns_by_batch", "_parts"}
"""Arrow's stream interface is called from C, which awaits nothing; so are iterators."""
SPELLED_OTHERWISE = {
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "__next__": "__anext__",
}


@pytest.mark.parametrize("kind", WAITING)
def test_what_waits_is_awaited(kind: type) -> None:
    for name in WAITING[kind].split():
        assert inspect.iscoroutinefunction(getattr(kind, name)), name


@pytest.mark.parametrize("kind", AT_ONCE)
def test_what_does_not_wait_is_not(kind: type) -> None:
    for name in AT_ONCE[kind].split():
        assert not inspect.iscoroutinefunction(getattr(kind, name)), name


@pytest.mark.parametrize("kind", SYNC)
def test_the_same_names_take_the_same_arguments(kind: type) -> None:
    for name in f"{WAITING[kind]} {AT_ONCE[kind]}".split():
        twin = getattr(SYNC[kind], name, None)
        if twin is not None:
            assert list(inspect.signature(getattr(kind, name)).parameters) == list(
                inspect.signature(twin).parameters
            ), name


@pytest.mark.parametrize("kind", SYNC)
def test_both_shells_have_the_same_names(kind: type) -> None:
    names = {SPELLED_OTHERWISE.get(name, name) for name in set(dir(SYNC[kind])) - CANNOT_WAIT}
    assert names | {"connect"} == set(dir(kind)) | {"connect"}


def test_names() -> None:
    assert asyncapi.__all__ == ["AsyncConnection", "AsyncCursor"]
    assert asyncapi.AsyncCursor is rs_driver.AsyncCursor is aio.AsyncCursor
    assert issubclass(asyncapi.AsyncConnection, aio.AsyncConnection)


def test_the_parameters_of_connect() -> None:
    assert list(inspect.signature(asyncapi.AsyncConnection.connect).parameters) == list(
        inspect.signature(rs_driver.connect).parameters
    )


def test_a_query_by_position() -> None:
    async def run(server: FakeServer) -> None:
        connect = rs_driver.AsyncConnection.connect
        async with await connect(
            "alice", "dev", "secret", server.port, "127.0.0.1", sslmode="disable"
        ) as connection:
            assert type(connection) is rs_driver.AsyncConnection
            cursor = await connection.cursor().execute("select 1")
            assert await cursor.fetchall() == [(1,)]

    with FakeServer(auth=Auth.md5({"alice": "secret"})) as server:
        server.when("select 1").returns(["n"], [(1,)])
        asyncio.run(run(server))


def test_a_subclass_is_what_it_connects() -> None:
    class Own(rs_driver.AsyncConnection):
        pass

    async def run(opener: Any) -> None:
        connection = await Own.connect("alice", "dev", transport=opener)
        assert type(connection) is Own
        await connection.close()

    with FakeServer() as server:
        asyncio.run(run(server.memory()))


def test_options_that_make_no_sense() -> None:
    async def run() -> None:
        with pytest.raises(rs_driver.InterfaceError, match="transport"):
            await rs_driver.AsyncConnection.connect("alice", transport=5)
        with pytest.raises(rs_driver.InterfaceError, match="nonsense"):
            await rs_driver.AsyncConnection.connect("alice", nonsense=5)  # type: ignore[call-arg]

    asyncio.run(run())
