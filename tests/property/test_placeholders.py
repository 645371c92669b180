"""The lexer, the rewriting and the classifier against a model that reads by characters."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rs_driver.domain.classify import classify
from rs_driver.domain.lexer import spans
from rs_driver.domain.parameters import PARAMSTYLES, rewrite
from rs_driver.errors import ProgrammingError
from support.placeholder_model import FRAGMENTS, MARKS, keywords, tokens

SQL = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)
# Long enough for the lexer's bounded repetitions to end in mid-text.
LONG_SQL = st.tuples(SQL, st.sampled_from((",a", "\\'", "''", " '\\\\'", "a ")), SQL).map(
    lambda parts: parts[0] + parts[1] * 250 + parts[2]
)


@pytest.mark.parametrize("style", MARKS)
@settings(max_examples=400, deadline=None)
@example(sql="a[x:e'\\' :a ']", backslash_escapes=False)
@example(sql="E'a' -- b\n 'c\\' ? '", backslash_escapes=False)
@given(sql=st.one_of(SQL, LONG_SQL), backslash_escapes=st.booleans())
def test_the_lexer_finds_the_placeholders_of_the_model(
    style: str, sql: str, backslash_escapes: bool
) -> None:
    found = list(spans(sql, MARKS[style], backslash_escapes))
    model = tokens(sql, style, backslash_escapes)
    kinds = {"place": "mark", "native": "native"}
    assert found == [(kinds[t.kind], t.start, t.stop) for t in model if t.kind in kinds]


@settings(max_examples=400, deadline=None)
@given(sql=st.one_of(SQL, LONG_SQL), backslash_escapes=st.booleans())
def test_the_classifier_finds_the_words_of_the_model(sql: str, backslash_escapes: bool) -> None:
    assert classify(sql, backslash_escapes).keywords == keywords(sql, backslash_escapes)


@pytest.mark.parametrize("style", PARAMSTYLES)
@settings(max_examples=300, deadline=None)
@given(sql=SQL, backslash_escapes=st.booleans())
def test_the_server_sees_the_parameters_that_we_put_there(
    style: str, sql: str, backslash_escapes: bool
) -> None:
    try:
        prepared = rewrite(sql, style, backslash_escapes)
    except ProgrammingError:
        return
    places = [t for t in tokens(sql, style, backslash_escapes) if t.kind == "place"]
    written = [sql[t.start : t.stop] for t in places if sql[t.start : t.stop] != "??"]
    seen = [
        prepared.text[t.start : t.stop]
        for t in tokens(prepared.text, "", backslash_escapes)
        if t.kind == "native"
    ]
    if not written:
        assert prepared.count == 0
        return
    assert seen == [expected_number(written, index) for index in range(len(written))]
    assert prepared.count == len(set(seen))


def expected_number(written: list[str], index: int) -> str:
    place = written[index]
    if place in ("?", "%s"):
        return f"${index + 1}"
    if place[0] == ":" and place[1:].isdecimal():
        return f"${sorted({int(number[1:]) for number in written}).index(int(place[1:])) + 1}"
    return f"${list(dict.fromkeys(written)).index(place) + 1}"


@settings(max_examples=300, deadline=None)
@given(sql=SQL, backslash_escapes=st.booleans())
def test_what_is_no_placeholder_stays_as_it_is(sql: str, backslash_escapes: bool) -> None:
    for style in ("qmark", "named", "numeric"):
        if not any(t.kind == "place" for t in tokens(sql, style, backslash_escapes)):
            assert rewrite(sql, style, backslash_escapes).text == sql
