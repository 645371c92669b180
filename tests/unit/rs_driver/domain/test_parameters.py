from __future__ import annotations

from collections import ChainMap, defaultdict, deque
from typing import Any

import pytest

from rs_driver.domain.parameters import PARAMSTYLES, TextCache, rewrite
from rs_driver.errors import DataError, Error, InterfaceError, ProgrammingError


@pytest.mark.parametrize(
    ("style", "sql", "text"),
    [
        ("qmark", "select 1", "select 1"),
        ("qmark", "select ?, ?::int, '?'", "select $1, $2::int, '?'"),
        ("qmark", "a ?? b ??| ?, ???", "a ? b ?| $1, ?$2"),
        ("qmark", "select %s %%", "select %s %%"),
        ("numeric", "select :1, :2, :1", "select $1, $2, $1"),
        ("numeric", "select :2, :1", "select $2, $1"),
        ("numeric", "select :3, :1", "select $2, $1"),
        ("numeric", "select :01, :a, x::int, x[1:2]", "select $1, :a, x::int, x[1:2]"),
        ("numeric", "select 1 as a:", "select 1 as a:"),
        ("named", "select :b, :a, :b", "select $1, $2, $1"),
        ("named", "select :a::int, x[i:j], f(x:=:b)", "select $1::int, x[i:j], f(x:=$2)"),
        ("named", "select :\u00b2", "select $1"),
        ("named", "select ':a', \":a\" -- :a", "select ':a', \":a\" -- :a"),
        ("named", "select a :", "select a :"),
        ("format", "select %s, '%s', %s", "select $1, '%s', $2"),
        ("format", "%% select %s %%", "% select $1 %"),
        ("format", "select 5 %% %s, '%%' -- %%", "select 5 % $1, '%' -- %"),
        ("format", "select %%s, %%%s", "select %s, %$1"),
        (
            "format",
            "like 'a%' or like '%d' or \"%\" -- 5%",
            "like 'a%' or like '%d' or \"%\" -- 5%",
        ),
        ("format", "'%%%' $$%%%%$$ /*%%*/", "'%%' $$%%$$ /*%*/"),
        ("pyformat", "select %(b)s, %(a)s, %(b)s", "select $1, $2, $1"),
        ("pyformat", "%% %(a b)s '%(c)s' %%", "% $1 '%(c)s' %"),
        ("pyformat", "select %s", "select $1"),
        ("format", "select %(a)s", "select $1"),
    ],
)
@pytest.mark.parametrize("backslash_escapes", [True, False])
def test_rewriting(style: str, sql: str, text: str, backslash_escapes: bool) -> None:
    assert rewrite(sql, style, backslash_escapes).text == text


@pytest.mark.parametrize("style", PARAMSTYLES)
def test_the_escape_mode_decides_where_a_literal_ends(style: str) -> None:
    place = {"qmark": "?", "numeric": ":1", "named": ":a", "format": "%s", "pyformat": "%(a)s"}
    sql = f"select '\\', {place[style]}, '"
    assert rewrite(sql, style, backslash_escapes=True).count == 0
    assert rewrite(sql, style, backslash_escapes=False).count == 1


@pytest.mark.parametrize(
    ("style", "sql", "text"),
    [
        ("format", "limit%s", "limit $1"),
        ("format", "%sand", "$1 and"),
        ("format", "%s0", "$1 0"),
        ("format", "%s%s", "$1 $2"),
        ("format", "$%s$", "$ $1 $"),
        ("format", "$a%s$ ?", "$a $1 $ ?"),
        ("format", "é%sé", "é $1 é"),
        ("qmark", "?1", "$1 1"),
        ("qmark", "(?)=?,?", "($1)=$2,$3"),
        ("named", "limit:a", "limit $1"),
        ("named", ":a:b", "$1 $2"),
        ("named", ":a$b", "$1 $b"),
    ],
)
def test_a_parameter_never_becomes_part_of_its_neighbours(style: str, sql: str, text: str) -> None:
    assert rewrite(sql, style).text == text


