from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.duckdb_ import DuckDbSession
from rs_driver_fakeserver.engine.errors import sql_error
from rs_driver_fakeserver.engine.port import SqlError

SCHEMA = """
create schema sales;
create table t (a int primary key, b varchar(20) not null, c int check (c > 0));
create table child (a int references t (a));
create view v as select 1 as a;
insert into t values (1, 'x', 1)
"""


@pytest.fixture
def filled(session: DuckDbSession) -> DuckDbSession:
    for statement in SCHEMA.split(";"):
        session.execute(statement, ())
    return session


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("selec 1", "42601"),
        ("select 'unterminated", "42601"),
        ("insert into t values (1)", "42601"),
        ("select * from missing", "42P01"),
        ("select missing.a from t", "42P01"),
        ("insert into missing values (1)", "42P01"),
        ("drop table missing", "42P01"),
        ("drop view missing", "42P01"),
        ("select missing from t", "42703"),
        ("select t.missing from t", "42703"),
        ("select missing", "42703"),
        ("insert into t (missing) values (1)", "42703"),
        ("update t set missing = 1", "42703"),
        ("select a from t, child", "42702"),
        ("create table t (a int)", "42P07"),
        ("create view v as select 2 as a", "42P07"),
        ("create schema sales", "42P06"),
        ("drop schema missing", "3F000"),
        ("create table missing.t (a int)", "3F000"),
        ("alter table child add column a int", "42701"),
        ("drop table v", "42809"),
        ("drop table t", "2BP01"),
        ("create table u (a no_such_type)", "42704"),
        ("select missing(1)", "42883"),
        ("select abs('a', 'b')", "42883"),
        ("select coalesce(1, date '2000-01-01')", "42883"),
        ("select a, count(*) from t", "42803"),
        ("select a from t where count(*) > 1", "42803"),
        ("insert into t values (1, 'y', 1)", "23505"),
        ("insert into t values (2, null, 1)", "23502"),
        ("insert into t values (2, 'y', -1)", "23514"),
        ("insert into child values (99)", "23503"),
        ("select 'a'::int", "22P02"),
        ("select 'maybe'::boolean", "22P02"),
        ("select 'a'::decimal(5,2)", "22P02"),
        ("select '99999999999'::int", "22003"),
        ("select 300::int2::tinyint", "22003"),
        ("select 1000::decimal(3,2)", "22003"),
        ("select 2147483647::int + 1::int", "22003"),
        ("select 9223372036854775807 + 1", "22003"),
        ("select 'today-ish'::date", "22007"),
        ("select '2020-13-01'::date", "22008"),
        ("select date '2000-01-01' = 1", "42846"),
        ("select (select 1 union all select 2)", "21000"),
        ("select * from read_csv('/etc/passwd')", "42501"),
    ],
)
def test_sqlstates(filled: DuckDbSession, sql: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as caught:
        filled.execute(sql, ())
    assert caught.value.sqlstate == sqlstate
    assert caught.value.message
    assert "\n" not in caught.value.message
    assert "Error: " not in caught.value.message


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select * from missing", 'relation "missing" does not exist'),
        ("create table t (a int)", 'relation "t" already exists'),
        ("create table missing.t (a int)", 'schema "missing" does not exist'),
        ("select missing from t", 'column "missing" does not exist'),
        ("update t set missing = 1", 'column "missing" does not exist'),
    ],
)
def test_messages_that_clients_read_are_redshifts(
    filled: DuckDbSession, sql: str, message: str
) -> None:
    with pytest.raises(SqlError) as caught:
        filled.execute(sql, ())
    assert caught.value.message == message


def test_what_duckdb_suggests_is_the_hint_unless_it_is_about_duckdb(
    filled: DuckDbSession,
) -> None:
    with pytest.raises(SqlError) as caught:
        filled.execute("select t.bb from t", ())
    assert caught.value.hint is not None
    assert '"b"' in caught.value.hint
    for sql in ("select abs('a', 'b')", "select * from pg_clas"):
        with pytest.raises(SqlError) as caught:
            filled.execute(sql, ())
        assert caught.value.hint is None


def test_an_error_that_nobody_knows_is_internal() -> None:
    class NovelException(Exception):
        pass

    error = sql_error(NovelException("Novel Error: the moon\n\nLINE 1: select moon()"))
    assert (error.sqlstate, error.message, error.hint) == ("XX000", "the moon", None)
