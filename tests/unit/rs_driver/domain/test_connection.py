from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.domain.classify import classify
from rs_driver.domain.tpc import Action, State, xid
from rs_driver.errors import (
    DataError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.rows import Decoder, RowBatch
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.dialogue import events, hear
from support.states import connection_state
from support.wire_values import REDSHIFT, column, row


def test_a_new_one() -> None:
    """What it keeps is its own: nothing of it is shared with another."""
    state, other = connection_state(), connection_state()
    assert state.row_factory is None
    assert state.result_format == "auto"
    assert state.two_phase.state is State.NONE
    assert not state.in_transaction
    for name in ("texts", "statements", "two_phase", "core"):
        assert getattr(state, name) is not getattr(other, name)


@pytest.mark.parametrize(("status", "inside"), [("I", False), ("T", True), ("E", True)])
def test_a_transaction_is_open_when_the_server_says_so(status: str, inside: bool) -> None:
    state = connection_state()
    state.core.transaction_status = status
    assert state.in_transaction is inside


@pytest.mark.parametrize("status", ["T", "E"])
def test_no_transaction_outlives_its_connection(status: str) -> None:
    state = connection_state()
    state.core.transaction_status = status
    state.core.fail(OperationalError("lost"))
    assert not state.in_transaction


def test_backslashes_mean_what_the_server_last_said() -> None:
    state = connection_state()
    assert state.backslash_escapes
    for said, escapes in (("on", False), ("off", True), ("on", False)):
        state.core.session.set_parameter("standard_conforming_strings", said)
        assert state.backslash_escapes is escapes
    for told in (True, False):  # the user's word counts more
        state.escapes = told
        assert state.backslash_escapes is told


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


def test_autocommit_is_not_changed_while_a_statement_runs() -> None:
    """Also before the server has said that a transaction is open."""
    state = connection_state()
    state.core.begin("a query", Query("select 1"))
    assert not state.in_transaction
    state.autocommit = False
    with pytest.raises(ProgrammingError, match="while a statement is running"):
        state.autocommit = True
    assert not state.autocommit
    hear(state.core, CommandComplete("SELECT"), ReadyForQuery("I"))
    events(state.core)
    state.autocommit = True
    assert state.autocommit


def test_autocommit_is_not_changed_in_a_two_phase_transaction() -> None:
    state = connection_state()
    for action in (Action.BEGIN, Action.PREPARE):
        state.two_phase.advance(action, xid(1, "a", "b"))
        for value in (True, False):
            with pytest.raises(ProgrammingError, match="a change of autocommit is not possible"):
                state.autocommit = value
        assert not state.autocommit
    state.two_phase.advance(Action.COMMIT)
    state.autocommit = True
    assert state.autocommit


@pytest.mark.parametrize(
    ("sql", "autocommit", "status", "needed"),
    [
        ("select 1", False, "I", True),
        ("insert into t values (1)", False, "I", True),
        ("select 1", True, "I", False),
        ("select 1", False, "T", False),
        ("select 1", False, "E", False),
        ("create table t (a int)", False, "I", True),
        ("insert into t values (1); select 1", False, "I", True),
        ("begin", False, "I", False),
        ("START TRANSACTION", False, "I", False),
        ("select 1; commit", False, "I", False),
        ("  -- nothing", False, "I", False),
    ],
)
def test_begin_comes_first_unless(sql: str, autocommit: bool, status: str, needed: bool) -> None:
    state = connection_state(autocommit=autocommit)
    state.core.transaction_status = status
    assert state.needs_begin(classify(sql)) is needed


def compiled(state: Any, *types: int) -> Decoder:
    """The decoder for text columns of these types, by the connection's codecs."""
    decoder: Decoder = state.compile(tuple(column(oid, TEXT) for oid in types), state.codecs)
    return decoder


def test_rows_are_decoded_by_the_codecs_that_are_given() -> None:
    state = connection_state()
    both = the_only_row(row(b"7", b"t"))
    assert compiled(state, oids.INT4, oids.BOOL).tuples(both) == [(7, True)]
    own = state.codecs.with_codecs(Codec(oids.INT4, TEXT, "integer", same(lambda data: data * 2)))
    fields = (column(oids.INT4, TEXT), column(oids.BOOL, TEXT))
    assert state.compile(fields, own).tuples(both) == [(b"77", True)]
    assert compiled(state, oids.INT4, oids.BOOL).tuples(both) == [(7, True)]


def test_what_is_learnt_about_the_server() -> None:
    state = connection_state()
    own = Codec(oids.INT4, TEXT, "integer", same(lambda data: data * 2))
    state.codecs = state.codecs.with_codecs(own)
    newer = ServerProfile(protocol_version=2, varbyte_wire="raw")
    state.learn(newer)
    assert state.profile is newer
    assert state.codecs.profile is newer
    assert state.codecs.codec(oids.INT4, TEXT) is own
    assert state.codecs.codec(oids.INT4, BINARY) is None


def the_only_row(data: bytes) -> RowBatch:
    return RowBatch(bytearray(data), 0, len(data), [0])


@pytest.mark.parametrize("ask", ["tuples", "columns"])
def test_a_row_that_is_none_breaks_the_core_where_it_is_fetched(ask: str) -> None:
    state = connection_state()
    decoder = compiled(state, oids.INT4)
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
    state = connection_state(profile=REDSHIFT)
    decoder = compiled(state, oids.INT4)
    with pytest.raises(DataError):
        decoder.tuples(the_only_row(row(b"seven")))
    assert state.core.broken is None
    assert len(compiled(state).columns(the_only_row(row()))) == 0
