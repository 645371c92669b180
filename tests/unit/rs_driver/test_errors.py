from __future__ import annotations

import builtins
import copy
import pickle
from typing import Any

import pytest

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

TREE = {
    "Warning": builtins.Warning,
    "Error": Exception,
    "InterfaceError": errors.Error,
    "LocalProtocolError": errors.InterfaceError,
    "DatabaseError": errors.Error,
    "DataError": errors.DatabaseError,
    "OperationalError": errors.DatabaseError,
    "RemoteProtocolError": errors.OperationalError,
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
    for name in "sqlstate severity detail hint position query row attempted".split():
        assert getattr(error, name) is None
    assert error.fields == {}
    assert Error().message == str(Error()) == ""


@pytest.mark.parametrize("position", ["", "x", "-1", "\u0663", "1.5"])
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


def _examples() -> list[Error]:
    served = from_fields(FIELDS, "select 1")
    served.row, served.attempted, served.retry_safe, served.is_disconnect = 7, "trying", True, True
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
    for name in ("query", "row", "attempted", "retry_safe", "is_disconnect", "fields", "sqlstate"):
        assert getattr(found, name) == getattr(error, name)
