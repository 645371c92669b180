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
    ],
)
def test_tags(sql: str, count: int, tag: str) -> None:
    assert default_tag(sql, count) == tag
