"""``Connection.stream``, and how little memory a stream of any length takes, on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

import rs_driver
from rs_driver.rows import dict_row
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

MANY = """
select 1000 * a + b as n, repeat('x', 100) as s
from generate_series(0, (%s - 1) / 1000) as t(a), generate_series(1, 1000) as u(b)
"""
"""So many rows, if they are thousands; PostgreSQL would first make a longer series in full."""
FEW, LOTS = 500_000, 5_000_000
MOST, SAME = 40.0, 3.0
"""MB by which a process may grow, and by which the two may differ."""


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[rs_driver.Connection]:
    with rs_driver.connect(**postgres.connect_kwargs()) as found:
        yield found


def test_rows_as_they_come(connection: rs_driver.Connection) -> None:
    numbers = [n for n, _ in connection.stream(MANY, (50_000,))]
    assert numbers == list(range(1, 50_001))
    rows = connection.stream(MANY, (1000,), row_factory=dict_row)
    assert list(rows) == [{"n": n, "s": "x" * 100} for n in range(1, 1001)]


def test_who_leaves_the_loop_ends_the_statement(connection: rs_driver.Connection) -> None:
    for n, _ in connection.stream(MANY, (100_000_000,)):
        if n:
            break
    assert connection.run("select 1") == ((1,),)
    connection.rollback()  # for in a transaction that has begun to work they would be read
    rows = connection.stream(MANY, (100_000_000,))
    assert next(rows)[0] > 0
    with pytest.raises(rs_driver.ProgrammingError, match="has not been read to its end"):
        connection.run("select 1")
    rows.close()  # type: ignore[attr-defined]  # it is a generator
    assert connection.run("select 1") == ((1,),)


def test_a_rollback_is_not_refused(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor(stream=True).execute(MANY, (100_000_000,))
    assert cursor.fetchone() is not None
    connection.rollback()
    assert not connection.in_transaction
    assert connection.run("select 1") == ((1,),)
    with pytest.raises(rs_driver.ProgrammingError, match="was rolled back, and the rest of this"):
        cursor.fetchall()
    kept = connection.cursor().execute(MANY, (200_000,))
    connection.rollback()
    assert len(kept.fetchall()) == 200_000


def test_errors_come_at_once(connection: rs_driver.Connection) -> None:
    with pytest.raises(rs_driver.ProgrammingError, match="nowhere"):
        connection.stream("select * from nowhere")
    connection.rollback()
    with pytest.raises(rs_driver.QueryCanceled):
        connection.stream("select pg_sleep(60)", timeout=0.1)
    connection.rollback()


def test_in_asyncio(postgres: PostgresServer) -> None:
    async def work() -> None:
        async with await rs_driver.AsyncConnection.connect(**postgres.connect_kwargs()) as found:
            assert [n async for n, _ in found.stream(MANY, (1000,))][-2:] == [999, 1000]
            await found.rollback()
            rows = found.stream(MANY, (100_000_000,), row_factory=dict_row)
            async for row in rows:
                if row["n"]:
                    break
            await rows.aclose()  # type: ignore[attr-defined]  # it is a generator
            assert await found.run("select 1") == ((1,),)
            await found.rollback()
            cursor = await found.cursor(stream=True).execute(MANY, (100_000_000,))
            await found.rollback()
            with pytest.raises(rs_driver.ProgrammingError, match="was rolled back"):
                await cursor.fetchall()

    asyncio.run(work())


CHILD = """
import asyncio, json, resource, sys
import rs_driver

options, way, sql, count = json.loads(sys.argv[1])


def peak():
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    with open("/proc/self/status") as status:  # ru_maxrss begins with that of who forked us
        return next(int(line.split()[1]) / 1e3 for line in status if line.startswith("VmHWM"))


def rows(connection, count):
    return sum(1 for _ in connection.stream(sql, (count,)))


def batches(connection, count):
    with connection.cursor(stream=True) as cursor:
        cursor.execute(sql, (count,))
        return sum(batch.num_rows for batch in cursor.fetch_record_batches())


async def tasks(count):
    async with await rs_driver.AsyncConnection.connect(**options) as connection:
        async with connection.cursor(stream=True) as cursor:
            await cursor.execute(sql, (count,))
            found = 0
            while got := await cursor.fetchmany(5000):
                found += len(got)
            return found


def run(count):
    if way == "tasks":
        return asyncio.run(tasks(count))
    with rs_driver.connect(**options) as connection:
        return globals()[way](connection, count)


run(1000)  # all that is needed is loaded now
before = peak()
assert run(count) == count
print(peak() - before)
"""


def growth(postgres: PostgresServer, way: str, count: int) -> float:
    """MB by which the peak of a process of its own rises while it reads so many rows.

    Without the allocator that pyarrow comes with: that keeps some 20 MB of what it frees.
    """
    told = json.dumps([postgres.connect_kwargs(), way, MANY, count])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, told],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.mark.parametrize("way", ["rows", "tasks", "batches"])
def test_a_stream_takes_no_more_memory_the_longer_it_is(postgres: PostgresServer, way: str) -> None:
    few, lots = growth(postgres, way, FEW), growth(postgres, way, LOTS)
    print(f"{way}: {few:.1f} MB for {FEW} rows, {lots:.1f} MB for {LOTS}")
    assert lots < MOST
    assert abs(lots - few) < SAME or way == "batches"  # buffers of many sizes leave gaps
