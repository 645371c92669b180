from __future__ import annotations

import pytest

from rs_driver_fakeserver.rules.tags import default_tag


@pytest.mark.parametrize(
    ("sql", "count", "tag"),
    [
        ("select 1", 2, "SELECT"),
        ("with a as (select 1) select 1", 1, "SELECT"),
        ("values (1)", 1, "SELECT"),
        ("(select 1)", 1, "SELECT"),
        ("-- first\ninsert into t values (1) returning a", 2, "INSERT 0 2"),
        ("update t set a = 1", 1, "UPDATE 1"),
        ("DELETE from t", 0, "DELETE 0"),
        ("merge into t using s on a = b when matched then delete", 0, "MERGE 0"),
        ("show tables", 1, "SHOW"),
        ("copy t from 's3://x'", 0, "COPY"),
        ("create table t (a int)", 0, "CREATE TABLE"),
        ("create temp table t (a int)", 0, "CREATE TABLE"),
        ("create or replace view v as select 1", 0, "CREATE VIEW"),
        ("create materialized view v as select 1", 0, "CREATE MATERIALIZED VIEW"),
        ("drop schema s", 0, "DROP SCHEMA"),
        ("alter table t add b int", 0, "ALTER TABLE"),
        ("create", 0, "CREATE"),
        ("create table t as select 1", 0, "SELECT"),
        ('CREATE TEMP TABLE s."T"(a)\nAS (SELECT 1)', 0, "SELECT"),
        ("create table t distkey(a) sortkey(b) as with x as (select 1) select 1", 0, "SELECT"),
        ("create table t (a int, as_of date)", 0, "CREATE TABLE"),
        ("create view table_v as select 1", 0, "CREATE VIEW"),
        ("truncate t", 0, "TRUNCATE TABLE"),
        ("lock t", 0, "LOCK TABLE"),
        ("refresh materialized view v", 0, "REFRESH MATERIALIZED VIEW"),
        ("call p()", 0, "CALL"),
        ("unload ('select 1') to 's3://x'", 0, "UNLOAD"),
        ("grant select on t to u", 0, "GRANT"),
        ("vacuum full t", 0, "VACUUM"),
        ("analyze t", 0, "ANALYZE"),
    ],
)
def test_tags(sql: str, count: int, tag: str) -> None:
    assert default_tag(sql, count) == tag
