from __future__ import annotations

import re

import pytest

from rs_driver_fakeserver.rules.hints import has_placeholder, shown, unmatched


def test_how_a_rule_is_shown() -> None:
    assert shown("select 1") == "select 1"
    assert shown(re.compile("^copy")) == "/^copy/"


def test_without_rules() -> None:
    assert unmatched("select 1", []) == "There are no rules."


def test_the_nearest_come_first() -> None:
    rules = ["select * from orders", "insert into t values($1)", "select * from customers"]
    assert unmatched("select * from customer", rules) == (
        "The nearest rules: select * from customers; select * from orders"
    )
    assert unmatched("vacuum", rules) == f"The nearest rules: {'; '.join(rules)}"


@pytest.mark.parametrize("rule", ["select * from t where a = %s", "select * from t where a = ?"])
def test_placeholders_of_clients(rule: str) -> None:
    assert "its parameters are $1, $2" in unmatched("select * from t where a = $1", [rule])
    plain = unmatched("select * from t where a = $1", ["select * from t where a = $2"])
    assert "parameters" not in plain


@pytest.mark.parametrize("sql", ["a = %s", "a = %(name)s", "(?,?)", "a = :name", "a = :1"])
def test_what_is_a_placeholder(sql: str) -> None:
    assert has_placeholder(sql)


@pytest.mark.parametrize("sql", ["a = $1", "a like '%s' or b = '?'", "a::int", "a % s", 'b = "?"'])
def test_what_is_none(sql: str) -> None:
    assert not has_placeholder(sql)


@pytest.mark.parametrize("rule", ["^copy ", "copy .* from"])
def test_a_text_that_looks_like_a_pattern(rule: str) -> None:
    assert f"{rule!r} is compared as plain text: for a pattern use re.compile()" in unmatched(
        "copy t from 's3://x'", ["select 1", rule]
    )


def test_a_pattern_that_heeds_case() -> None:
    rules = [re.compile("^copy"), re.compile("^unload")]
    assert unmatched("COPY t", rules).endswith(
        "Patterns heed case: /^copy/ would match with re.IGNORECASE"
    )
    assert "IGNORECASE" not in unmatched("VACUUM t", rules)
