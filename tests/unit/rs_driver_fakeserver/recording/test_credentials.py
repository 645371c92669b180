from __future__ import annotations

import pytest

from rs_driver_fakeserver.recording.credentials import (
    SUSPICIOUS,
    apart,
    find,
    kind_of,
    names_secret,
    unescaped,
)

KEY = "AKIAIOSFODNN7EXAMPLE"
PEM = "-----BEGIN PRIVATE KEY-----\nAB\n-----END PRIVATE KEY-----"
SESSION = "arn:aws:sts::123456789012:assumed-role/R/session"
ROLE = "arn:aws:iam::123456789012:role/Reader"


def hidden(text: str, *, sql: bool = False) -> list[str]:
    return [text[start:stop] for start, stop, _ in apart(find(text, sql=sql))]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"copy t from 's3://b' iam_role '{ROLE}'", [ROLE]),
        (f"copy t from 's3://b' IAM_ROLE AS '{ROLE}' csv", [ROLE]),
        ("copy t from 's3://b' iam_role default", []),
        (
            f"copy t credentials 'aws_access_key_id={KEY};aws_secret_access_key=s/+x'",
            [f"aws_access_key_id={KEY};aws_secret_access_key=s/+x"],
        ),
        ("access_key_id 'AA' secret_access_key 'BB' session_token 'CC'", ["AA", "BB", "CC"]),
        ("unload ('select 1') to 's3://b' master_symmetric_key 'abc' encrypted", ["abc"]),
        ("create user a password 'pw'", ["pw"]),
        ("alter user a with encrypted password 'pw' valid until '2030-01-01'", ["pw"]),
        ("create user a password disable", []),
        ("create user a password /* 'no' */ -- 'neither'\n 'pw'", ["pw"]),
        ("create user a password 'it''s'", ["it''s"]),
        (r"create user a password 'a\'b' createdb", [r"a\'b"]),
        ("create user a password E'pw'", ["pw"]),
        ("create user a password U&'pw'", ["pw"]),
        ("create user a password $$pw$$", ["pw"]),
        ("create user a password $x$p$w$x$", ["p$w"]),
        ("create user a password 'one'\n  'two'\n 'three'", ["one", "two", "three"]),
        ("execute 'create user a password ''pw'' createdb'", ["pw"]),
        ("create user a password ''; select 'x'", []),
        ("create user a password 'unterminated", ["unterminated"]),
        ("alter user a password $1", []),
        ("select * from a join b on a.password=b.password", []),
        ("select dblink('host=h password=pw user=u')", ["pw"]),
        ("-- password=pw\nselect 1", ["pw"]),
        ("""select '{"client_secret": "pw", "x": 1}'""", ["pw"]),
        ("set session_token to 'x'", []),
        (f"select '{KEY}'", [KEY]),
        ("select passwords, token from t where tokens = 'x'", []),
        (f"x {PEM} y", [PEM]),
    ],
)  # fmt: skip
def test_in_sql(sql: str, expected: list[str]) -> None:
    assert hidden(sql, sql=True) == expected


def test_a_backslash_does_not_hide_the_next_secret() -> None:
    r"""On PostgreSQL ``'a\'`` is a whole literal, on Redshift it goes on: both are hidden."""
    sql = r"access_key_id 'a\' secret_access_key 'BBB'"
    shown = sql
    for secret in hidden(sql, sql=True):
        shown = shown.replace(secret, "")
    assert "BBB" not in shown
    assert "a\\" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invalid value for password=pw, user=x", ["pw"]),
        (f"User {ROLE} is not authorized", [ROLE]),
        (f"{SESSION} said no", [SESSION]),
        ("arn:aws-cn:iam::1:role/R", ["arn:aws-cn:iam::1:role/R"]),
        ("arn:aws:s3:::bucket/key", []),
        (f"The key {KEY} does not exist", [KEY]),
        ("passwordless", []),
    ],
)  # fmt: skip
def test_in_other_texts(text: str, expected: list[str]) -> None:
    assert hidden(text) == expected
    assert not expected or SUSPICIOUS.search(text.encode())


def test_the_parts_of_credentials_are_known_too() -> None:
    text = f"credentials 'aws_access_key_id={KEY};aws_secret_access_key=abc;token=def'"
    found = {(text[start:stop], kind) for start, stop, kind in find(text, sql=True)}
    assert {(KEY, "key"), ("abc", "secret"), ("def", "secret")} <= found


def test_kinds() -> None:
    assert [kind_of(name) for name in ("ACCESS_KEY_ID", "iam_role", "password")] == [
        "key",
        "role",
        "secret",
    ]


def test_names_of_secrets() -> None:
    assert names_secret("driver_token")
    assert names_secret("password")
    assert not names_secret("application_name")


def test_what_a_literal_may_mean() -> None:
    assert unescaped(r"a''b\'c") == {r"a''b\'c", r"a'b\'c", "a'b'c", "a''b'c"}
