"""Long flights: a server that answers while it is being written to does not hang anybody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.transport.asyncio_ import connect_tcp as connect_tcp_async
from rs_driver.adapters.transport.sockets import Address
from rs_driver.ports.transport import Transport
from rs_driver_fakeserver import FakeServer
from support.flights import WritesFirst, connect_narrow, make_narrow, single_minded
from support.postgres import PostgresServer

COUNT, SIZE = 1000, 20_000
PATIENCE = 60.0
"""Seconds for one wait, so that a hang is an error. Not a measurement."""

INSERT = "insert into flight values (%s, %s) returning id, body"


def rows(count: int, size: int) -> list[tuple[int, str]]:
    return [(number, chr(97 + number % 26) * size) for number in range(count)]


@pytest.mark.postgres
@pytest.mark.parametrize("sslmode", ["disable", "verify-full"])
def test_twenty_megabytes_each_way(postgres: PostgresServer, sslmode: str) -> None:
    options = postgres.connect_kwargs(sslmode=sslmode, read_timeout=PATIENCE)
    with rs_driver.connect(**options) as connection:
        cursor = connection.cursor()
        cursor.execute("create temp table flight (id int primary key, body text)")
        cursor.executemany(INSERT, rows(COUNT, SIZE))
        assert cursor.rowcount == COUNT
        cursor.execute("select count(*), sum(length(body)), min(id), max(id) from flight")
        assert cursor.fetchall() == [(COUNT, COUNT * SIZE, 0, COUNT - 1)]


@pytest.mark.postgres
@pytest.mark.parametrize("sslmode", ["disable", "verify-full"])
def test_twenty_megabytes_each_way_in_asyncio(postgres: PostgresServer, sslmode: str) -> None:
    options = postgres.connect_kwargs(sslmode=sslmode, read_timeout=PATIENCE)

    async def fly() -> None:
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            cursor = connection.cursor()
            await cursor.execute("create temp table flight (id int primary key, body text)")
            await cursor.executemany(INSERT, rows(COUNT, SIZE))
            assert cursor.rowcount == COUNT
            await cursor.execute("select count(*), sum(length(body)) from flight")
            assert await cursor.fetchall() == [(COUNT, COUNT * SIZE)]

    asyncio.run(fly())


@pytest.mark.postgres
def test_twenty_megabytes_in_one_message_each_way(postgres: PostgresServer) -> None:
    text = "x" * (COUNT * SIZE)
    with rs_driver.connect(**postgres.connect_kwargs(read_timeout=PATIENCE)) as connection:
        cursor = connection.cursor()
        cursor.execute("select %s::text", (text,))
        assert cursor.fetchone() == (text,)


# -- a server and sockets with so little room that half a megabyte is enough ------------------

SHORT = rows(100, 5000)
LOGIN: dict[str, Any] = {"user": "alice", "database": "dev", "sslmode": "disable"}


@pytest.fixture
def echo() -> Any:
    """A fake server that returns as much as it is sent."""
    with FakeServer(policy="ignore") as server:  # one of the clients goes in mid-message
        server.when("insert into flight values ($1, $2) returning id, body").returns(
            {"id": "int4", "body": "varchar"}, [(1, "y" * 5000)], tag="INSERT 0 1"
        )
        yield server


def test_little_room(echo: FakeServer) -> None:
    with single_minded(echo.memory()) as port:
        connection = rs_driver.connect(
            transport=lambda deadline: connect_narrow(port, deadline),
            read_timeout=PATIENCE,
            **LOGIN,
        )
        with connection, connection.cursor() as cursor:
            cursor.executemany(INSERT, SHORT)
            assert cursor.rowcount == len(SHORT)


def test_little_room_in_asyncio(echo: FakeServer) -> None:
    async def fly(port: int) -> None:
        async def connect(deadline: float | None) -> Any:
            transport = await connect_tcp_async(Address("127.0.0.1", port), deadline)
            make_narrow(transport)
            return transport

        options = {**LOGIN, "transport": connect, "read_timeout": PATIENCE}
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            cursor = connection.cursor()
            await cursor.executemany(INSERT, SHORT)
            assert cursor.rowcount == len(SHORT)

    with single_minded(echo.memory()) as port:
        asyncio.run(fly(port))


def test_who_writes_without_reading_hangs(echo: FakeServer) -> None:
    """The proof that the two tests above can fail."""

    def connect(deadline: float | None) -> Transport:
        return WritesFirst(connect_narrow(port, deadline))

    with single_minded(echo.memory()) as port:
        connection = rs_driver.connect(transport=connect, read_timeout=1.0, **LOGIN)
        try:
            with pytest.raises(rs_driver.OperationalError, match="timed out during a batch"):
                connection.cursor().executemany(INSERT, SHORT)
            assert connection.broken
        finally:
            connection.close()
