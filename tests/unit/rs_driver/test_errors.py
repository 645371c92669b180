from __future__ import annotations

import builtins
import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import errors
from rs_driver.errors import Error, class_for_sqlstate, from_fields

FIELDS = {
    "S": "ERREUR",
    "V": "ERROR",
    "C": "23505",
    "M": "duplicate key",
    "D": "Key (id)=(1) already exists.",
    "H": "Use another.",
    "P": "15",
}

ATTRIBUTES = (
    "sqlstate severity detail hint position query row attempted advice context internal_position "
    "internal_query schema_name table_name column_name data_type constraint_name source_file "
    "source_line source_routine"
).split()

EVERY_FIELD = {
    "S": "ERROR",
    "V": "ERROR",
    "C": "42601",
    "M": "syntax error",
    "D": "detail",
    "H": "hint",
    "P": "8",
    "p": "3",
    "q": "x y",
    "W": "function f()",
    "s": "public",
    "t": "users",
    "c": "id",
    "d": "int4",
    "n": "users_pkey",
    "F": "scan.l",
    "L": "1180",
    "R": "scanner_yyerror",
}

TREE = {
    "Warning": builtins.Warning,
    "Error": Exception,
    "InterfaceError": errors.Error,
    "LocalProtocolError": errors.InterfaceError,
    "DatabaseError": errors.Error,
    "DataError": errors.DatabaseError,
    "OperationalError": errors.DatabaseError,
    "RemoteProtocolError": errors.OperationalError,
    "TlsError": errors.OperationalError,
    "QueryCanceled": errors.OperationalError,
    "IntegrityError": errors.DatabaseError,
    "InternalError": errors.DatabaseError,
    "ProgrammingError": errors.DatabaseError,
    "NotSupportedError": errors.DatabaseError,
}


@pytest.mark.parametrize("name", TREE)
def test_tree(name: str) -> None:
    assert getattr(errors, name).__bases__ == (TREE[name],)


def test_names() -> None:
    assert set(errors.__all__) == {*TREE, "class_for_sqlstate", "from_fields"}


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("57014", errors.QueryCanceled),
        ("57P01", errors.OperationalError),
        ("22012", errors.DataError),
        ("22008", errors.DataError),
        ("23505", errors.IntegrityError),
        ("23000", errors.IntegrityError),
        ("0A000", errors.NotSupportedError),
        ("24000", errors.InternalError),
        ("25P02", errors.InternalError),
        ("25P03", errors.OperationalError),
        ("25P04", errors.OperationalError),
        ("2BP01", errors.InternalError),
        ("2D000", errors.InternalError),
        ("XX000", errors.InternalError),
        ("20000", errors.ProgrammingError),
        ("21000", errors.ProgrammingError),
        ("26000", errors.ProgrammingError),
        ("34000", errors.ProgrammingError),
        ("3D000", errors.ProgrammingError),
        ("3F000", errors.ProgrammingError),
        ("42601", errors.ProgrammingError),
        ("42P01", errors.ProgrammingError),
        ("44000", errors.ProgrammingError),
        ("P0001", errors.ProgrammingError),
        ("08006", errors.OperationalError),
        ("27000", errors.OperationalError),
        ("28000", errors.OperationalError),
        ("28P01", errors.OperationalError),
        ("2F000", errors.OperationalError),
        ("38000", errors.OperationalError),
        ("39000", errors.OperationalError),
        ("3B000", errors.OperationalError),
        ("40001", errors.OperationalError),
        ("53300", errors.OperationalError),
        ("54000", errors.OperationalError),
        ("55006", errors.OperationalError),
        ("58030", errors.OperationalError),
        ("F0000", errors.OperationalError),
        ("HV000", errors.OperationalError),
        ("01000", errors.DatabaseError),
        ("ZZZZZ", errors.DatabaseError),
        ("x", errors.DatabaseError),
        ("", errors.DatabaseError),
        (None, errors.DatabaseError),
    ],
)
def test_sqlstates(sqlstate: str | None, kind: type[Error]) -> None:
    assert class_for_sqlstate(sqlstate) is kind
    assert type(from_fields({"M": "m"} if sqlstate is None else {"C": sqlstate})) is kind


