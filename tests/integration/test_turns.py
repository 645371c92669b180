"""How many times the driver waits for the server, counted by the fake server.

A turn is a flight and its answer: what a round trip costs, whatever the network. The
numbers are promises (docs/adr/0008), so the tests say at most, and mean exactly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.query import Parse
from rs_driver_fakeserver import FakeServer
from support.duckdb_versions import duckdb_2
from support.postgres import PostgresServer

pytest.importorskip("duckdb", minversion="1")

SELECT = "select id, name from users where id = %s"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(engine="duckdb") as server:
        yield server


@contextmanager
def connected(server: FakeServer, **options: Any) -> Iterator[rs_driver.Connection]:
    """A connection with a table of two users, and nothing in the statement cache."""
    with rs_driver.connect(**server.connect_kwargs(), autocommit=True) as setup:
        setup.run("create table if not exists users (id int, name varchar, born date, big bigint)")
        setup.run("delete from users")
        setup.run("insert into users values (1, 'Ann', null, 1), (2, 'Bob', null, 2)")
    with rs_driver.connect(**server.connect_kwargs(), **options) as connection:
        server.log.clear()
        yield connection


@contextmanager
def turns(server: FakeServer, expected: int) -> Iterator[None]:
    before = server.log.turns
    yield
    assert server.log.turns - before == expected


def parsed(server: FakeServer) -> list[Parse]:
    """The statements that were prepared, BEGINs apart."""
    found = [message for message in server.log.frontend() if isinstance(message, Parse)]
    return [message for message in found if message.sql != "BEGIN"]


def test_a_new_select_takes_two_and_a_cached_one(server: FakeServer) -> None:
    with connected(server, autocommit=True) as connection, connection.cursor() as cursor:
        for expected in (2, 1, 1, 1):
            with turns(server, expected):
                assert cursor.execute(SELECT, (1,)).fetchall() == [(1, "Ann")]


def test_a_new_select_with_text_results_takes_one(server: FakeServer) -> None:
    options = {"autocommit": True, "result_format": "text"}
    with connected(server, **options) as connection, connection.cursor() as cursor:
        for _ in range(4):
            with turns(server, 1):
                assert cursor.execute(SELECT, (1,)).fetchall() == [(1, "Ann")]


def test_without_a_cache_every_select_takes_two(server: FakeServer) -> None:
    options = {"autocommit": True, "max_prepared_statements": 0}
    with connected(server, **options) as connection, connection.cursor() as cursor:
        for _ in range(3):
            with turns(server, 2):
                assert cursor.execute(SELECT, (1,)).fetchall() == [(1, "Ann")]
        assert {message.statement for message in parsed(server)} == {""}


@pytest.mark.parametrize(
    "sql",
    [
        "insert into users values (3, 'Cid', null, 3)",
        "update users set name = 'x'",
        "delete from users where id = 1",
        "create table t (n int)",
        "alter table users add column extra int",
        "drop table users",
    ],
)
@pytest.mark.parametrize("autocommit", [True, False])
def test_dml_and_ddl_take_one_with_their_begin(
    sql: str, autocommit: bool, server: FakeServer
) -> None:
    with connected(server, autocommit=autocommit) as connection, connection.cursor() as cursor:
        with turns(server, 1):
            cursor.execute(sql)
        assert connection.in_transaction is not autocommit


@pytest.mark.parametrize("autocommit", [True, False])
def test_dml_with_parameters_takes_one_at_each_use(autocommit: bool, server: FakeServer) -> None:
    with connected(server, autocommit=autocommit) as connection, connection.cursor() as cursor:
        for number in range(4):
            with turns(server, 1):
                cursor.execute("update users set big = %s where id = %s", (number, 1))
            assert cursor.rowcount == 1


def test_ddl_after_a_hundred_cached_statements_takes_one(server: FakeServer) -> None:
    options = {"autocommit": True, "prepare_threshold": 1}
    with connected(server, **options) as connection, connection.cursor() as cursor:
        for number in range(100):
            cursor.execute(f"select id + {number} from users where id = %s", (1,))
        with turns(server, 1):
            cursor.execute("create table other (n int)")
        with turns(server, 2):  # the Closes of what is out of date ride along
            cursor.execute(SELECT, (1,))


def test_a_rollback_takes_one_whatever_is_cached(server: FakeServer) -> None:
    with connected(server, prepare_threshold=1) as connection, connection.cursor() as cursor:
        for number in range(100):
            cursor.execute(f"select id + {number} from users where id = %s", (1,))
        with turns(server, 1):
            connection.rollback()


def test_a_transaction_takes_three_and_with_a_cached_select_two(server: FakeServer) -> None:
    with connected(server) as connection, connection.cursor() as cursor:
        for expected in (3, 2, 2):
            with turns(server, expected):
                cursor.execute(SELECT, (2,))
                connection.commit()
            assert cursor.fetchall() == [(2, "Bob")]


def test_executemany_of_a_hundred_rows_takes_one(server: FakeServer) -> None:
    """And another one where a string's type is left to a Redshift."""
    rows = [(number, None if number % 3 else f"user {number}") for number in range(100)]
    with connected(server) as connection, connection.cursor() as cursor:
        for _ in range(2):
            with turns(server, 2):
                cursor.executemany("insert into users (id, name) values (%s, %s)", rows)
            assert cursor.rowcount == 100
        assert len(parsed(server)) == 4
        with turns(server, 1):
            sql = "insert into users (id, name) values (%s, %s)"
            cursor.executemany(sql, rows, exact_errors=True)
        with turns(server, 1):
            cursor.executemany("insert into users (id) values (%s)", [row[:1] for row in rows])
        with turns(server, 1):
            connection.commit()


