"""Cursors with a ``fetch_size``, on PostgreSQL, by the synchronous driver and its twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.rows import dict_row
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

MANY = "select g, 'x' || g as s from generate_series(1, %s) g"


def rows(count: int) -> list[tuple[int, str]]:
    return [(n, f"x{n}") for n in range(1, count + 1)]


@pytest.fixture
def connection(postgres: PostgresServer, shell: Callable[..., Any]) -> Iterator[Any]:
    opened = shell(**postgres.connect_kwargs())
    yield opened
    opened.rollback()
    opened.close()


def open_portals(connection: Any) -> int:
    sql = "select count(*) from pg_cursors where name like 'rs_driver%'"
    return int(connection.run(sql)[0][0])


@pytest.mark.parametrize("count", [0, 1, 6, 7, 8, 70, 100])
def test_all_rows(connection: Any, count: int) -> None:
    cursor = connection.cursor(fetch_size=7).execute(MANY, (count,))
    assert cursor.description[1].name == "s"
    assert cursor.rowcount in (-1, count)
    assert cursor.fetchall() == rows(count)
    assert (cursor.rowcount, cursor.statusmessage) == (count, f"SELECT {count}")
    assert cursor.fetchone() is None


def test_no_more_are_asked_for_than_are_wanted(connection: Any) -> None:
    connection.run("create temp sequence asked")
    cursor = connection.cursor(fetch_size=10)
    cursor.execute("select nextval('asked') from generate_series(1, 1000)")
    assert cursor.fetchmany(15) == [(n,) for n in range(1, 16)]
    assert connection.run("select last_value from asked") == ((20,),)
    assert [row for (row,) in cursor] == list(range(16, 1001))


def test_the_connection_is_free_in_between(connection: Any) -> None:
    first = connection.cursor(fetch_size=7).execute(MANY, (50,))
    second = connection.cursor(dict_row, fetch_size=3).execute(MANY, (20,))
    third = connection.cursor().execute(MANY, (5,))
    found = []
    while (row := first.fetchone()) is not None:
        found.append(row)
        second.fetchone()
        connection.run("select 1")
    assert found == rows(50)
    assert third.fetchall() == rows(5)
    assert second.fetchone() is None


def test_by_column(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=30).execute(MANY, (100,))
    assert cursor.fetch_arrow_table()["s"].to_pylist() == [s for _, s in rows(100)]


def test_who_closes_early_undoes_nothing(connection: Any) -> None:
    connection.run("create temp table kept (a int)")
    for _ in range(5):
        cursor = connection.cursor(fetch_size=10).execute(MANY, (10_000_000,))
        assert cursor.fetchone() == rows(1)[0]
        assert open_portals(connection) == 1
        cursor.close()
        assert open_portals(connection) == 0
    assert connection.in_transaction
    connection.commit()
    assert connection.run("select count(*) from kept") == ((0,),)


def test_portals_do_not_pile_up(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=10)
    for _ in range(20):
        cursor.execute(MANY, (1000,))
        connection.cursor(fetch_size=10).execute(MANY, (5,))
    assert open_portals(connection) <= 2
    assert cursor.fetchall() == rows(1000)


def test_they_end_with_their_transaction(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=10).execute(MANY, (100,))
    connection.commit()
    connection.run("create temp table next_one (a int)")
    assert cursor.fetchmany(10) == rows(10)
    with pytest.raises(rs_driver.ProgrammingError, match="the transaction has ended, and the rest"):
        cursor.fetchone()
    connection.commit()
    assert connection.run("select count(*) from next_one") == ((0,),)


def test_there_has_to_be_one(connection: Any) -> None:
    connection.autocommit = True
    with pytest.raises(rs_driver.ProgrammingError, match="fetch_size needs a transaction"):
        connection.cursor(fetch_size=10).execute(MANY, (5,))
    connection.run("begin")
    assert connection.cursor(fetch_size=10).execute(MANY, (15,)).fetchall() == rows(15)
    connection.run("commit")


def test_good_rows_come_before_the_error(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=10)
    cursor.execute("select 100 / (25 - g) from generate_series(1, 100) g")
    assert len(cursor.fetchmany(24)) == 24
    with pytest.raises(rs_driver.DataError, match="division by zero"):
        cursor.fetchone()
    with pytest.raises(rs_driver.InternalError, match="division by zero"):
        connection.run("select 1")


def test_errors_at_the_beginning(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=10)
    with pytest.raises(rs_driver.ProgrammingError):
        cursor.execute("select * from nowhere")
    connection.rollback()
    with pytest.raises(rs_driver.DataError):
        cursor.execute("select 1 / %s", (0,))
    connection.rollback()
    with pytest.raises(rs_driver.QueryCanceled):
        cursor.execute("select pg_sleep(60)", timeout=0.1)
    connection.rollback()
    assert cursor.execute(MANY, (3,)).fetchall() == rows(3)


def test_statements_without_rows_are_as_ever(connection: Any) -> None:
    cursor = connection.cursor(fetch_size=10)
    cursor.execute("create temp table t (a int)")
    cursor.execute("insert into t values (%s), (%s)", (1, 2))
    assert cursor.rowcount == 2
    cursor.execute("with n as (insert into t values (3) returning a) select a from n")
    assert cursor.fetchall() == [(3,)]
    cursor.execute("with n as (select 4 as a) insert into t select a from n")
    assert (cursor.description, cursor.rowcount) == (None, 1)
    cursor.execute("select a into temp u from t")
    assert cursor.description is None
    cursor.execute("select 1; select 2")
    assert cursor.fetchall() == [(1,)]


def test_text_results(postgres: PostgresServer) -> None:
    with rs_driver.connect(**postgres.connect_kwargs(result_format="text")) as connection:
        cursor = connection.cursor(fetch_size=7).execute(MANY, (20,))
        assert cursor.fetchall() == rows(20)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "between 1 and"),
        (-1, "between 1 and"),
        (2**31, "between 1 and"),
        (True, "not bool"),
        ("10", "not str"),
    ],
)
def test_a_size_that_is_none(connection: Any, size: Any, message: str) -> None:
    with pytest.raises(rs_driver.InterfaceError, match=message):
        connection.cursor(fetch_size=size)
    with pytest.raises(rs_driver.InterfaceError, match="not both"):
        connection.cursor(fetch_size=10, stream=True)
