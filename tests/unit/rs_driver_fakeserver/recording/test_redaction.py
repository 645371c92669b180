from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.auth import (
    AuthenticationDigest,
    AuthenticationMD5Password,
    AuthenticationOther,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.query import Bind, Query
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.results import DataRow, FieldDescription, RowDescription
from rs_driver.wire.startup import BackendKeyData, StartupMessage
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.said import Said
from support.cassettes import back, front


def redactor(user: str = "alice", database: str = "sales") -> Redactor:
    made = Redactor()
    made.message(StartupMessage((("user", user), ("database", database))))
    return made


def test_names_at_the_login() -> None:
    startup = StartupMessage(
        (("user", "alice"), ("database", "sales"), ("options", "-c x=1"), ("auth_token", "abc"))
    )
    assert dict(Redactor().message(startup).parameters) == {
        "user": "redacted_user_1",
        "database": "redacted_database_1",
        "options": "-c x=1",
        "auth_token": "redacted",
    }


def test_the_same_name_has_the_same_placeholder() -> None:
    made = redactor()
    again = made.message(StartupMessage((("user", "bob"), ("database", "sales"))))
    assert [value for _, value in again.parameters] == ["redacted_user_2", "redacted_database_1"]
    assert made.text("alice owns sales.t, bob malice") == (
        "redacted_user_1 owns redacted_database_1.t, redacted_user_2 malice"
    )


def test_the_user_behind_temporary_credentials() -> None:
    made = redactor("IAM:alice")
    assert made.text("IAM:alice is alice") == "redacted_user_1 is redacted_user_1"


@pytest.mark.parametrize("name", ["ab", "1234"])
def test_a_name_that_may_be_anything_is_replaced_in_quotes_only(name: str) -> None:
    made = redactor(name)
    assert made.text(f'{name} and "{name}"') == f'{name} and "redacted_user_1"'


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (PasswordMessage(b"pw-of-alice"), PasswordMessage(b"redacted")),
        (SASLInitialResponse("X", b"n,,"), SASLInitialResponse("X", b"redacted")),
        (SASLInitialResponse("X", None), SASLInitialResponse("X", None)),
        (SASLResponse(b"c="), SASLResponse(b"redacted")),
        (DigestResponse(b"d", b"n"), DigestResponse(b"redacted", b"redacted")),
        (
            IdpTokenResponse(b"token", terminated=True),
            IdpTokenResponse(b"redacted", terminated=True),
        ),
        (AuthenticationSASLContinue(b"r="), AuthenticationSASLContinue(b"redacted")),
        (AuthenticationSASLFinal(b"v="), AuthenticationSASLFinal(b"redacted")),
        (AuthenticationMD5Password(b"salt"), AuthenticationMD5Password(bytes(4))),
        (AuthenticationDigest(0, b"s", b"n"), AuthenticationDigest(0, b"redacted", b"redacted")),
        (AuthenticationOther(8, b"x"), AuthenticationOther(8, b"")),
        (BackendKeyData(7, 99), BackendKeyData(7, 0)),
        (ParameterStatus("driver_token", "x"), ParameterStatus("driver_token", "redacted")),
        (ParameterStatus("TimeZone", "alice"), ParameterStatus("TimeZone", "alice")),
        (
            ParameterStatus("session_authorization", "alice"),
            ParameterStatus("session_authorization", "redacted_user_1"),
        ),
        (
            ErrorResponse({"S": "FATAL", "M": 'no "alice" in sales'}),
            ErrorResponse({"S": "FATAL", "M": 'no "redacted_user_1" in redacted_database_1'}),
        ),
        (
            RowDescription((FieldDescription("a", catalog="sales"),), 1),
            RowDescription((FieldDescription("a", catalog="redacted_database_1"),), 1),
        ),
        (DataRow((b"alice", None, b"x")), DataRow((b"redacted_user_1", None, b"x"))),
        (DataRow((b"\0\0alice\0",)), DataRow((b"\0\0*****\0",))),
        (Bind("", "", (), (b"alice",), ()), Bind("", "", (), (b"redacted_user_1",), ())),
    ],
)  # fmt: skip
def test_messages(message: Any, expected: Any) -> None:
    found = redactor().message(message)
    assert found == expected
    assert getattr(found, "terminated", None) == getattr(message, "terminated", None)


def test_nothing_else_is_changed() -> None:
    made = redactor()
    messages = [DataRow((b"x", b"\0\xff")), Query("select 1"), ReadyForQuery("I")]
    for said in [*back(messages[0]), *front(messages[1]), *back(messages[2])]:
        assert made.one(said) is said


def test_a_secret_is_found_wherever_it_is_repeated() -> None:
    made = redactor()
    said = [
        *front(Query("select 'correct horse'")),
        *front(Query("alter user bob password 'correct horse'")),
        *back(ErrorResponse({"M": "password correct horse is bad", "C": "22023"})),
        *back(DataRow((b"63 6f", b"correct horse".hex().encode(), b"Y29ycmVjdCBob3JzZQ=="))),
        *back(DataRow((b"\1correct horse",))),
    ]
    shown = [one.message for one in made.said(said)]
    assert shown == [
        Query("select 'redacted_secret_1'"),
        Query("alter user bob password 'redacted_secret_1'"),
        ErrorResponse({"M": "password redacted_secret_1 is bad", "C": "22023"}),
        DataRow((b"63 6f", b"redacted_secret_1", b"redacted_secret_1==")),
        DataRow((b"\1*************",)),
    ]


def test_a_cleartext_password_is_a_secret_as_well() -> None:
    made = redactor()
    made.message(PasswordMessage(b"open sesame"))
    assert made.text("he said open sesame") == "he said redacted_secret_1"
    made.message(PasswordMessage(b"md5" + b"0" * 32))
    assert made.text("md5" + "0" * 32) == "md5" + "0" * 32


def test_short_secrets_are_hidden_where_they_stand() -> None:
    made = redactor()
    assert made.text("password 'abc' abc") == "password 'redacted_secret_1' abc"
    assert made.text("password 'abcd' abcd abcde") == (
        "password 'redacted_secret_2' redacted_secret_2 abcde"
    )


def test_a_secret_that_is_a_name_stays_a_name() -> None:
    made = redactor()
    made.message(PasswordMessage(b"alice"))
    assert made.text("alice") == "redacted_user_1"


def test_a_placeholder_is_not_replaced_again() -> None:
    made = redactor("redacted_user_4")
    assert made.text("create user u password 'redacted_secret_9'").endswith("'redacted_secret_9'")
    startup = made.message(StartupMessage((("user", "redacted_user_4"),)))
    assert startup.parameters == (("user", "redacted_user_4"),)


def test_what_cannot_be_read() -> None:
    made = redactor()
    assert made.one(Said("F", b"Q\0\0\0\5alice")) == Said("F", b"Q")
    assert made.one(Said("B", b"\0alice")) == Said("B", b"\0*****")


def test_lengths_follow() -> None:
    (said,) = redactor().said(front(Query("select 'alice'")))
    assert said.raw == Query("select 'redacted_user_1'").encode()
