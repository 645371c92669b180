"""Threads that share a connection, each with cursors of its own (``threadsafety`` 2)."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import rs_driver
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

THREADS, ROUNDS = 8, 60
LONG = "select %s || '', g from generate_series(1, {}) g"


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[rs_driver.Connection]:
    """With room for few statements and little of a result, and threads that often take turns."""
    options = postgres.connect_kwargs(max_prepared_statements=5, result_budget=20_000)
    interval = sys.getswitchinterval()
    with rs_driver.connect(**options, autocommit=True) as found:
        sys.setswitchinterval(1e-5)
        yield found
        sys.setswitchinterval(interval)


class Worker:
    """One of the threads. What it asks for carries its own mark; so must the answers."""

    def __init__(self, connection: rs_driver.Connection, number: int) -> None:
        self._connection = connection
        self._random = random.Random(number)
        self._number = number

    def work(self) -> None:
        ways: list[Callable[[str], None]] = [self.short, self.long, self.many, self.error, self.new]
        for each in range(ROUNDS):
            self._random.choice(ways)(f"{self._number}-{each}")

    def short(self, mark: str) -> None:
        cursor = self._connection.cursor()
        cursor.execute("select %s, %s::int", (mark, self._number))
        assert cursor.fetchall() == [(mark, self._number)]

    def long(self, mark: str) -> None:
        count, found = self._random.choice((10, 1000, 5000)), []
        cursor = self._connection.cursor().execute(LONG.format(count), (mark,))
        while rows := cursor.fetchmany(self._random.choice((7, 700))):
            found += rows
        assert found == [(mark, n + 1) for n in range(count)]

    def many(self, mark: str) -> None:
        self._connection.cursor().executemany("select %s", [(mark,)] * 5)

    def error(self, mark: str) -> None:
        with pytest.raises(rs_driver.DatabaseError, match=mark):
            self._connection.cursor().execute(f"do $$ begin raise '{mark}'; end $$")

    def new(self, mark: str) -> None:
        name = f"c{self._random.randrange(2000)}"
        cursor = self._connection.cursor().execute(f"select '{mark}' as {name}")
        assert cursor.description is not None
        assert cursor.description[0].name == name
        assert cursor.fetchone() == (mark,)


def test_each_gets_its_own_answers(connection: rs_driver.Connection) -> None:
    workers = [Worker(connection, number) for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(Worker.work, workers))
    assert not connection.broken
