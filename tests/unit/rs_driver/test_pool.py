"""The public pool; what it does is in shells/test_pool."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import rs_driver
from rs_driver.domain.pool import PoolLimits
from rs_driver_fakeserver import FakeServer


def test_it_takes_the_options_of_connect() -> None:
    with FakeServer() as server:
        server.when("select 1").returns({"n": "int4"}, [(1,)])
        options: dict[str, Any] = {
            "transport": server.memory(),
            "user": "alice",
            "autocommit": True,
        }
        with rs_driver.Pool(min_size=1, max_size=2, **options) as pool:
            assert pool.stats().idle == 1
            with pool.connection() as connection:
                assert type(connection) is rs_driver.Connection
                assert connection.autocommit
                assert connection.run("select 1") == ((1,),)


def test_options_that_make_no_sense() -> None:
    """Are told at once, before anything is opened."""
    with pytest.raises(rs_driver.InterfaceError, match="host"):
        rs_driver.Pool(user="alice")
    with pytest.raises(rs_driver.InterfaceError, match="max_size"):
        rs_driver.Pool(host="localhost", user="alice", max_size=0)


@pytest.mark.parametrize("kind", [rs_driver.Pool, rs_driver.AsyncPool])
def test_the_defaults_are_those_of_the_limits(kind: type) -> None:
    found = inspect.signature(kind).parameters
    limits = vars(PoolLimits())
    assert {name: found[name].default for name in limits} == limits