def test_a_servers_error_keeps_its_fields() -> None:
    error = from_fields(FIELDS, "insert into t values (1)")
    assert isinstance(error, errors.IntegrityError)
    assert error.args == (FIELDS,)
    assert error.fields == FIELDS
    assert error.args[0]["C"] == error.sqlstate == "23505"
    assert error.args[0]["M"] == error.message == "duplicate key"
    assert error.severity == "ERROR"
    assert error.detail == "Key (id)=(1) already exists."
    assert error.hint == "Use another."
    assert error.position == 15
    assert error.query == "insert into t values (1)"
    assert not error.is_disconnect
    assert not error.retry_safe
    error.query = None
    assert str(error) == (
        "duplicate key [SQLSTATE 23505]\nDETAIL: Key (id)=(1) already exists.\nHINT: Use another."
    )


def test_the_fields_are_a_copy() -> None:
    fields = dict(FIELDS)
    error = from_fields(fields)
    fields.clear()
    assert error.sqlstate == "23505"


def test_the_drivers_own_error() -> None:
    error = errors.InterfaceError("the connection is closed")
    assert str(error) == error.message == "the connection is closed"
    for name in ATTRIBUTES:
        assert getattr(error, name) is None
    assert error.fields == error.internals == {}
    assert Error().message == str(Error()) == ""


@pytest.mark.parametrize("position", ["", "x", "-1", "\u0663", "1.5", "12345678901"])
def test_a_position_that_is_none(position: str) -> None:
    assert from_fields({"M": "m", "P": position}).position is None


def test_without_a_message() -> None:
    assert str(from_fields({})) == "the server gave no message"


@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"S": "FATAL"}, True),
        ({"S": "PANIC"}, True),
        ({"S": "ERROR"}, False),
        ({"S": "FATAL", "V": "ERROR"}, False),
        ({"S": "FATALE", "V": "FATAL"}, True),
        ({}, False),
    ],
)
def test_fatal_is_a_disconnect(fields: dict[str, str], gone: bool) -> None:
    assert from_fields(fields).is_disconnect is gone


def test_what_was_attempted_is_told() -> None:
    error = from_fields({"C": "28000", "M": "no"})
    error.attempted = "logging in"
    assert str(error) == "no [SQLSTATE 28000] (while logging in)"


def test_a_protocol_violation_is_a_disconnect() -> None:
    assert errors.RemoteProtocolError("x").is_disconnect
    assert not errors.OperationalError("x").is_disconnect


# Appendix A of PostgreSQL's manual, with what protocol.md and psycopg make of each class.
APPENDIX_A = {
    errors.DatabaseError: "00 01 02 03 09 0B 0F 0L 0P 0Z 10 72",
    errors.NotSupportedError: "0A",
    errors.DataError: "22",
    errors.IntegrityError: "23",
    errors.InternalError: "24 25 2B 2D XX",
    errors.ProgrammingError: "20 21 26 34 3D 3F 42 44 P0",
    errors.OperationalError: "08 27 28 2F 38 39 3B 40 53 54 55 57 58 F0 HV",
}


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(kind, prefix) for kind, prefixes in APPENDIX_A.items() for prefix in prefixes.split()],
)
def test_every_class_of_the_manual(kind: type[Error], prefix: str) -> None:
    for code in ("000", "P01", "999"):
        assert class_for_sqlstate(prefix + code) is kind


# -- what is printed ----------------------------------------------------------------------


def test_the_row_of_a_batch_is_in_the_text() -> None:
    error = from_fields({"C": "22012", "M": "division by zero", "D": "more"})
    error.row = 0
    assert str(error) == (
        "division by zero [SQLSTATE 22012] (row 0 of the batch, from 0)\nDETAIL: more"
    )
    error.row, error.attempted = 1, "trying"
    first = str(error).splitlines()[0]
    assert first.endswith("[SQLSTATE 22012] (row 1 of the batch, from 0) (while trying)")


