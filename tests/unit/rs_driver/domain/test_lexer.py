from __future__ import annotations

import pytest

from rs_driver.domain.lexer import Mark, first_word, spans

BOTH = (True, False)


def marks(sql: str, mark: Mark = Mark.QUESTION, backslash_escapes: bool = True) -> list[str]:
    found = spans(sql, mark, backslash_escapes)
    return [sql[start:stop] for kind, start, stop in found if kind == "mark"]


# Only the "?" that the server sees outside literals may be found: each text has exactly
# one of them, the last character. Every other one is a trap.
TRAPS_IN_BOTH_MODES = (
    "?",
    "select ?",
    "'?' ?",
    "'it''s ?' ?",
    "'?''' ?",
    "'''?' ?",
    "'-- ?' ?",
    "'/* ?' ?",
    "'$$' ?",
    "'\"' ?",
    '"?" ?',
    '"a""?" ?',
    '"\'" ?',
    '"\\" ?',
    "-- ?\n?",
    "-- '\n?",
    "-- ?\r?",
    "-- /*\n?",
    "--\n?",
    "+-- ?\n?",
    "/* ? */ ?",
    "/* ' */ ?",
    "/* /* ? */ ? */ ?",
    "/*/ ? */ ?",
    "/**/ ?",
    "/***/ ?",
    "/* -- */ ?",
    "*/* ? */ ?",
    "//* ? */ ?",
    "a / b - c * ?",
    "$$?$$ ?",
    "$$'$$ ?",
    "$$ $a$ ? $$ ?",
    "$a$ ? $$ ? $a$ ?",
    "$a$ ? $b$a$ ?",
    "$_a1$ ? $_a1$ ?",
    "$é$ ? $é$ ?",
    "$a$ $a$$$ ? $$ ?",
    "$A$ ? $a$ ? $A$ ?",
    "1$$ ? $$ ?",
    "a$b$ ?",
    "a$$ ?",
    "é$$ ?",
    "$1 ?",
    "$1$$ ? $$ ?",
    "$ ?",
    "$a ?",
    "E'\\'?' ?",
    "e'\\'?' ?",
    "E'\\\\' ?",
    "E'a''\\'?' ?",
    "E'?'''  ?",
    "1e'\\'?' ?",
    "(e'\\'?') ?",
    "E'a'\n'\\'?' ?",
    "E'a' \t\n \r\n'\\'?' ?",
    "E'a' -- '\n  -- '\n '\\'?' ?",
    "E'a'\r'b' -- c\n'\\'?' ?",
    "X'1' ?",
    "b'?' ?",
    "n'?' ?",
    "U&'\\0041?' ?",
    'U&"?" ?',
    "a::text ?",
    "a[1:2] ?",
)
TRAPS_WITH_BACKSLASHES = (
    "'\\'?' ?",
    "'\\\\' ?",
    "'a\\\\\\'?' ?",
    "'\\'''' ?",
    "'\\\n'?",
    "U&'\\'?' ?",
    "N'\\'?' ?",
    "name'\\'?' ?",
    "B'\\' ?",
    "x'\\' ?",
    "X'1''\\'?' ?",
    "X'1'\n'\\' ?",
    "X'1' '\\'?' ?",
    "ab'\\'?' ?",
    "'" + "\\'" * 50 + "?' ?",
    "'" + "\\'?''" * 50 + "?' ?",
)
TRAPS_WITHOUT_BACKSLASHES = (
    "'\\' ?",
    "'\\\\' ?",
    "'a'\n'\\' ?",
    "U&'\\' ?",
    "N'\\' ?",
    "namee'\\' ?",
    "_e'\\' ?",
    "ée'\\' ?",
    "e1'\\' ?",
    "E'a' '\\' ?",
    "E'a' -- '\n x '\\' ?",
    "E'a'/* \n */'\\' ?",
    "$1e'\\'?' ?",
)


@pytest.mark.parametrize("backslash_escapes", BOTH)
@pytest.mark.parametrize("sql", TRAPS_IN_BOTH_MODES)
def test_only_the_last_question_mark_is_code(sql: str, backslash_escapes: bool) -> None:
    found = list(spans(sql, Mark.QUESTION, backslash_escapes))
    assert found[-1] == ("mark", len(sql) - 1, len(sql))
    assert [kind for kind, _, _ in found[:-1]] == ["native"] * sql.count("$1")


@pytest.mark.parametrize("sql", TRAPS_WITH_BACKSLASHES)
def test_only_the_last_question_mark_is_code_with_backslashes(sql: str) -> None:
    assert list(spans(sql, Mark.QUESTION, True)) == [("mark", len(sql) - 1, len(sql))]


@pytest.mark.parametrize("sql", TRAPS_WITHOUT_BACKSLASHES)
def test_only_the_last_question_mark_is_code_without_backslashes(sql: str) -> None:
    found = [span for span in spans(sql, Mark.QUESTION, False) if span[0] == "mark"]
    assert found == [("mark", len(sql) - 1, len(sql))]


@pytest.mark.parametrize("backslash_escapes", BOTH)
@pytest.mark.parametrize(
    "opening",
    ["'", "E'", "e'a''", "E'\\", "X'", "E'a'\n'", '"', '"a""', "/*", "/* /* */", "--", "$$", "$a$"],
)
def test_what_is_not_closed_reaches_to_the_end(opening: str, backslash_escapes: bool) -> None:
    assert marks(f"{opening} ?", backslash_escapes=backslash_escapes) == []