@pytest.mark.parametrize(
    ("style", "sql", "args", "values"),
    [
        ("qmark", "?, ?", (1, 2), [1, 2]),
        ("qmark", "?", [None], [None]),
        ("qmark", "?", deque([1]), [1]),
        ("qmark", "?", range(1), [0]),
        ("qmark", "?, ??, ?", (1, 2), [1, 2]),
        ("qmark", "1", (), []),
        ("qmark", "1", [], []),
        ("qmark", "1", {}, []),
        ("numeric", ":2, :1, :2", ("a", "b"), ["a", "b"]),
        ("numeric", ":3, :1", ("a", "b", "c"), ["a", "c"]),
        ("named", ":b, :a, :b", {"a": 1, "b": 2, "c": 3}, [2, 1]),
        ("named", ":a", ChainMap({"a": 1}), [1]),
        ("named", ":a", defaultdict(int), [0]),
        ("named", "1", {"a": 1}, []),
        ("named", "1", (), []),
        ("format", "%s, %s", ("ab", b"c"), ["ab", b"c"]),
        ("format", "%(a)s", {"a": 1}, [1]),
        ("format", "1", {"a": 1}, []),
        ("pyformat", "%(a)s %(b c)s %(a)s", {"a": 1, "b c": 2}, [1, 2]),
        ("pyformat", "%s", (1,), [1]),
        ("pyformat", "1", (), []),
        ("pyformat", "1", {}, []),
        ("pyformat", "1", {"a": 1}, []),
    ],
)
def test_arranging(style: str, sql: str, args: Any, values: list[Any]) -> None:
    prepared = rewrite(sql, style)
    assert prepared.arrange(args) == values
    assert prepared.count == len(values)