def test_every_field_is_an_attribute() -> None:
    error = from_fields(EVERY_FIELD, "select frm t")
    found = {name: getattr(error, name) for name in ATTRIBUTES}
    assert found == {
        "sqlstate": "42601",
        "severity": "ERROR",
        "detail": "detail",
        "hint": "hint",
        "position": 8,
        "query": "select frm t",
        "row": None,
        "attempted": None,
        "advice": None,
        "context": "function f()",
        "internal_position": 3,
        "internal_query": "x y",
        "schema_name": "public",
        "table_name": "users",
        "column_name": "id",
        "data_type": "int4",
        "constraint_name": "users_pkey",
        "source_file": "scan.l",
        "source_line": "1180",
        "source_routine": "scanner_yyerror",
    }


def test_an_error_is_printed_as_psql_would() -> None:
    error = from_fields(EVERY_FIELD, "select frm t")
    error.advice = "Read the manual."
    assert str(error).splitlines() == [
        "syntax error [SQLSTATE 42601]",
        "LINE 1: select frm t",
        "               ^",
        "DETAIL: detail",
        "HINT: hint",
        "HINT: Read the manual.",
        "QUERY: LINE 1: x y",
        "                 ^",
        "CONTEXT: function f()",
    ]


def test_advice_stands_alone_where_the_server_has_none() -> None:
    error = errors.InterfaceError("no")
    error.advice = "try yes"
    assert str(error) == "no\nHINT: try yes"


@pytest.mark.parametrize("position", ["0", "14", "99999999999", "x", ""])
def test_a_position_out_of_the_text_is_not_shown(position: str) -> None:
    error = from_fields({"M": "m", "P": position, "q": "x\ny", "p": position}, "select frm t")
    assert str(error) == "m\nQUERY: x..."


@pytest.mark.parametrize("query", [None, ""])
def test_no_text_no_caret(query: str | None) -> None:
    assert str(from_fields({"M": "m", "P": "1"}, query)) == "m"


def test_secrets_of_the_query_are_not_printed() -> None:
    text = "create user bob password 'hunter2' valid"
    inner = {"q": text, "p": "26", "W": f'SQL statement "{text}"'}
    error = from_fields({"M": "syntax error", "P": "26", **inner}, text)
    assert "hunter2" not in str(error) + repr(error.args[0]["M"])
    assert str(error).count("LINE 1: create user bob password " + "*" * 15) == 2
    assert error.query == text


@pytest.mark.parametrize("value", [5, None, b"x"])
def test_fields_of_the_wrong_kind_do_no_harm(value: object) -> None:
    """They may be anybody's: the classes are public, and so are their arguments."""
    error = Error({"M": "m", "C": value, "P": value, "D": value, "W": value, "q": value})
    error.query = "select 1"
    assert str(error) == "m"
    assert (error.position, error.sqlstate, error.internals) == (None, None, {})


BLOCK = """
  -----------------------------------------------
  error:  S3ServiceException:Access Denied,Status 403,
Error AccessDenied, CanRetry 1
  code:      8001
  context:   S3 key being read : s3://bucket/key
  query:     1234
  location:  table_s3_scanner.cpp:345
  process:   query0_57 [pid=12345]
  -----------------------------------------------
"""


def internal(detail: str) -> Error:
    return from_fields({"C": "XX000", "M": "S3ServiceException", "D": detail})


def test_redshifts_block_is_parsed() -> None:
    error = internal(BLOCK)
    assert isinstance(error, errors.InternalError)
    assert error.internals == {
        "error": "S3ServiceException:Access Denied,Status 403,\nError AccessDenied, CanRetry 1",
        "code": "8001",
        "context": "S3 key being read : s3://bucket/key",
        "query": "1234",
        "location": "table_s3_scanner.cpp:345",
        "process": "query0_57 [pid=12345]",
    }
    assert error.detail == BLOCK
    with pytest.raises(TypeError):
        error.internals["code"] = "0"  # type: ignore[index]
    assert str(error) == (
        "S3ServiceException [SQLSTATE XX000]\n"
        "DETAIL: error: S3ServiceException:Access Denied,Status 403, Error AccessDenied, "
        "CanRetry 1; code: 8001; context: S3 key being read : s3://bucket/key; query: 1234; "
        "location: table_s3_scanner.cpp:345; process: query0_57 [pid=12345]"
    )


