from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.text import (
    first_words,
    normalise,
    parameter_count,
    split,
    squeezed,
    tokens,
)

SQL = st.text(st.sampled_from("ab1 \n'\"$;-/*\\(),E"), max_size=60) | st.text(max_size=40)


@given(SQL, st.booleans())
def test_tokens_joined_are_the_text(sql: str, backslashes: bool) -> None:
    assert "".join(text for _, text in tokens(sql, backslashes=backslashes)) == sql


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("", []),
        (" ; ;; ", []),
        ("-- only a comment; really", []),
        ("select 1", ["select 1"]),
        ("select 1;", ["select 1"]),
        ("a; b ;c", ["a", "b", "c"]),
        ("select ';'; b", ["select ';'", "b"]),
        ("select 'it''s;'; b", ["select 'it''s;'", "b"]),
        ('select ";"; b', ['select ";"', "b"]),
        ('select "a"";"; b', ['select "a"";"', "b"]),
        (r"select e'\';'; b", [r"select e'\';'", "b"]),
        (r"select E'\\'; b", [r"select E'\\'", "b"]),
        (r"select '\'; b", [r"select '\'", "b"]),
        ("select $$;$$; b", ["select $$;$$", "b"]),
        ("select $a$ $$;$b$; $a$; b", ["select $a$ $$;$b$; $a$", "b"]),
        ("select 1 -- ; \n; b", ["select 1 -- ;", "b"]),
        ("select /* ; /* ; */ ; */ 1; b", ["select /* ; /* ; */ ; */ 1", "b"]),
        ("select 'open; b", ["select 'open; b"]),
        ("select /* open; b", ["select /* open; b"]),
        ("select $1;b", ["select $1", "b"]),
        ("select tide'x;'", ["select tide'x;'"]),
    ],
)
def test_split(sql: str, expected: list[str]) -> None:
    assert split(sql) == expected


def test_split_where_backslashes_escape() -> None:
    assert split(r"select '\'; b'; c", backslashes=True) == [r"select '\'; b'", "c"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("  SELECT\n\t1 ;; ", "select 1"),
        ("Select 'A  B', \"C D\" From T", "select 'A  B',\"C D\" from t"),
        ("select count ( * ) , x", "select count(*),x"),
        ("select /* c */ 1 -- d", "select 1"),
        ("select 1-1", "select 1-1"),
        ("select E'A'", "select E'A'"),
    ],
)
def test_normalise(sql: str, expected: str) -> None:
    assert normalise(sql) == expected


@given(SQL)
def test_normalise_twice_is_once(sql: str) -> None:
    assert normalise(normalise(sql)) == normalise(sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("/* a */ Start -- b\n Transaction read only", ["start", "transaction"]),
        ("select 1", ["select"]),
        ("(select 1)", []),
        ("", []),
    ],
)
def test_first_words(sql: str, expected: list[str]) -> None:
    assert first_words(sql, 2) == expected


@pytest.mark.parametrize(
    ("sql", "count"),
    [("select 1", 0), ("select $2, $1", 2), ("select '$3', \"$4\", $$ $5 $$ -- $6", 0)],
)
def test_parameter_count(sql: str, count: int) -> None:
    assert parameter_count(sql) == count


@pytest.mark.parametrize("sql", ["select $0", "select $99999", "select $" + "9" * 5000])
def test_parameters_that_cannot_be(sql: str) -> None:
    with pytest.raises(SqlError) as caught:
        parameter_count(sql)
    assert caught.value.sqlstate == "42P02"


@pytest.mark.parametrize(
    ("normal", "expected"),
    [
        ("", ""),
        ("select 1", "select 1"),
        ("select a from t where x = $1", "select a from t where x=$1"),
        ("select a from t where x=$1", "select a from t where x=$1"),
        ("a <= b and c <> - 1", "a<=b and c<>-1"),
        ("select * from t", "select*from t"),
        ("x = 'a = b'", "x='a = b'"),
        ('"a = b" || c', '"a = b"||c'),
        ("a :: int [ 1 ]", "a::int[1]"),
    ],
)
def test_squeezed(normal: str, expected: str) -> None:
    assert squeezed(normal) == expected
    assert squeezed(expected) == expected
