from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from rs_driver.wire.auth import AuthenticationMD5Password
from rs_driver.wire.copy import CopyData
from rs_driver.wire.query import Bind, Execute
from rs_driver.wire.results import DataRow, FieldDescription, RowDescription
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.fields import (
    MESSAGES,
    bytes_to_json,
    form_of,
    from_fields,
    to_fields,
)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_field_of_every_message_has_a_form(name: str) -> None:
    assert all(form_of(field) for field in dataclasses.fields(MESSAGES[name]))


def test_columns_have_forms_too() -> None:
    assert all(form_of(field) for field in dataclasses.fields(FieldDescription))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Execute("p"), {"portal": "p"}),
        (Execute("p", 7), {"portal": "p", "max_rows": 7}),
        (DataRow((b"a", None, b"\0\1")), {"values": ["a", None, {"hex": "0001"}]}),
        (
            Bind("", "s", (1,), (b"7",), ()),
            {
                "portal": "",
                "statement": "s",
                "parameter_formats": [1],
                "parameters": ["7"],
                "result_formats": [],
            },
        ),
        (
            RowDescription((FieldDescription("n", type_oid=23),), 2),
            {"fields": [{"name": "n", "type_oid": 23}], "protocol_version": 2},
        ),
        (StartupMessage((("user", "a"),)), {"parameters": {"user": "a"}}),
        (AuthenticationMD5Password(b"\0\1\2\3"), {"salt": {"hex": "00010203"}}),
        (CopyData("ü\t\n".encode()), {"data": "ü\t\n"}),
    ],
)
def test_there_and_back(message: Any, expected: dict[str, Any]) -> None:
    fields = to_fields(message)
    assert fields == expected
    assert from_fields(type(message).__name__, json.loads(json.dumps(fields))) == message


@pytest.mark.parametrize("data", [b"\0", b"\xff", b"\x1b[0m", "\u202e".encode(), "\x85".encode()])
def test_bytes_that_are_no_text(data: bytes) -> None:
    assert bytes_to_json(data) == {"hex": data.hex()}


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("Nothing", {}, "no message 'Nothing'"),
        ("Execute", {}, "Execute lacks a field"),
        ("Execute", {"portal": 7}, "7 is not str"),
        ("Execute", {"portal": "", "max_rows": True}, "True is not int"),
        ("Execute", {"portal": "", "nothing": 1}, "Execute has no field 'nothing'"),
        ("DataRow", {"values": "a"}, "'a' is not a list"),
        ("DataRow", {"values": [7]}, '7 is not a text or {"hex": "..."}'),
        ("DataRow", {"values": [{"hex": "0"}]}, "hex"),
        ("RowDescription", {"fields": ["a"]}, "'a' is not an object with the fields of"),
        ("ErrorResponse", {"fields": {"S": 1}}, "is not an object of texts"),
    ],
)
def test_what_is_no_message(name: str, given: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected.replace("{", r"\{").replace(".", r"\.")):
        from_fields(name, given)
