from __future__ import annotations

import time

import pytest

from rs_driver.domain.insert import one_row


@pytest.mark.parametrize(
    ("sql", "many"),
    [
        ("insert into t values ($1)", "insert into t values ($1),($2)"),
        ("insert into t(a)values($1);", "insert into t(a)values($1),($2)"),
        ("INSERT INTO t VALUES ($1, $1)", "INSERT INTO t VALUES ($1, $1),($2, $2)"),
        ("insert into values values ($1)", "insert into values values ($1),($2)"),
        (
            '\n insert into a.b . "c d" (x, "y""%") values\t( $1 , -1.5e3,null , True ) \n; ',
            (
                '\n insert into a.b . "c d" (x, "y""%") values\t'
                "( $1 , -1.5e3,null , True ),( $2 , -1.5e3,null , True )"
            ),
        ),
        (
            "insert into t values ($1::numeric(10, 2)::double precision[])",
            (
                "insert into t values ($1::numeric(10, 2)::double precision[]),"
                "($2::numeric(10, 2)::double precision[])"
            ),
        ),
        (
            "insert into t values (cast( $1 as timestamp(3) without time zone) :: date)",
            (
                "insert into t values (cast( $1 as timestamp(3) without time zone) :: date),"
                "(cast( $2 as timestamp(3) without time zone) :: date)"
            ),
        ),
    ],
)
def test_an_insert_of_one_row_is_made_one_of_two(sql: str, many: str) -> None:
    found = one_row(sql, 1)
    assert found is not None
    assert not found.literal
    assert found.of(2) == many
    assert found.of(1) == many[: found.of(1).__len__()]
    assert found.of(2) == many


@pytest.mark.parametrize("literal", ["'a'", "''", "'it''s $1, 100%d)'", "'('", "'--'", "'/*'"])
def test_strings_are_told_of(literal: str) -> None:
    found = one_row(f"insert into t values ({literal}, $1)", 1)
    assert found is not None
    assert found.literal
    assert found.of(2) == f"insert into t values ({literal}, $1),({literal}, $2)"


def test_a_dollar_within_a_name_is_no_parameter() -> None:
    found = one_row('insert into a$1 ("$1") values ($1::a$2)', 1)
    assert found is not None
    assert found.of(2) == 'insert into a$1 ("$1") values ($1::a$2),($2::a$2)'


def test_the_parameters_of_one_row_come_after_those_of_another() -> None:
    found = one_row("insert into t values ($3, $1, $2)", 3)
    assert found is not None
    assert found.of(3) == "insert into t values ($3, $1, $2),($6, $4, $5),($9, $7, $8)"


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "select $1",
        "insert into t select $1",
        "insert into t default values",
        "insert into t values ($1) returning a",
        "insert into t values ($1) on conflict do nothing",
        "insert into t values ($1), ($2)",
        "insert into t values ($1); select 1",
        "insert into t values ($1);;",
        "insert into t values ($1) -- a comment",
        "insert into t /* a comment */ values ($1)",
        "insert into t as u values ($1)",
        "insert into t overriding system value values ($1)",
        "with x as (select 1) insert into t values ($1)",
        "insert into t values ($1, default)",
        "insert into t values ($1, now())",
        "insert into t values ($1, nextval('s'))",
        "insert into t values ($1, current_timestamp)",
        "insert into t values ($1, (select 1))",
        "insert into t values ($1 + 1)",
        "insert into t values (-$1)",
        "insert into t values (row($1))",
        "insert into t values ($1, e'a')",
        "insert into t values ($1, E'a')",
        "insert into t values ($1, b'1')",
        "insert into t values ($1, U&'a')",
        "insert into t values ($1, 'a' 'b')",
        "insert into t values ($1, 'a'\n'b')",
        "insert into t values ($1, 'a\\')",
        "insert into t values ($1, $$a$$)",
        "insert into t values ($1, 1e5x)",
        "insert into t values ($1, nullx)",
        "insert into t values ($1, date '2024-01-01')",
        "insert into t values ($1::boolean and f (2))",
        "insert into t values ($1::int in (5,6))",
        "insert into t values ($1::int isnull)",
        "insert into t values ($1::int and nextval (16385))",
        "insert into t values ($1::text collate x)",
        "insert into t values (cast($1 as int or f(1)))",
        "insert into t values ($1::double)x",
        "insert into t values ($1",
        "insert into t values ($1, 'a)",
        "insert into t values ()",
        "insert into tvalues ($1)",
        "insert intot values ($1)",
        "insert into a.b.c.d values ($1)",
        'insert into "" values ($1)',
        "insert into t (a.b) values ($1)",
        "insert into t\u00a0values ($1)",
    ],
)
def test_anything_else_is_run_row_by_row(sql: str) -> None:
    assert one_row(sql, 1) is None


def test_without_parameters_there_is_nothing_to_gain() -> None:
    assert one_row("insert into t values (1)", 0) is None


@pytest.mark.parametrize(
    "text",
    [
        "insert into t values (" + "1::a a a a a a a a," * 5000 + "x)",
        "insert into t values (" + "1::a a(3) a a[ ] [],(" * 5000,
        "insert into t values (" + "cast(1 as a)::b ::c," * 5000 + "x)",
        "insert into t values ('" + "''" * 50_000,
        "insert into t (" + "a," * 50_000,
        "insert into t values (1" + " " * 5000 + "x",
        "insert into t values (" + "1" * 5000 + "x",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    assert one_row(text, 1) is None
    assert time.process_time() - begun < 1
