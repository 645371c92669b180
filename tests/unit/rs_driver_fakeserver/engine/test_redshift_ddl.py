from __future__ import annotations

import duckdb
import pytest

from rs_driver_fakeserver.engine.redshift_ddl import without_attributes
from rs_driver_fakeserver.engine.tokens import tokens


def stripped(sql: str) -> str:
    return without_attributes(sql, tokens(sql, duckdb.tokenize))


@pytest.mark.parametrize(
    ("sql", "plain"),
    [
        ("create table t (a int distkey sortkey, b int)", "create table t (a int, b int)"),
        (
            "create table t (a varchar(9) encode zstd not null, b int encode raw)",
            "create table t (a varchar(9) not null, b int)",
        ),
        ("create table t (a int) diststyle all", "create table t (a int)"),
        ("CREATE TABLE s.t (a int) DISTSTYLE KEY DISTKEY (a);", "CREATE TABLE s.t (a int);"),
        ("create table t (a int) compound sortkey (a, b) backup no", "create table t (a int)"),
        ("create table t (a int) interleaved sortkey(a) encode auto", "create table t (a int)"),
        ("create table t (a int) sortkey auto", "create table t (a int)"),
        (
            "create table t (a varbyte(10) encode raw, b VARBINARY (9) not null, c varbyte)",
            "create table t (a varbyte, b VARBINARY not null, c varbyte)",
        ),
        (
            "create temp table if not exists t distkey(a) sortkey (b) as select 1 as a",
            "create temp table if not exists t as select 1 as a",
        ),
    ],
)
def test_attributes_are_blanked_out(sql: str, plain: str) -> None:
    found = stripped(sql)
    assert len(found) == len(sql)
    assert "".join(found.split()) == "".join(plain.split())


@pytest.mark.parametrize(
    "sql",
    [
        "create table distkey (distkey int, sortkey int, encode int)",
        "create table t (a varchar(9) default 'x distkey', b int) -- diststyle all",
        "create table t as select distkey, (sortkey) from encode",
        "create table t (a int, primary key (a))",
        "create table t (varbyte int, a int default (1))",
        "create view v as select a as distkey from t",
        "insert into t (a, distkey) values (1, 2)",
        "select a distkey from t",
        "create table",
        "create",
        "",
    ],
)
def test_everything_else_stays(sql: str) -> None:
    assert stripped(sql) == sql


def test_an_unfinished_attribute_is_left_to_the_parser() -> None:
    assert stripped("create table t (a int) distkey (a").rstrip().endswith("(a")
    assert stripped("create table t (a int encode").strip() == "create table t (a int"
