"""10,000 values of every type to PostgreSQL and back, over TLS and SCRAM.

In text and in binary, by struct and by numpy, sync and async: all exactly the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Literal

import pytest

import rs_driver
from support.postgres import PostgresServer
from support.sample_values import SAMPLES, as_stored, exactly

ROWS = 10_000
WAYS: tuple[tuple[Literal["text", "binary"], Literal["struct", "numpy"]], ...] = (
    ("text", "struct"),
    ("binary", "struct"),
    ("text", "numpy"),
    ("binary", "numpy"),
)


@pytest.fixture(scope="module")
def writer(postgres: PostgresServer) -> Iterator[rs_driver.Connection]:
    """A connection in autocommit that makes and fills the tables."""
    with rs_driver.connect(**postgres.connect_kwargs(), autocommit=True) as connection:
        yield connection


@pytest.mark.postgres
@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_comes_back_as_it_was(
    name: str, postgres: PostgresServer, writer: rs_driver.Connection
) -> None:
    values = SAMPLES[name].values(ROWS, seed=20)
    with writer.cursor() as cursor:
        cursor.execute("drop table if exists round_trip")
        cursor.execute(f"create table round_trip (n int4 primary key, v {name})")
        cursor.executemany("insert into round_trip values (%s, %s)", list(enumerate(values)))
        assert cursor.rowcount == ROWS
    expected = [exactly(as_stored(name, value)) for value in values]
    for result_format, rows in WAYS:
        with rs_driver.connect(
            **postgres.connect_kwargs(), result_format=result_format, rows=rows
        ) as connection:
            assert connection.profile.kind == "postgres"
            with connection.cursor() as cursor:
                cursor.execute("select v from round_trip order by n")
                assert cursor.rowcount == ROWS
                got = cursor.fetchall()
        assert [exactly(value) for (value,) in got] == expected, (result_format, rows)
    for result_format, rows in WAYS:
        got = asyncio.run(_read_async(postgres, result_format, rows))
        assert [exactly(value) for (value,) in got] == expected, (result_format, rows)


async def _read_async(
    postgres: PostgresServer,
    result_format: Literal["text", "binary"],
    rows: Literal["struct", "numpy"],
) -> list[tuple[Any, ...]]:
    connection = await rs_driver.AsyncConnection.connect(
        **postgres.connect_kwargs(), result_format=result_format, rows=rows
    )
    async with connection, connection.cursor() as cursor:
        await cursor.execute("select v from round_trip order by n")
        return [row async for row in cursor]


@pytest.mark.postgres
def test_writing_is_the_same_async(postgres: PostgresServer) -> None:
    """All types at once, written by the async shell and read by the sync one."""
    columns = {f"c{n}": sample for n, sample in enumerate(SAMPLES.values())}
    rows = list(zip(*(sample.values(500, seed=3) for sample in columns.values()), strict=True))
    definition = ", ".join(f"{column} {sample.type}" for column, sample in columns.items())
    marks = ", ".join(["%s"] * len(columns))

    async def write() -> None:
        connection = await rs_driver.AsyncConnection.connect(**postgres.connect_kwargs())
        async with connection, connection.cursor() as cursor:
            await cursor.execute("drop table if exists written_async")
            await cursor.execute(f"create table written_async (n int4, {definition})")
            await cursor.executemany(
                f"insert into written_async values (%s, {marks})",
                [(n, *row) for n, row in enumerate(rows)],
            )

    asyncio.run(write())
    with rs_driver.connect(**postgres.connect_kwargs()) as connection, connection.cursor() as cur:
        cur.execute("select * from written_async order by n")
        for (_, *got), row in zip(cur.fetchall(), rows, strict=True):
            stored = map(as_stored, SAMPLES, row)
            assert [exactly(value) for value in got] == [exactly(value) for value in stored]
        cur.execute("drop table written_async")


@pytest.mark.postgres
def test_each_char_is_the_same_in_text_and_in_binary(postgres: PostgresServer) -> None:
    """All 256 bytes of the type ``"char"``, one by one and in an array."""
    bytes_ = "generate_series(0, 255) n"
    signed = "n - case when n < 128 then 0 else 256 end"
    char = f"""(case when n = 0 then ''::"char" else ({signed})::"char" end)"""
    found = []
    for way in ("text", "binary"):
        with rs_driver.connect(**postgres.connect_kwargs(), result_format=way) as connection:
            single = connection.run(f"select {char} from {bytes_} order by n")
            ((array,),) = connection.run(f"select array_agg({char} order by n) from {bytes_}")
        found += [[value for (value,) in single], array]
    assert found[1:] == found[:1] * 3
    assert (found[0][0], found[0][1], found[0][97], found[0][127]) == ("", "\x01", "a", "\x7f")
    assert found[0][128:] == [f"\\{byte:o}" for byte in range(128, 256)]