def test_a_backslash_may_be_the_last_character() -> None:
    assert marks("? '\\") == ["?"]


@pytest.mark.parametrize("backslash_escapes", BOTH)
def test_long_texts_are_read_to_the_end(backslash_escapes: bool) -> None:
    sql = "select a, 'b''c', \"d\" - 1 / 2 -- ?\n, %% " * 300 + "%s ?"
    assert marks(sql, Mark.QUESTION, backslash_escapes) == ["?"]
    assert marks(sql, Mark.PERCENT, backslash_escapes) == ["%s"]


@pytest.mark.parametrize(
    ("mark", "sql", "expected"),
    [
        (Mark.SEPARATOR, "a; b;;c ';' /*;*/ $$;$$ \";\" --;", [";", ";;"]),
        (Mark.PERCENT, "%s %(a)s %(b c)s", ["%s", "%(a)s", "%(b c)s"]),
        (Mark.PERCENT, "%% %%s %%%s %%(a)s", ["%s"]),
        (Mark.PERCENT, "'%s' \"%s\" -- %s", []),
        (Mark.PERCENT, "%(it's)s '%s'", ["%(it's)s"]),
        (Mark.PERCENT, "% %d %(a)d %(a %(b)s %", ["%", "%", "%", "%", "%(b)s", "%"]),
        (Mark.PERCENT, "%s%s", ["%s", "%s"]),
        (Mark.QUESTION, "? ?? ??? ?|", ["?", "??", "??", "?", "?"]),
        (Mark.QUESTION, "5 %(')s ? ')", []),
        (Mark.QUESTION, "a:e'\\'?'", []),
        (Mark.NAME, ":a, :b_1,:é", [":a", ":b_1", ":é"]),
        (Mark.NAME, "a::int, :a::int, b := :c, d:=:e", [":a", ":c", ":e"]),
        (Mark.NAME, ":::a", [":a"]),
        (Mark.NAME, ":1 : a :'a' :\"a\"", []),
        (Mark.NAME, "limit:n offset:m", [":n", ":m"]),
        (Mark.NAME, ":a$b", [":a"]),
        (Mark.NAME, "x[:a], array[:a, :b,:c, x, :d]", [":a", ":a", ":b", ":c", ":d"]),
        (
            Mark.NAME,
            "x[b:c], x[1:c], x[f(x):c], x[y[1]:c], x[\"b\":c], x['b':c], x[é:c], x[€:c]",
            [],
        ),
        (Mark.NAME, "x[1 :c], x[f(x)\t:c]", []),
        (Mark.NAME, "x[case when :a then b :c end]", [":a", ":c"]),
        (Mark.NAME, "array[x, -- the (first)\n :a]", [":a"]),
        (Mark.NAME, "x[b:c]:d]:e", [":d", ":e"]),
        (Mark.NAME, "x[1:a[:b]:c] :d", [":b", ":d"]),
        (Mark.NAME, "x[1:e':a'] :b", [":b"]),
        (Mark.NUMBER, ":1, :02::int, :a, b:=:3", [":1", ":02", ":3"]),
        (Mark.NUMBER, "x[1:2], x[:2], x[a:2], array[:1, :2]", [":2", ":1", ":2"]),
        (Mark.NUMBER, ":1e':2'", [":1"]),
    ],
)
@pytest.mark.parametrize("backslash_escapes", BOTH)
def test_marks(mark: Mark, sql: str, expected: list[str], backslash_escapes: bool) -> None:
    if "\\" in sql and not backslash_escapes:
        return
    assert marks(sql, mark, backslash_escapes) == expected


def test_a_prefix_after_a_slice_colon_is_a_prefix() -> None:
    assert marks("x[1:e'\\' :a'] :b", Mark.NAME, backslash_escapes=False) == [":b"]


def test_a_prefix_after_a_colon_of_another_style_is_a_prefix() -> None:
    assert marks("a:e'\\'?'", Mark.QUESTION, backslash_escapes=False) == []
    assert marks(":e'\\':1'", Mark.NUMBER, backslash_escapes=False) == []


def test_the_servers_own_parameters_are_told_apart() -> None:
    assert list(spans("$1, $$ $2 $$, ?", Mark.QUESTION)) == [("native", 0, 2), ("mark", 14, 15)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1", "SELECT"),
        ("\n\t (( values (1)))", "VALUES"),
        ("-- a\n/* b /* c */ */(-- d\n(/*e*/with", "WITH"),
        ("Select/**/", "SELECT"),
        ("a$b$", "A$B$"),
        ("\u017felect", "\u017felect"),
        ("\u00a0select", "\u00a0select"),
        ("", None),
        (" \n -- select\n /* select */ ", None),
        ("-- select", None),
        ("/* select", None),
        ("(", ""),
        ("1", ""),
        ("'select'", ""),
        ("e'select'", ""),
        ('"select"', ""),
        ("(/* a */)", ""),
    ],
)
def test_first_word(sql: str, expected: str | None) -> None:
    assert first_word(sql, 0, len(sql)) == expected


def test_first_word_stays_within_its_bounds() -> None:
    assert first_word("select; commit", 7, 14) == "COMMIT"
    assert first_word("select; ; commit", 7, 8) is None
    assert first_word("( ( commit", 0, 4) == ""
