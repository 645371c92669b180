from __future__ import annotations

import re
import time

import pytest

from rs_driver_fakeserver.rules.hints import different, has_placeholder, unmatched
from rs_driver_fakeserver.rules.matchers import Glob, Matcher, matcher
from rs_driver_fakeserver.rules.parameters import ANY


def texts(*rules: str) -> list[Matcher]:
    return [matcher(rule) for rule in rules]


def test_without_rules() -> None:
    assert unmatched("select 1", []) == "There are no rules."


def test_the_nearest_come_first_with_what_is_different() -> None:
    rules = texts("select * from orders", "insert into t values($1)", "select * from customers")
    assert unmatched("SELECT * FROM customer", rules) == (
        "The nearest rules, [-with what only they have-]{+and what came instead+}:\n"
        "  select * from [-customers-]{+customer+}\n"
        "  select * from [-orders-]{+customer+}"
    )
    assert unmatched("vacuum", rules) == (
        "No rule is near it. There are: select * from orders; insert into t values($1); "
        "select * from customers"
    )


def test_what_is_no_text_is_named() -> None:
    assert unmatched("insert into u select 1", [Glob("insert into t *")]).endswith(
        "\n  glob('insert into t *')"
    )


def test_many_and_long_rules() -> None:
    rules = texts(*(f"select {n}, {'x' * 1000} from t{n}" for n in range(2000)), "select a from t")
    start = time.perf_counter()
    assert "select a from [-t-]{+u+}" in unmatched("select a from u", rules)
    assert len(unmatched("x " * 100_000, rules)) < 5000
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("rule", ["select * from t where a = %s", "select * from t where a = ?"])
def test_placeholders_of_clients(rule: str) -> None:
    assert "its parameters are $1, $2" in unmatched("select * from t where a = $1", texts(rule))
    plain = unmatched("select * from t where a = $1", texts("select * from t where a = $2"))
    assert "parameters" not in plain


@pytest.mark.parametrize("sql", ["a = %s", "a = %(name)s", "(?,?)", "a = :name", "a = :1"])
def test_what_is_a_placeholder(sql: str) -> None:
    assert has_placeholder(sql)


@pytest.mark.parametrize("sql", ["a = $1", "a like '%s' or b = '?'", "a::int", "a % s", 'b = "?"'])
def test_what_is_none(sql: str) -> None:
    assert not has_placeholder(sql)


@pytest.mark.parametrize("rule", ["^copy ", "copy .* from"])
def test_a_text_that_looks_like_a_pattern(rule: str) -> None:
    found = unmatched("copy t from 's3://x'", texts("select 1", rule))
    text = rule.strip()
    assert f"{text!r} is compared as plain text: for a pattern use re.compile()" in found


def test_a_pattern_that_heeds_case() -> None:
    rules = [matcher(re.compile("^copy")), matcher(re.compile("^unload"))]
    assert unmatched("COPY t", rules).endswith(
        "Patterns heed case: /^copy/ would match with re.IGNORECASE"
    )
    assert "IGNORECASE" not in unmatched("VACUUM t", rules)


def test_parameters_that_differ() -> None:
    assert different([1, ANY, "a"], [1, 2, "b"]) == " ($3 is 'b', not 'a')"
    assert (
        different([0] * 9, [1] * 9)
        == " ($1 is 1, not 0; $2 is 1, not 0; $3 is 1, not 0 and 6 more)"
    )
