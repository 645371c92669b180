from __future__ import annotations

import re
import time
from typing import Any

import pytest

from rs_driver_fakeserver.rules.failures import FunctionFailed
from rs_driver_fakeserver.rules.matchers import (
    Contains,
    Glob,
    Matcher,
    Pattern,
    Text,
    Where,
    matcher,
)
from rs_driver_fakeserver.sql.text import normalise


def about(one: Matcher, sql: str) -> bool:
    return one.matches(sql, normalise(sql))


def test_what_a_test_may_write() -> None:
    assert matcher("SELECT  1;") == Text("select 1")
    assert isinstance(matcher(re.compile("x")), Pattern)
    assert isinstance(matcher(len), Where)
    assert matcher(Glob("a*")) == Glob("a*")


@pytest.mark.parametrize("given", [b"select 1", None, 7, ["a"]])
def test_what_it_may_not(given: Any) -> None:
    with pytest.raises(TypeError, match=r"a rule is about a str, a re\.Pattern, a predicate"):
        matcher(given)


def test_a_pattern_of_bytes() -> None:
    pattern: Any = re.compile(b"x")
    with pytest.raises(TypeError, match="SQL is text, and so must be a pattern"):
        matcher(pattern)


def test_contains() -> None:
    one = Contains("from orders")
    assert about(one, "SELECT a\nFROM  orders o")
    assert not about(one, "select a from customers")
    assert not about(one, "select 'from ORDERS'")
    assert str(one) == "contains('from orders')"


@pytest.mark.parametrize(
    ("glob", "sql", "matches"),
    [
        ("insert into * values*", "INSERT INTO t VALUES (1, 2)", True),
        ("insert into * values*", "insert into t select 1", False),
        ("insert*", "insert", True),
        ("insert*", "x insert", False),
        ("*limit 1", "select 1 limit 1", True),
        ("*limit 1", "select 1 limit 10", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*b", "ab", False),
        ("a*b*b", "abb", True),
        ("*", "", True),
        ("**", "anything", True),
        ("select 1", "select 1", True),
        ("select 1", "select 12", False),
        ("select a[1] = ?", "select a[1] = ?", True),
        ("select a[1] = ?", "select a1 = x", False),
        ("insert into * values*", "insert into t (a, b) values (1, 2)", True),
        ("insert into * values (*)", "insert into t(a) values(1)", True),
        ("insert into * values*", "insert into t_values (1)", False),
        ("select * from t*", "select count(*) from t where a in (1,2)", True),
        ("select * from t", "select count(*), a from t", True),
        ("select * from t", "select count(*) from ts", False),
        ("select f(*) , a", "select f(), a", True),
        ("select 'a (b'", "select 'a (b'", True),
        ("a b", "ab", False),
        ("a *b", "ab", False),
        ("copy t from 's3://*/x'", "COPY t FROM 's3://Bucket/x'", True),
        ("copy t from 's3://B*'", "copy t from 's3://bucket'", False),
    ],
)
def test_globs(glob: str, sql: str, matches: bool) -> None:
    assert about(Glob(glob), sql) is matches


def test_globs_take_no_longer_than_the_sql_is_long() -> None:
    sql = "a" * 200_000
    start = time.perf_counter()
    assert not Glob("*a" * 30 + "*b*").matches(sql, sql)
    assert time.perf_counter() - start < 1


def test_patterns() -> None:
    one = Pattern(re.compile("^SEL"))
    assert about(one, "SELECT a")
    assert not about(one, "select a")
    assert str(one) == "/^SEL/"
    assert one.matches_without_case("select a")


def test_predicates() -> None:
    def short(sql: str) -> object:
        return len(sql) < 10

    assert about(Where(short), "SELECT 1   ;")
    assert not about(Where(short), "select 12345")
    assert str(Where(short)) == "where(short)"
    assert re.fullmatch(r"where\(lambda at test_matchers\.py:\d+\)", str(Where(lambda sql: sql)))
    assert str(Where(str)) == "where(str)"
    assert not Where(short).pure


def test_a_predicate_that_raises() -> None:
    with pytest.raises(FunctionFailed, match="raised TypeError: ") as caught:
        Where(lambda sql: len(7)).matches("x", "x")  # type: ignore[arg-type]  # what is tested
    assert caught.value.sqlstate == "XX000"


def test_a_text_does_not_mind_blanks_beside_operators() -> None:
    text = matcher("select a, b from t where a=$1 and b <> 'x = y'")
    for sql, same in (
        ("SELECT a,b FROM t WHERE a = $1 AND b<>'x = y'", True),
        ("select a, b from t where a=$1 and b <> 'x=y'", False),
    ):
        assert text.matches(sql, normalise(sql)) is same, sql