@pytest.mark.parametrize(
    ("detail", "found"),
    [
        ("-----\nerror: Assert\ncode: 1000", {"error": "Assert", "code": "1000"}),
        ("error: Assert\n-----", {"error": "Assert"}),
        ("-----\r\n Error:  Assert\r\n-----;\r\n", {"error": "Assert"}),
        ("-----\nquery: 42[child_sequence:1]", {"query": "42[child_sequence:1]"}),
        ("-----\nerror:\ncode:", {"error": "", "code": ""}),
        (
            "-----\nerror: a\n\nerror: b\nnote: c\n  d\n-----\nmore",
            {"error": "a\nerror: b\nnote: c\nd\nmore"},
        ),
        ("-----\nwords\nerror: x", {}),
        ("error: x\ncode: 5", {}),
        ("error: x", {}),
        ("-----", {}),
        ("", {}),
        ("Key (id)=(1) already exists.", {}),
    ],
)
def test_what_is_a_block_and_what_is_not(detail: str, found: dict[str, str]) -> None:
    error = internal(detail)
    assert error.internals == found
    lines = str(error).split("\n", 1)
    if not found:
        assert lines[1:] == ([f"DETAIL: {detail}"] if detail else [])
    else:
        assert lines[1].startswith("DETAIL: ")
        assert "--" not in lines[1]


@given(st.text(st.sampled_from("error:cd -\n;")))
def test_no_detail_is_too_odd(detail: str) -> None:
    error = internal(detail)
    assert all(isinstance(value, str) for value in error.internals.values())
    assert str(error)


def test_a_warning_is_a_notice_or_words() -> None:
    notice = errors.Warning({"S": "NOTICE", "C": "42P07", "M": "already exists"})
    assert str(notice) == "already exists"
    assert notice.fields["C"] == "42P07"
    for words in (errors.Warning("look out"), errors.Warning()):
        assert str(words) == "".join(words.args)
        assert words.fields == {}


# -- copies -------------------------------------------------------------------------------


def _examples() -> list[Error]:
    served = from_fields(EVERY_FIELD, "select frm t")
    served.row, served.attempted, served.retry_safe, served.is_disconnect = 7, "trying", True, True
    served.advice = "Read the manual."
    own = [getattr(errors, name)("text") for name in TREE if name != "Warning"]
    return [served, *own]


@pytest.mark.parametrize("error", _examples(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
def test_pickles_and_copies(error: Error, again: Any) -> None:
    found = again(error)
    assert type(found) is type(error)
    assert found.args == error.args
    assert str(found) == str(error)
    for name in (*ATTRIBUTES, "retry_safe", "is_disconnect", "fields", "internals"):
        assert getattr(found, name) == getattr(error, name)


@pytest.mark.parametrize(
    ("code", "message", "conflict"),
    [
        ("40001", "could not serialize access", True),
        ("40P01", "deadlock detected", True),
        ("XX000", "1023 DETAIL: Serializable isolation violation on table - 1", True),
        ("XX000", "could not complete because of conflict with concurrent transaction", True),
        ("XX000", "could not open relation with OID 1234", True),
        ("XX000", "something else", False),
        ("23505", "duplicate key", False),
    ],
)
def test_what_another_transaction_is_to_blame_for(code: str, message: str, conflict: bool) -> None:
    assert errors.from_fields({"C": code, "M": message}).is_conflict is conflict


def test_an_error_of_ours_is_no_conflict() -> None:
    assert not errors.OperationalError("Serializable isolation violation").is_conflict