@pytest.mark.parametrize(
    ("style", "sql", "args", "message"),
    [
        ("qmark", "?", (), "ask for 1 arguments, but 0"),
        ("qmark", "?", (1, 2), "ask for 1 arguments, but 2"),
        ("qmark", "1", (1,), "ask for 0 arguments, but 1"),
        ("qmark", "?", {"a": 1}, "must be a sequence, not dict"),
        ("qmark", "?", {}, "must be a sequence, not dict"),
        ("qmark", "1", {"a": 1}, "must be a sequence, not dict"),
        ("qmark", "?", "a", "not str; a single value is written"),
        ("qmark", "?", b"a", "not bytes"),
        ("qmark", "?", bytearray(b"a"), "not bytearray"),
        ("qmark", "?", memoryview(b"a"), "not memoryview"),
        ("qmark", "?", {1}, "not set"),
        ("qmark", "?", 1, "not int"),
        ("qmark", "?", iter([1]), "not list_iterator"),
        ("qmark", "?", None, "not NoneType"),
        ("numeric", ":3", (1,), "ask for 3 arguments, but 1"),
        ("numeric", ":1", {"1": 1}, "must be a sequence"),
        ("named", ":a", (1,), "must be a mapping, not tuple"),
        ("named", ":a", [], "must be a mapping, not list"),
        ("named", "1", [1], "ask for 0 arguments, but 1"),
        ("named", ":a :b :c", {"b": 1}, "no argument for a, c$"),
        ("named", " ".join(f":a{i}" for i in range(12)), {}, "a9 and 2 more$"),
        ("format", "%s", {"a": 1}, "must be a sequence, not dict"),
        ("format", "%(a)s", (1,), "must be a mapping, not tuple"),
        ("pyformat", "%(a)s", (1,), "must be a mapping, not tuple"),
        ("pyformat", "%s", {"a": 1}, "must be a sequence, not dict"),
        ("pyformat", "%(a)s", {"b": 1}, "no argument for a$"),
        ("pyformat", "%(a)s", "a", "not str"),
    ],
)
def test_arguments_that_do_not_fit(style: str, sql: str, args: Any, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        rewrite(sql, style).arrange(args)


def test_errors_do_not_show_values() -> None:
    with pytest.raises(ProgrammingError) as caught:
        rewrite("%(a)s %(b)s", "pyformat").arrange({"a": "secret"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("style", "sql", "error", "message"),
    [
        ("format", "select 5 % 2", ProgrammingError, "the % at character 10 "),
        ("format", "select %s, %d", ProgrammingError, "the % at character 12 "),
        ("format", "%", ProgrammingError, "the % at character 1 "),
        ("pyformat", "%(a)d", ProgrammingError, "the % at character 1 "),
        ("pyformat", "%(a", ProgrammingError, "the % at character 1 "),
        ("pyformat", "%%%", ProgrammingError, "the % at character 3 "),
        ("pyformat", "%s %(a)s", ProgrammingError, "mixes"),
        ("format", "%(a)s %s", ProgrammingError, "mixes"),
        ("numeric", "select :0", ProgrammingError, "the :0 at character 8"),
        ("numeric", "select :000", ProgrammingError, "the :0 at character 8"),
        ("numeric", ":32768", DataError, "above 32767"),
        ("numeric", ":" + "9" * 5000, DataError, "above 32767"),
        ("qmark", "$1, $2, ?", ProgrammingError, "at character 1\\)"),
        ("format", "%s, $2", ProgrammingError, "at character 5\\)"),
        ("qmark", "?," * 32768, DataError, "32768 parameters"),
        ("dollar", "$1", InterfaceError, "unknown paramstyle 'dollar'"),
        (None, "$1", InterfaceError, "unknown paramstyle None"),
        (["qmark"], "?", InterfaceError, "unknown paramstyle"),
    ],
)
def test_texts_that_cannot_be_rewritten(
    style: Any, sql: str, error: type[Error], message: str
) -> None:
    with pytest.raises(error, match=message):
        rewrite(sql, style)
    with pytest.raises(error, match=message):
        TextCache().rewrite(sql, style)


def test_the_most_parameters() -> None:
    assert rewrite("?," * 32767, "qmark").count == 32767
    assert rewrite(":32767", "numeric").expected == 32767
    assert rewrite(":a " * 40000, "named").count == 1


def test_a_parameter_of_the_servers_own_is_left_alone() -> None:
    assert rewrite("prepare p as select $1", "qmark").text == "prepare p as select $1"
    assert rewrite("select $1 ?? $2", "qmark").text == "select $1 ? $2"
    assert rewrite("select ?, $$ $1 $$, a$1", "qmark").count == 1


@pytest.mark.parametrize(
    ("style", "sql", "seen"),
    [
        ("pyformat", "%s", "format"),
        ("format", "%(a)s", "pyformat"),
        ("format", "1", "format"),
        ("pyformat", "1", "pyformat"),
        ("named", ":a", "named"),
    ],
)
def test_the_style_that_the_text_has(style: str, sql: str, seen: str) -> None:
    assert rewrite(sql, style).style == seen


def test_the_cache_gives_what_it_gave_before() -> None:
    cache = TextCache()
    first = cache.rewrite("select ?", "qmark")
    assert cache.rewrite("select ?", "qmark") is first
    assert first == rewrite("select ?", "qmark")
    as_it_is = cache.as_it_is("select ?")
    assert cache.as_it_is("select ?") is as_it_is
    assert (as_it_is.text, as_it_is.count) == ("select ?", 0)
    assert as_it_is.kind.keyword == first.kind.keyword == "SELECT"


def test_the_cache_tells_styles_and_escape_modes_apart() -> None:
    cache = TextCache()
    sql = "select '\\', ?, %s; '"
    counts = [
        cache.rewrite(sql, style, escapes).count
        for style in ("qmark", "named", "format")
        for escapes in (True, False)
    ]
    assert counts == [0, 1, 0, 0, 0, 1]
    assert not cache.as_it_is(sql, True).kind.several
    assert cache.as_it_is(sql, False).kind.several


def test_the_cache_is_bounded() -> None:
    cache = TextCache(max_entries=2, max_characters=1000)
    first = cache.rewrite("select 1, ?", "qmark")
    for number in range(2, 4):
        cache.rewrite(f"select {number}, ?", "qmark")
    assert cache.rewrite("select 1, ?", "qmark") is not first
    large = "select ?" + " " * 500
    assert cache.rewrite(large, "qmark") is not cache.rewrite(large, "qmark")
    assert cache.as_it_is(large) is not cache.as_it_is(large)
