from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.config.dsn import parse_dsn
from rs_driver.errors import InterfaceError


@pytest.mark.parametrize(
    ("dsn", "pairs"),
    [
        (
            "redshift://awsuser:Secret1!@db.example:5440/dev?sslmode=require&timeout=5",
            {
                "user": "awsuser",
                "password": "Secret1!",
                "host": "db.example",
                "port": "5440",
                "database": "dev",
                "sslmode": "require",
                "timeout": "5",
            },
        ),
        ("postgresql://db.example", {"host": "db.example"}),
        ("POSTGRES://db.example/", {"host": "db.example"}),
        ("redshift://", {}),
        ("redshift:///dev", {"database": "dev"}),
        ("redshift://:5440", {"port": "5440"}),
        ("redshift://u@/d?host=h", {"user": "u", "database": "d", "host": "h"}),
        ("redshift://u@a,b/d", {"user": "u", "host": "a,b", "database": "d"}),
        ("redshift://a:1,b:2/d", {"host": "a,b", "port": "1,2", "database": "d"}),
        ("redshift://a,[::1]:2", {"host": "a,::1", "port": ",2"}),
        ("redshift://u:@h", {"user": "u", "host": "h"}),
        ("redshift://[::1]:5440/dev", {"host": "::1", "port": "5440", "database": "dev"}),
        ("redshift://[fe80::1%25eth0]", {"host": "fe80::1%eth0"}),
        ("redshift://u%40x:p%3A%2F%3f%23@h", {"user": "u@x", "password": "p:/?#", "host": "h"}),
        ("redshift://u:a@b@h", {"user": "u", "password": "a@b", "host": "h"}),
        ("redshift://u:a+b#c@h", {"user": "u", "password": "a+b#c", "host": "h"}),
        ("redshift://u:p%C3%A4@h", {"user": "u", "password": "pä", "host": "h"}),
        ("redshift://%2Frun%2Fdb/dev", {"host": "/run/db", "database": "dev"}),
        ("redshift://u@h?user_name=a@b&", {"user": "u", "host": "h", "user_name": "a@b"}),
        ("host=h user=u", {"host": "h", "user": "u"}),
        ("  host = h\n\tport=1 ", {"host": "h", "port": "1"}),
        ("password='a b' host=h", {"password": "a b", "host": "h"}),
        (r"password='it\'s \\ x' host=h", {"password": "it's \\ x", "host": "h"}),
        (r"password=it's\ me", {"password": "it's me"}),
        ("password='' host=h", {"password": "", "host": "h"}),
        ("host= user=u", {"host": "user=u"}),
        ("password=a://b", {"password": "a://b"}),
        ("", {}),
    ],
)
def test_what_is_said(dsn: str, pairs: dict[str, str]) -> None:
    assert dict(parse_dsn(dsn)) == pairs


@pytest.mark.parametrize(
    ("dsn", "problem"),
    [
        ("mysql://u:S3cret@h", "scheme must be redshift or postgresql"),
        ("jdbc:redshift://u:S3cret@h", "scheme must be redshift or postgresql"),
        ("redshift+x://u:S3cret@h", "scheme must be redshift or postgresql"),
        ("redshift://u:S3c/ret@h/d", "percent-encode"),
        ("redshift://u:S3c?ret=@h/d", "percent-encode"),
        ("redshift://u:x@S3c/ret@h/d", "percent-encode"),
        ("redshift://u:S3cret%@h", "two hexadecimal digits"),
        ("redshift://u:S3cret% 1@h", "two hexadecimal digits"),
        ("redshift://u:S3cret%zz@h", "two hexadecimal digits"),
        ("redshift://u:S3cret%FF@h", "not UTF-8"),
        ("redshift://u:S3cret@::1:5439/d", "square brackets"),
        ("redshift://u:S3cret@[::1", "must read [address]"),
        ("redshift://u:S3cret@[::1]5439", "must read [address]"),
        ("redshift://u:S3cret@a,[b/d", "must read [address]"),
        ("redshift://u:S3cret@h?S3cret", "name=value"),
        ("redshift://u:S3cret@h?=S3cret", "name=value"),
        ("S3cret", "item 1 does not read name=value"),
        ("host=h password=S3cret S3cret", "item 3 does not read name=value"),
        ("host=h password='S3cret", "item 2 is badly quoted"),
        ("host=h password='S3cret'x", "item 2 is badly quoted"),
        ("host=h password=S3cret\\", "item 2 is badly quoted"),
    ],
)
def test_what_is_wrong_is_said_without_a_word_of_it(dsn: str, problem: str) -> None:
    with pytest.raises(InterfaceError) as caught:
        parse_dsn(dsn)
    assert problem in str(caught.value)
    assert "S3c" not in str(caught.value)
    assert "ret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


@given(user=values, password=values, database=values)
def test_encoded_urls_say_what_they_were_made_of(user: str, password: str, database: str) -> None:
    dsn = f"redshift://{percent(user)}:{percent(password)}@h/{percent(database)}"
    expected = {"user": user, "password": password, "host": "h", "database": database}
    assert dict(parse_dsn(dsn)) == {name: value for name, value in expected.items() if value}


@given(st.lists(values, max_size=4))
def test_quoted_pairs_say_what_they_were_made_of(texts: list[str]) -> None:
    def quote(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    dsn = " ".join(f"k{number}={quote(text)}" for number, text in enumerate(texts))
    assert parse_dsn(dsn) == [(f"k{number}", text) for number, text in enumerate(texts)]


@given(st.text(max_size=60))
def test_any_text_is_a_dsn_or_an_interface_error(text: str) -> None:
    with contextlib.suppress(InterfaceError):
        parse_dsn(text)
    with contextlib.suppress(InterfaceError):
        parse_dsn("redshift://" + text)