@duckdb_2  # it says what a parameter is that was NULL so far
@pytest.mark.parametrize("order", [(False, True), (True, False)])
@pytest.mark.parametrize("big", [7, 2**40])
def test_parameters_that_may_be_none_make_two_statements_at_most(
    big: int, order: tuple[bool, bool], server: FakeServer
) -> None:
    sql = "insert into users (id, name, big) values (%s, %s, %s)"
    full = (7, "Eve", big)
    with connected(server) as connection, connection.cursor() as cursor:
        for shown in product(order, repeat=3):
            values = [value if there else None for value, there in zip(full, shown, strict=True)]
            cursor.execute(sql, values)
        cursor.execute("select count(*) from users where name = 'Eve'")
        assert cursor.fetchone() == (4,)
        kinds = {(m.sql, m.parameter_oids) for m in parsed(server) if m.sql.startswith("ins")}
        assert len(kinds) <= 2


def test_ints_of_different_width_do_not_make_statements_without_end(server: FakeServer) -> None:
    with connected(server, autocommit=True) as connection, connection.cursor() as cursor:
        for number in (1, 2**40, 2, 2**41, 3, None, 2**31, 5):
            cursor.execute("update users set big = %s where big = %s", (number, number))
        assert len({m.parameter_oids for m in parsed(server)}) <= 2


def test_the_async_driver_takes_as_many(server: FakeServer) -> None:
    async def main() -> None:
        connection = await rs_driver.AsyncConnection.connect(**server.connect_kwargs())
        async with connection, connection.cursor() as cursor:
            for expected in (3, 2, 2):
                with turns(server, expected):
                    await cursor.execute(SELECT, (2,))
                    await connection.commit()
                assert await cursor.fetchall() == [(2, "Bob")]

    with connected(server):
        asyncio.run(main())


# -- another connection's ALTER -----------------------------------------------------------


def _prepared(cursor: rs_driver.Cursor[Any], sql: str) -> None:
    for _ in range(3):
        cursor.execute(sql, (1,))


def _after_an_alter(kwargs: dict[str, Any]) -> None:
    """A cached SELECT whose table another connection has altered."""
    sql = "select * from altered where id = %s"
    with (
        rs_driver.connect(**kwargs, autocommit=True) as other,
        rs_driver.connect(**kwargs) as connection,
        connection.cursor() as cursor,
    ):
        other.run("drop table if exists altered")
        other.run("create table altered (id int, name varchar(10))")
        other.run("insert into altered values (1, 'Ann')")
        _prepared(cursor, sql)
        connection.commit()
        other.run("alter table altered add column born date")
        # Outside of a transaction: as if it had never been cached.
        assert cursor.execute(sql, (1,)).fetchall() == [(1, "Ann", None)]
        connection.commit()
        _prepared(cursor, sql)
        connection.commit()
        other.run("alter table altered add column extra int")
        cursor.execute("select 1")
        with pytest.raises(rs_driver.NotSupportedError, match="cached plan"):
            cursor.execute(sql, (1,))
        connection.rollback()
        # The statement is forgotten: the next use is right.
        assert cursor.execute(sql, (1,)).fetchall() == [(1, "Ann", None, None)]
        connection.commit()
        connection.autocommit = True
        _prepared(cursor, sql)
        other.run("alter table altered add column third int")
        assert cursor.execute(sql, (1,)).fetchall() == [(1, "Ann", None, None, None)]
        other.run("drop table altered")


def test_a_cached_select_after_anothers_alter_on_the_fake_server(server: FakeServer) -> None:
    _after_an_alter(server.connect_kwargs())


@pytest.mark.postgres
def test_a_cached_select_after_anothers_alter_on_postgres(postgres: PostgresServer) -> None:
    _after_an_alter(postgres.connect_kwargs())


@pytest.mark.postgres
def test_a_fetch_from_another_cursor_of_the_same_name(postgres: PostgresServer) -> None:
    """PostgreSQL does not say that the rows of a FETCH are others than were described."""
    kwargs = postgres.connect_kwargs()
    with rs_driver.connect(**kwargs) as connection, connection.cursor() as cursor:
        for sql, row in (
            ("select 7 as a from generate_series(1, 9)", (7,)),
            ("select 'abcd'::text from generate_series(1, 9)", ("abcd",)),
            ("select 'abcd'::text, true from generate_series(1, 9)", ("abcd", True)),
        ):
            cursor.execute(f"declare c cursor for {sql}")
            for _ in range(4):
                assert cursor.execute("fetch 2 from c").fetchall() == [row] * 2
            cursor.execute("close c")
        connection.rollback()
