"""Many rows at once leave behind what the same rows leave that are sent one by one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from support.postgres import PostgresServer

Connect = Callable[..., Any]
DAY = dt.date(2024, 2, 29)
COLUMNS: dict[str, list[Any]] = {
    "smallint": [1, None, -(2**15)],
    "int": [1, None, 2**31 - 1],
    "bigint": [1, 2**40, None],
    "numeric(18,3)": [1, None, 5, 2**40],
    "numeric(30,3) ": [Decimal("1.5"), None, Decimal(-7)],
    "real": [1.5, None, 2.5],
    "float8": [1.5, float("nan"), None],
    "boolean": [True, None, False],
    "varchar(20)": ["a", "", None, "ü'\\%s"],
    "date": [DAY, None, dt.date(1, 1, 1)],
    "date ": ["2024-02-29", None, "infinity"],
    "timestamp": [dt.datetime(2024, 2, 29, 1, 2, 3, 4), None],
    "timestamptz": [dt.datetime(2024, 2, 29, tzinfo=dt.timezone.utc), None],
    "time": [dt.time(1, 2, 3), None],
    "interval": [dt.timedelta(days=1, seconds=3), None],
    "int[]": [[1, 2], None, [None]],
    "uuid": [uuid.UUID(int=7), None],
    "bytea": [b"\0\\x", b"", None],
    "text": ["007", None, "null"],
    "jsonb": ['{"a": 1}', None],
}


@pytest.fixture
def connection(postgres: PostgresServer, shell: Connect) -> Iterator[Any]:
    opened = shell(**postgres.connect_kwargs())
    yield opened
    opened.close()


@pytest.mark.postgres
@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("rows", [2, 7, 2500])
def test_the_same_rows(connection: Any, kind: str, rows: int) -> None:
    cursor = connection.cursor()
    cursor.execute(f"create temp table t (id serial, number int, value {kind}, more varchar)")
    values = COLUMNS[kind]
    given = [(number, values[number % len(values)]) for number in range(rows)]
    cursor.executemany("insert into t (number, value, more) values (%s, %s, 'x')", given)
    assert cursor.rowcount == rows
    assert cursor.statusmessage == f"INSERT 0 {rows}"
    found = cursor.execute("select number, value::text, more from t order by id").fetchall()
    cursor.execute("truncate t restart identity")
    sql = "insert into t (number, value, more) values (%s, %s, 'x')"
    cursor.executemany(sql, given, exact_errors=True)
    assert cursor.rowcount == rows
    assert cursor.execute("select number, value::text, more from t order by id").fetchall() == found
    assert len(found) == rows


@pytest.mark.postgres
def test_types_that_differ_go_row_by_row(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("create temp table t (a numeric)")
    cursor.executemany("insert into t values (%s)", [(1,), (Decimal("1.5"),), ("7",), (None,)])
    found = cursor.execute("select a from t").fetchall()
    assert found == [(Decimal(1),), (Decimal("1.5"),), (Decimal(7),), (None,)]


@pytest.mark.postgres
@pytest.mark.parametrize("autocommit", [False, True])
def test_all_or_nothing_and_where_it_struck(connection: Any, autocommit: bool) -> None:
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("create temp table t (a int primary key)")
    connection.autocommit = autocommit
    rows = [(number,) for number in range(2500)]
    rows[1700] = (3,)
    with pytest.raises(rs_driver.IntegrityError) as raised:
        cursor.executemany("insert into t values (%s)", rows)
    assert (raised.value.row, raised.value.rows) == (None, range(1000, 2000))
    assert "(in one of the rows 1000 to 1999 of the batch, from 0)" in str(raised.value)
    connection.rollback()
    with pytest.raises(rs_driver.IntegrityError) as raised:
        cursor.executemany("insert into t values (%s)", rows, exact_errors=True)
    assert (raised.value.row, raised.value.rows) == (1700, None)
    connection.rollback()
    assert cursor.execute("select count(*) from t").fetchone() == (0,)


@pytest.mark.postgres
def test_a_fault_in_the_text_is_shown_where_it_stands(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("create temp table t (a int)")
    with pytest.raises(rs_driver.ProgrammingError) as raised:
        cursor.executemany("insert into t (b) values (%s)", [(1,), (2,)])
    assert "LINE 1: insert into t (b) values ($1)\n                       ^" in str(raised.value)
    connection.rollback()
    cursor.execute("create temp table t (a int)")
    with pytest.raises(rs_driver.DataError, match="invalid input syntax") as other:
        cursor.executemany("insert into t values (%s)", [("1",), ("x",)])
    assert other.value.rows == range(2)


@pytest.mark.postgres
def test_a_trigger_sees_every_row(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("create temp table t (a int)")
    cursor.execute("create temp table seen (n serial, a int)")
    cursor.execute(
        "create function pg_temp.note() returns trigger language plpgsql as "
        "$$ begin insert into seen (a) values (new.a); return null; end $$"
    )
    cursor.execute(
        "create trigger note after insert on t for each row execute function pg_temp.note()"
    )
    cursor.executemany("insert into t values (%s)", [(number,) for number in range(100)])
    found = cursor.execute("select a from seen order by n").fetchall()
    assert found == [(number,) for number in range(100)]


@pytest.mark.parametrize("kind", ["redshift", "postgres"])
def test_a_rule_about_one_row_of_the_fake_sees_every_row(shell: Connect, kind: Any) -> None:
    with FakeServer(server=kind) as server:
        rule = server.when("insert into t (a, b) values ($1, $2)").completes("INSERT 0 1")
        connection = shell(**server.connect_kwargs())
        cursor = connection.cursor()
        cursor.executemany("insert into t (a, b) values (%s, %s)", [(1, "x"), (2, None)])
        assert cursor.rowcount == 2
        connection.commit()
        connection.close()
        assert [call.params for call in rule.calls] == [(1, "x"), (2, None)]
