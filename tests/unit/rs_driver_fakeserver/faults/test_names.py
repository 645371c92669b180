from __future__ import annotations

import pytest

from rs_driver.wire.auth import AuthenticationOk, AuthenticationOther, AuthenticationRequest
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.faults.names import (
    MESSAGES,
    SSLResponse,
    UnknownType,
    kind_of,
    message_class,
)


def test_by_name_or_class() -> None:
    assert message_class("DataRow") is message_class(DataRow) is DataRow
    assert message_class("AuthenticationRequest") is AuthenticationRequest
    assert message_class(AuthenticationOk) is AuthenticationOk
    assert message_class("SSLResponse") is SSLResponse


def test_typos() -> None:
    with pytest.raises(ValueError, match=r"server 'DataRows'; near it: DataRow"):
        message_class("DataRows")
    with pytest.raises(ValueError, match="near it: ReadyForQuery"):
        message_class("readyforquery")


def test_what_a_client_says_is_no_place() -> None:
    with pytest.raises(ValueError, match="no message of a server 'Query'"):
        message_class(Query)  # type: ignore[arg-type]  # what is tested


def test_what_is_no_name() -> None:
    with pytest.raises(TypeError, match=r"told by its name or its class, .* not by int"):
        message_class(7)  # type: ignore[arg-type]  # what is tested


def test_all_that_a_server_says_has_a_name() -> None:
    assert {"ErrorResponse", "CopyOutResponse", "AuthenticationDigest"} <= set(MESSAGES)
    assert len(MESSAGES) > 30


def test_kinds_by_bytes() -> None:
    assert kind_of(ord("Z"), b"I") is ReadyForQuery
    assert kind_of(ord("R"), bytes(4)) is AuthenticationOk
    assert kind_of(ord("R"), b"\0\0\0\x63") is AuthenticationOther
    assert kind_of(ord("R"), b"\0") is AuthenticationRequest
    assert kind_of(ord("y"), b"") is UnknownType
