"""What a cached statement gives is what a fresh one would have given.

Two connections to PostgreSQL, one of which keeps no statements, run the same. The one
exception is the policy's own (``rs_driver.domain.statements``): None at a place where the
text had a value before may take the type of that value.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import rs_driver
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

Seen = tuple[Any, ...]
"""What came of a statement, as far as it can be compared."""


@contextmanager
def connected(postgres: PostgresServer, **options: Any) -> Iterator[rs_driver.Connection]:
    options = {"autocommit": True, **options}
    with rs_driver.connect(**postgres.connect_kwargs(), **options) as connection:
        yield connection


def seen(cursor: rs_driver.Cursor[Any], sql: str, arguments: Seen) -> Seen:
    """The rows with the class of each value, and the columns' types; or the SQLSTATE."""
    try:
        cursor.execute(sql, arguments)
    except rs_driver.DatabaseError as error:
        return type(error).__name__, error.sqlstate
    if cursor.description is None:
        return (cursor.rowcount,)
    rows = [[(type(value).__name__, repr(value)) for value in row] for row in cursor.fetchall()]
    return rows, [column[1] for column in cursor.description]


# -- any text with any arguments ----------------------------------------------------------

SETUP = """
drop schema if exists fresh cascade; create schema fresh;
create table fresh.t (s smallint, i int, b bigint, n numeric(10, 2), f float8, v text, d date);
insert into fresh.t values (1, 1, 1, 1.5, 1.5, '1', '2024-01-01'), (2, 2, 2, 2.5, 2.5, 'a', null);
create table fresh.ints (x int); create table fresh.numbers (x numeric);
create table fresh.days (x date); create table fresh.words (x varchar(20));
create function fresh.f(int) returns text language sql as $$select 'int4'$$;
create function fresh.f(bigint) returns text language sql as $$select 'int8'$$;
create function fresh.f(numeric) returns text language sql as $$select 'numeric'$$;
create function fresh.f(text) returns text language sql as $$select 'text'$$;
create function fresh.g(int, int) returns text language sql as $$select 'int4'$$;
create function fresh.g(bigint, bigint) returns text language sql as $$select 'int8'$$;
create function fresh.g(numeric, numeric) returns text language sql as $$select 'numeric'$$
"""

TEXTS = """
select %s
select to_hex(%s)
select %s << 33
select ~%s
select -%s
select %s / 2
select 5 / %s
select 5.0 / %s
select %s * 2000000000
select mod(%s, 3)
select abs(%s)
select round(%s)
select power(%s, 2)
select coalesce(%s, 5) / 2
select coalesce(%s, 5.5)
select coalesce(%s, 'x')
select greatest(%s, 2)
select nullif(%s, 2)
select case when false then 2.5 else %s end / 2
select %s::int
select %s::int8 / 2
select %s::numeric / 2
select %s::text
select %s::date
select date '2024-01-01' + %s
select date '2024-01-01' - %s
select timestamp '2024-01-01' - %s
select interval '1 day' * %s
select date_trunc('day', %s)
select left('abcdef', %s)
select repeat('a', %s)
select chr(%s)
select %s || 'a'
select length(%s)
select 2 = any(%s)
select %s = any(array[1.5, 2])
select array[1, 2] || %s
select array[%s, 2]
select '{"1": "k", "abc": 3}'::jsonb -> %s
select '["x", "y", "z"]'::jsonb ->> %s
select '{"a": 1}'::jsonb @> %s
select jsonb_build_object('a', %s)
select to_json(%s)
select x / 2 from (values (%s), (1)) v(x)
select avg(x) from (values (1), (%s)) v(x)
select 1 union all select %s
select generate_series(%s, 3) limit 3
select fresh.f(%s)
select fresh.g(%s, 1)
select s from fresh.t where s = %s
select s * %s from fresh.t
select b / %s from fresh.t
select n / %s from fresh.t
select %s / i from fresh.t
select i from fresh.t where i = %s
select b from fresh.t where b > %s
select d from fresh.t where d = %s
select v from fresh.t limit %s
insert into fresh.ints values (%s) returning *
insert into fresh.numbers values (%s) returning *
insert into fresh.days values (%s) returning *
insert into fresh.words values (%s) returning *
select %s + %s
select %s / %s
select coalesce(%s, %s)
select greatest(%s, %s)
select %s = %s
select %s || %s
select fresh.g(%s, %s)
select array[%s, %s]
select %s = any(%s)
select i from fresh.t where i in (%s, %s)
values (%s, 1), (2, %s)
""".strip().splitlines()

VALUES: tuple[Any, ...] = (
    *(None, None, None, 0, 1, 2, -1, 7, 2**31, 2**40, -(2**40), 2**70),
    *("1", "007", "abc", "2024-01-05", "1 day", Decimal("2.5"), Decimal(3), 2.5, 3.0),
    *(True, False, date(2024, 1, 2), datetime(2024, 1, 2, 3, 4), timedelta(days=2)),
    *([1, 2], [2**40, 1], ["1", "2"], [Decimal("1.5")], b"ab", UUID(int=5)),
)


@pytest.mark.parametrize("threshold", [0, 1, 2, 3])
def test_random_arguments(threshold: int, postgres: PostgresServer) -> None:
    rng = random.Random(threshold)
    had_values: dict[str, set[int]] = {sql: set() for sql in TEXTS}
    compared = 0
    with (
        connected(postgres, prepare_threshold=threshold) as caching,
        connected(postgres, max_prepared_statements=0) as forgetful,
    ):
        forgetful.run(SETUP)
        cached, fresh = caching.cursor(), forgetful.cursor()
        for _ in range(1500):
            sql = rng.choice(TEXTS)
            arguments = tuple(rng.choice(VALUES) for _ in range(sql.count("%s")))
            found = seen(cached, sql, arguments)
            nulls = {at for at, value in enumerate(arguments) if value is None}
            if not nulls & had_values[sql]:
                assert found == seen(fresh, sql, arguments), (sql, arguments)
                compared += 1
            had_values[sql] |= set(range(len(arguments))) - nulls
        forgetful.run("drop schema fresh cascade")
    assert compared > 900


