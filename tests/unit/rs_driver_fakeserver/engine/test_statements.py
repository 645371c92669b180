from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.engine.statements import Statement, classify, command_tag


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


def classified(connection: duckdb.DuckDBPyConnection, sql: str) -> Statement:
    found = classify(sql, connection.extract_statements, duckdb.tokenize)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        ("select 1", "SELECT"),
        ("values (1)", "SELECT"),
        ("with a as (select 1) select * from a", "SELECT"),
        ("explain select 1", "EXPLAIN"),
        ("insert into t values (1)", "INSERT 0 3"),
        ("/* x */ with a as (select 1) insert into t select * from a", "INSERT 0 3"),
        ("update t set a = 1", "UPDATE 3"),
        ("delete from t", "DELETE 3"),
        ("merge into t using u on t.a = u.a when matched then delete", "MERGE 3"),
        ("truncate t", "TRUNCATE TABLE"),
        ("create table t (a int)", "CREATE TABLE"),
        ("create or replace temp table t (a int)", "CREATE TABLE"),
        ("create table t as select 1 as a", "SELECT 3"),
        ("create or replace view v as select 1", "CREATE VIEW"),
        ("create schema s", "CREATE SCHEMA"),
        ("create unique index i on t (a)", "CREATE INDEX"),
        ("alter table t add column b int", "ALTER TABLE"),
        ("drop table if exists t", "DROP TABLE"),
        ("drop view v", "DROP VIEW"),
        ("comment on table t is 'x'", "COMMENT"),
        ("vacuum", "VACUUM"),
        ("analyze", "ANALYZE"),
    ],
)
def test_command_tags(connection: duckdb.DuckDBPyConnection, sql: str, tag: str) -> None:
    assert command_tag(classified(connection, sql), 3) == tag


@pytest.mark.parametrize(
    "sql",
    [
        "copy t from '/etc/passwd'",
        "copy t to '/tmp/t.csv'",
        "attach ':memory:' as other",
        "detach other",
        "install httpfs",
        "load httpfs",
        "export database '/tmp/x'",
        "create secret (type s3)",
        "create macro f(a) as a",
        "set threads = 2",
        "use main",
        "call pragma_version()",
        "prepare p as select 1",
        "execute p",
        "deallocate p",
        "begin",
        "commit",
        "checkpoint",
    ],
)
def test_what_an_engine_has_no_business_with(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> None:
    with pytest.raises(SqlError) as caught:
        classified(connection, sql)
    assert caught.value.sqlstate == "0A000"
    assert caught.value.message.startswith(sql.split(maxsplit=1)[0].upper())


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("insert into t values (1) returning a, b", "SELECT a, b\nFROM t"),
        ("insert into s.t as x (a) values (1) returning *;", "SELECT *\nFROM s.t as x"),
        ("update t x set a = 1 where b = 2 returning x.a", "SELECT x.a\nFROM t x"),
        (
            'delete from "my t" where a in (select returning_ from u) returning (a)',
            'SELECT (a)\nFROM "my t"',
        ),
        (
            "with u as (select 1 as a) insert into t select a from u returning a -- all",
            "SELECT a\nFROM t",
        ),
        ("insert into t values ('returning a')", None),
        ("update t set a = 'x' -- returning a", None),
        ("create table returning_ (a int)", None),
    ],
)
def test_the_query_for_the_rows_of_returning(
    connection: duckdb.DuckDBPyConnection, sql: str, query: str | None
) -> None:
    found = classified(connection, sql).row_query
    assert (found and found.replace(" -- all", "").replace("SELECT  ", "SELECT ")) == query


def test_parameters_are_those_outside_strings(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "select $3, '$9', $1 /* $8 */, $1"
    assert classified(connection, sql).parameters == (1, 3)


def test_named_parameters_are_not_sql_of_redshift(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(SqlError, match="42601"):
        classified(connection, "select $name")


def test_several_statements_are_refused_and_none_is_none(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(SqlError, match="42601: cannot insert multiple commands"):
        classified(connection, "select 1; select 2")
    for empty in ("", "  ", ";", "-- select 1"):
        assert classify(empty, connection.extract_statements, duckdb.tokenize) is None


def test_attributes_of_redshift_are_gone_from_the_text(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    statement = classified(connection, "create table t (a int distkey) diststyle key")
    assert statement.text.split() == ["create", "table", "t", "(a", "int", ")"]
    connection.execute(statement.text)
