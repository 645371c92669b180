from __future__ import annotations

from typing import Literal

import pytest

from rs_driver import oids
from rs_driver.domain.classify import classify
from rs_driver.errors import (
    DataError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.rows import RowBatch
from support.states import connection_state
from support.wire_values import column, row


@pytest.mark.parametrize(("status", "inside"), [("I", False), ("T", True), ("E", True)])
def test_a_transaction_is_open_when_the_server_says_so(status: str, inside: bool) -> None:
    state = connection_state()
    state.core.transaction_status = status
    assert state.in_transaction is inside


def test_autocommit_is_off_at_first() -> None:
    state = connection_state()
    assert not state.autocommit
    state.autocommit = True
    assert state.autocommit


@pytest.mark.parametrize("status", ["T", "E"])
def test_autocommit_is_not_changed_inside_a_transaction(status: str) -> None:
    state = connection_state()
    state.core.transaction_status = status
    state.autocommit = False
    with pytest.raises(ProgrammingError, match="commit or roll back first"):
        state.autocommit = True
    assert not state.autocommit


@pytest.mark.parametrize(
    ("sql", "autocommit", "status", "needed"),
    [
        ("select 1", False, "I", True),
        ("insert into t values (1)", False, "I", True),
        ("select 1", True, "I", False),
        ("select 1", False, "T", False),
        ("select 1", False, "E", False),
        ("begin", False, "I", False),
        ("select 1; commit", False, "I", False),
        ("  -- nothing", False, "I", False),
    ],
)
def test_begin_comes_first_unless(sql: str, autocommit: bool, status: str, needed: bool) -> None:
    state = connection_state(autocommit=autocommit)
    state.core.transaction_status = status
    assert state.needs_begin(classify(sql)) is needed


@pytest.mark.parametrize(("wish", "format"), [("auto", BINARY), ("binary", BINARY), ("text", TEXT)])
def test_the_format_of_a_column(wish: Literal["auto", "text", "binary"], format: int) -> None:
    state = connection_state()
    state.result_format = wish
    assert state.result_formats(oids.INT4) == format
    assert state.result_formats(999_999) == TEXT


def test_rows_are_compiled_with_the_connections_codecs() -> None:
    decoder = connection_state().compile((column(oids.INT4, TEXT), column(oids.BOOL, TEXT)))
    data = bytearray(row(b"7", b"t"))
    assert decoder.tuples(RowBatch(data, 0, len(data), [0])) == [(7, True)]


def the_only_row(data: bytes) -> RowBatch:
    return RowBatch(bytearray(data), 0, len(data), [0])


@pytest.mark.parametrize("ask", ["tuples", "columns"])
def test_a_row_that_is_none_breaks_the_core_where_it_is_fetched(ask: str) -> None:
    state = connection_state()
    decoder = state.compile((column(oids.INT4, TEXT),))
    malformed = the_only_row(row(b"7")[:-2] + b"\0\0")
    malformed.buffer[7:11] = b"\0\0\0\2"
    for _ in range(2):
        with pytest.raises(RemoteProtocolError, match="DataRow") as caught:
            getattr(decoder, ask)(malformed)
    assert isinstance(state.core.broken, RemoteProtocolError)
    assert "DataRow" in str(caught.value)
    with pytest.raises(OperationalError, match="malformed DataRow"):
        state.core.begin("another operation")


def test_a_value_that_is_none_breaks_nothing() -> None:
    state = connection_state()
    decoder = state.compile((column(oids.INT4, TEXT),))
    with pytest.raises(DataError):
        decoder.tuples(the_only_row(row(b"seven")))
    assert state.core.broken is None
    assert len(state.compile(()).columns(the_only_row(row()))) == 0
