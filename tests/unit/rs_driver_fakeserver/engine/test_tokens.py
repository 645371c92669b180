from __future__ import annotations

import duckdb
import pytest

from rs_driver_fakeserver.engine.tokens import outermost, tokens


def words(sql: str) -> list[str]:
    return [token.word or token.text for token in tokens(sql, duckdb.tokenize)]


def test_words_are_upper_case_and_the_rest_is_text() -> None:
    assert words("select a,1 from T") == ["SELECT", "A", ",", "1", "FROM", "T"]


@pytest.mark.parametrize(
    "sql",
    [
        "select a /* returning ( */ -- returning (\n, b",
        "select a -- )\n,/* ( */b",
        "/* x */ select a\n\t,  b -- end",
    ],
)
def test_comments_and_blanks_are_no_tokens(sql: str) -> None:
    assert words(sql) == ["SELECT", "A", ",", "B"]


def test_strings_and_quoted_names_have_no_word() -> None:
    found = list(tokens("""select 'returning (', "Returning", $$ ( $$""", duckdb.tokenize))
    assert [token.word for token in found] == ["SELECT", "", "", "", "", ""]


def test_positions_count_bytes() -> None:
    sql = "select 'ä€' , größe"
    last = list(tokens(sql, duckdb.tokenize))[-1]
    assert sql.encode()[last.start : last.stop].decode() == last.text == "größe"
    assert last.word == "GRÖSSE"
    assert last.is_identifier


def test_an_empty_text_has_no_tokens() -> None:
    assert list(tokens("", duckdb.tokenize)) == []
    assert list(tokens("  -- nothing", duckdb.tokenize)) == []


def test_outermost_leaves_out_brackets_and_what_they_enclose() -> None:
    found = outermost(tokens("a (b [c] (d)) e[f] {g} h", duckdb.tokenize))
    assert [token.text for token in found] == ["a", "e", "h"]
