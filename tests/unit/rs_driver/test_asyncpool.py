"""The public pool for asyncio; what it does is in shells/test_async_pool."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer


def test_it_takes_the_options_of_connect() -> None:
    async def work(server: FakeServer) -> None:
        options: dict[str, Any] = {
            "transport": server.memory(),
            "user": "alice",
            "autocommit": True,
        }
        async with rs_driver.AsyncPool(min_size=1, max_size=2, **options) as pool:
            assert pool.stats().idle == 1
            async with pool.connection() as connection:
                assert type(connection) is rs_driver.AsyncConnection
                assert connection.autocommit
                assert await connection.run("select 1") == ((1,),)

    with FakeServer() as server:
        server.when("select 1").returns({"n": "int4"}, [(1,)])
        asyncio.run(work(server))


def test_options_that_make_no_sense() -> None:
    with pytest.raises(rs_driver.InterfaceError, match="host"):
        rs_driver.AsyncPool(user="alice")


def test_both_pools_have_the_same_names() -> None:
    def names(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    assert names(rs_driver.AsyncPool) == names(rs_driver.Pool)
    for name in names(rs_driver.Pool) - {"closed"}:
        found, twin = (getattr(kind, name) for kind in (rs_driver.AsyncPool, rs_driver.Pool))
        same = list(inspect.signature(found).parameters)
        assert list(inspect.signature(twin).parameters) == same, name