# -- a value after None or another one, and DDL in between --------------------------------

COLUMNS: tuple[tuple[str, str, Any], ...] = (
    *(("bigint", "float8", 2**40), ("int", "real", 1), ("int", "date", 7), ("date", "int", 7)),
    *(("int", "bigint", -1), ("bigint", "int", 1), ("int", "text", 0x41424344)),
    *(("smallint", "interval", 5), ("bigint", "numeric(9, 1)", 2**20), ("numeric", "int", 3)),
    *(("numeric", "float8", Decimal("1.5")), ("float8", "bigint", 2.5), ("real", "int", 2.5)),
    *(("timestamp", "bigint", datetime(2020, 1, 1)), ("bytea", "text", b"abc")),
    *(("timestamp", "timestamptz", datetime(2020, 1, 1)), ("date", "timestamp", date(2020, 1, 1))),
    *(("time", "interval", time(1, 2)), ("uuid", "text", UUID(int=5)), ("bool", "text", True)),
    *(("date", "timestamp", "2024-01-02 10:11:12"), ("timestamp", "date", "2024-01-02 10:11:12")),
    *(("int", "text", "007"), ("text", "int", "007"), ("numeric", "text", "1.50")),
    *(("varchar(99)", "timestamp", "2024-01-02"), ("interval", "text", "1 day")),
    *(("text", "char(9)", "a"), ("date", "varchar(99)", "2024-01-02")),
)
"""What a column is when the statement is first used, what it is then, what it is given: a str
at its first uses, too, anything else not before the change."""


def columns(version: int) -> str:
    """The columns as they are at first (0), or later (1)."""
    return "at serial, " + ", ".join(f"c{at} {each[version]}" for at, each in enumerate(COLUMNS))


def table(name: str, version: int) -> str:
    return f"drop table if exists {name}; create table {name} ({columns(version)})"


LATER = table("ddl_one.w", 1)
WAYS: dict[str, tuple[str, str]] = {
    # what is run before the statements' first use, and after it
    "our own DDL": ("", LATER),
    "a DO block": ("", f"do $$ begin {LATER}; end $$"),
    "a function": ("", "select ddl_one.later()"),
    "a procedure": ("", "call ddl_one.procedure()"),
    "SET": ("", "set search_path = ddl_two"),
    "set_config": ("", "select set_config('search_path', 'ddl_two', false)"),
    "ROLLBACK": (f"{LATER}; begin; {table('ddl_one.w', 0)}", "rollback"),
    "a savepoint": (
        f"{LATER}; begin; savepoint s; {table('ddl_one.w', 0)}",
        "rollback to s; commit",
    ),
    "SET LOCAL": ("set search_path = ddl_two; begin; set local search_path = ddl_one", "commit"),
    "a temporary table": (
        f"{LATER}; begin; create temp table w ({columns(0)}) on commit drop",
        "commit",
    ),
}
DDL_SETUP = f"""
drop schema if exists ddl_one cascade; create schema ddl_one;
drop schema if exists ddl_two cascade; create schema ddl_two;
create function ddl_one.later() returns void language plpgsql as $$ begin {LATER}; end $$;
create procedure ddl_one.procedure() language plpgsql as $$ begin {LATER}; end $$
"""


def after_a_change(
    connection: rs_driver.Connection, admin: rs_driver.Connection, way: str, uses: int
) -> list[Seen]:
    """Use statements so many times, let the columns be others, use them again."""
    admin.run(f"{table('ddl_one.w', 0)}; {table('ddl_two.w', 1)}")
    connection.run("set search_path = ddl_one")
    before, change = WAYS.get(way, ("", ""))
    if before:
        connection.run(before)
    found: list[Seen] = []
    with connection.cursor() as cursor:
        texts = [
            (sql.format(f"c{at}"), value)
            for at, (_, _, value) in enumerate(COLUMNS)
            for sql in (
                "insert into w ({}) values (%s)",
                "select count(*) from w where {} is not distinct from %s",
            )
        ]
        for sql, value in texts * uses:
            cursor.execute(sql, (value if isinstance(value, str) else None,))
        if change:
            cursor.execute(change)
        else:
            admin.run(LATER)
        found += [(sql, seen(cursor, sql, (value,))) for sql, value in texts * 2]
    with admin.cursor() as cursor:
        everything = "w.at, " + ", ".join(f"c{at}::text" for at in range(len(COLUMNS)))
        for name in ("ddl_one.w", "ddl_two.w"):
            found.append(seen(cursor, f"select {everything} from {name} w order by at", ()))
    return found


@pytest.mark.parametrize("way", ["another session", *WAYS])
def test_a_value_after_another_and_ddl(way: str, postgres: PostgresServer) -> None:
    with connected(postgres, max_prepared_statements=0) as admin:
        admin.run(DDL_SETUP)
        for uses, thresholds in ((1, (0, 2, 3)), (2, (1, 2, 3)), (6, (3, 6))):
            with connected(postgres, max_prepared_statements=0) as forgetful:
                fresh = after_a_change(forgetful, admin, way, uses)
            for threshold in thresholds:
                with connected(postgres, prepare_threshold=threshold) as caching:
                    cached = after_a_change(caching, admin, way, uses)
                assert cached == fresh, (uses, threshold)
        admin.run("drop schema ddl_one cascade; drop schema ddl_two cascade")
