from __future__ import annotations

import pytest

from rs_driver.domain.classify import classify


@pytest.mark.parametrize(
    ("sql", "keywords"),
    [
        ("", ()),
        (" \n", ()),
        (";", ()),
        (" ; /* ; */ ; -- ;", ()),
        ("select 1", ("SELECT",)),
        ("select 1;", ("SELECT",)),
        ("; select 1 ;;\n-- done;", ("SELECT",)),
        ("select $1; $2", ("SELECT", "")),
        ("select 1; ;; commit", ("SELECT", "COMMIT")),
        ("insert into t values (';'); delete from t", ("INSERT", "DELETE")),
        ("select ';', \";\", $$;$$, $a$;$a$ /* ; /* ; */ ; */ -- ;\n, E'\\';'", ("SELECT",)),
        ("select a$b$;commit;$b$", ("SELECT", "COMMIT", "")),
        ("create procedure p() as $$ begin; commit; end $$ language plpgsql", ("CREATE",)),
        ("-- select\ninsert into t select 1", ("INSERT",)),
        ("/* select */ (( select 1 ))", ("SELECT",)),
        ("(select 1) union (select 2)", ("SELECT",)),
        ("1; 'a'; (", ("", "", "")),
        ("select 1; \u00a0", ("SELECT", "\u00a0")),
    ],
)
@pytest.mark.parametrize("backslash_escapes", [True, False])
def test_keywords(sql: str, keywords: tuple[str, ...], backslash_escapes: bool) -> None:
    assert classify(sql, backslash_escapes).keywords == keywords


def test_the_escape_mode_decides_where_a_literal_ends() -> None:
    assert classify("select '\\'; commit; --'", backslash_escapes=True).keywords == ("SELECT",)
    assert classify("select '\\'; commit; --'", backslash_escapes=False).several


@pytest.mark.parametrize(
    "word",
    ["select", "WITH", "values", "table", "show", "explain", "fetch", "Call", "execute"],
)
def test_words_that_return_rows(word: str) -> None:
    statement = classify(f"/* insert */ {word} x")
    assert statement.keyword == word.upper()
    assert statement.returns_rows
    assert not statement.several
    assert not statement.controls_transaction
    assert not statement.empty


@pytest.mark.parametrize("sql", ["insert into t values (1) returning a", "set x = 1", "", "1"])
def test_words_that_return_none(sql: str) -> None:
    assert not classify(sql).returns_rows


def test_several_statements_are_not_taken_for_one_that_returns_rows() -> None:
    assert not classify("select 1; select 2").returns_rows


def test_a_letter_that_only_looks_like_one_does_not_make_a_keyword() -> None:
    assert not classify("\u017felect 1").returns_rows


@pytest.mark.parametrize("word", ["begin", "START", "commit", "end", "rollback", "Abort"])
def test_transaction_control(word: str) -> None:
    assert classify(f"{word} work").controls_transaction
    assert classify(f"select 1; {word}").controls_transaction
    assert not classify(f"select '; {word}'").controls_transaction


def test_no_statement_at_all() -> None:
    statement = classify("-- nothing")
    assert statement.empty
    assert statement.keyword == ""
    assert not statement.several


@pytest.mark.parametrize(
    "sql", ["copy t from stdin", "/* x */ COPY t to stdout", "select 1; copy t"]
)
def test_a_copy_among_the_statements(sql: str) -> None:
    assert classify(sql).copies
    assert not classify(sql).returns_rows


@pytest.mark.parametrize("sql", ["", "select 'copy'", "copying", "select 1 -- ; copy t from stdin"])
def test_no_copy(sql: str) -> None:
    assert not classify(sql).copies


@pytest.mark.parametrize("word", ["fetch", "CALL", "Execute", "explain", "show"])
def test_rows_of_another_things_shape(word: str) -> None:
    statement = classify(f"-- select\n{word} x")
    assert statement.borrows_rows
    assert statement.returns_rows


@pytest.mark.parametrize(
    "sql", ["select 1", "with a as (select 1) table a", "", "fetch c; fetch c", "insert into t"]
)
def test_rows_of_the_statements_own_shape(sql: str) -> None:
    assert not classify(sql).borrows_rows


@pytest.mark.parametrize("sql", ["select 1", "(VALUES (1))", "/* x */ table t", "select f() -- ;"])
def test_what_only_reads(sql: str) -> None:
    assert classify(sql).reads


@pytest.mark.parametrize(
    "sql",
    ["", "with a as (select 1) select 1", "fetch c", "call p()", "insert", "select 1; table t"],
)
def test_what_may_write(sql: str) -> None:
    assert not classify(sql).reads
