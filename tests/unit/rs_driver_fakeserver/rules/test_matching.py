from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.rules import matching
from rs_driver_fakeserver.rules.matchers import Matcher
from rs_driver_fakeserver.sql.text import normalise


def about(one: Matcher, sql: str) -> bool:
    return one.matches(sql, normalise(sql))


def test_layout_and_case_do_not_matter() -> None:
    for one in (
        matching.contains("FROM\n  Orders"),
        matching.glob("SELECT * from orders;"),
        matching.regex(r"^SELECT\s+(id, )?name\s+FROM\s+orders"),
        matching.where(lambda sql: sql == "select name from orders"),
    ):
        assert about(one, "select NAME\nfrom   orders -- all of them")
        assert not about(one, "select name from customers")


def test_quoted_text_keeps_its_case() -> None:
    assert about(matching.contains("'Ann'"), "select 'Ann'")
    assert not about(matching.contains("'ann'"), "select 'Ann'")


def test_the_flags_of_a_pattern() -> None:
    assert about(matching.regex("^select"), "SELECT 1")
    assert not about(matching.regex("^select", 0), "SELECT 1")


@pytest.mark.parametrize("make", [matching.contains, matching.glob])
@pytest.mark.parametrize("text", ["", "  ", "-- nothing", ";"])
def test_no_text(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match="takes some text"):
        make(text)


@pytest.mark.parametrize("make", [matching.contains, matching.glob, matching.regex])
def test_no_str(make: Any) -> None:
    with pytest.raises(TypeError, match=r"\(\) takes a str, not bytes"):
        make(b"x")


def test_no_function() -> None:
    given: Any = "select"
    with pytest.raises(TypeError, match=r"where\(\) takes a function of the SQL, not str"):
        matching.where(given)


def test_no_pattern() -> None:
    with pytest.raises(ValueError, match=r"'\(' is no regular expression: "):
        matching.regex("(")


def test_anything() -> None:
    assert repr(matching.ANY) == "ANY"
