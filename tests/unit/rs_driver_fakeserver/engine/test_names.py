from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.engine.duckdb_ import DuckDbSession
from rs_driver_fakeserver.engine.names import redshift_names


@pytest.fixture
def filled(session: DuckDbSession) -> DuckDbSession:
    session.execute("create table t (a int, b varchar, c date)", ())
    return session


@pytest.mark.parametrize(
    ("select", "names"),
    [
        ("a, B, t.c", ["a", "b", "c"]),
        ('a as "Total", b as "count_star()"', ["Total", "count_star()"]),
        ('sum(a) over () as "A sum", a + 1 as "a+1"', ["A sum", "a+1"]),
        ("count(*), count(a), sum(a), max(b)", ["count", "count", "sum", "max"]),
        ("count(*) over (), row_number() over ()", ["count", "row_number"]),
        ("cast(a as varchar), a::text, upper(b)::varchar(3)", ["a", "a", "upper"]),
        ("1::int, '2000-01-01'::date, (a + 1)::bigint", ["int4", "date", "int8"]),
        ("1, 'x', a + 1, -a, a || b, a = 1, a is null, not true", ["?column?"] * 8),
        ("coalesce(b, 'x'), nullif(a, 1)", ["coalesce", "nullif"]),
        ("case when a = 1 then 2 end", ["case"]),
        ("(select 1), (select max(a) from t), (select a from t)", ["?column?", "max", "a"]),
        ("exists (select 1)", ["exists"]),
        ("*, a + 1", ["a", "b", "c", "?column?"]),
        ("a + 1, t.*, count(*) over ()", ["?column?", "a", "b", "c", "count"]),
        ("1, x.*, t.*, 2", ["?column?", "a", "b", "c", "a", "b", "c", "?column?"]),
        ("$1", ["?column?"]),
    ],
)
def test_names_are_redshifts(filled: DuckDbSession, select: str, names: list[str]) -> None:
    group = " group by all" if select.startswith(("count(*),", "(select")) else ""
    sql = f"select {select} from t" + (", t as x" if "x.*" in select else "") + group
    result = filled.execute(sql, (1,))
    assert result.columns is not None
    assert [column.name for column in result.columns] == names
    described = filled.describe(sql, (23,))
    assert described.columns is not None
    assert [column.name for column in described.columns] == names


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("values (1, 'x')", ["column1", "column2"]),
        ("select * from (values (1)) as v (col0)", ["col0"]),
        ("select 1 union all select a from t", ["?column?"]),
        ("select count(*) from t union (select 1 union select 2)", ["count"]),
        ("with q as (select 1 as n) select sum(n) from q", ["sum"]),
        ("insert into t (a) values (1) returning a + 1, upper('x')", ["?column?", "upper"]),
        ("explain select 1", ["QUERY PLAN"]),
    ],
)
def test_names_in_other_statements(filled: DuckDbSession, sql: str, names: list[str]) -> None:
    result = filled.execute(sql, ())
    assert result.columns is not None
    assert [column.name for column in result.columns] == names


def test_the_parse_tree_is_asked_for_only_where_a_name_is_strange() -> None:
    asked: list[bool] = []

    def no_tree() -> dict[str, Any] | None:
        asked.append(True)
        return None

    assert redshift_names(["a", "b_1"], ["int4", "int4"], no_tree) == ["a", "b_1"]
    assert not asked
    assert redshift_names(["count_star()"], ["int8"], no_tree) == ["count_star()"]
    assert asked
