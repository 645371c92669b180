from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.execute import apply_settings, execute, executemany
from rs_driver.errors import DataError, Error, InterfaceError, ProgrammingError
from rs_driver.ports.codec import BINARY
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.control import ParameterStatus, ReadyForQuery
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    DataRow,
    NoData,
    ParameterDescription,
    ParseComplete,
)
from support.dialogue import Dialogue, Words, described, failure, hear
from support.states import connection_state

IDLE, INSIDE, FAILED = ReadyForQuery("I"), ReadyForQuery("T"), ReadyForQuery("E")
BEGIN: tuple[Words, ...] = (CommandComplete("BEGIN"), INSIDE)
BEGUN: tuple[Words, ...] = (ParseComplete(), BindComplete(), CommandComplete("BEGIN"))
DESCRIBED: tuple[Words, ...] = (ParseComplete(), ParameterDescription(()), described(oids.INT4))
ROW: tuple[Words, ...] = (BindComplete(), DataRow((b"\0\0\0\1",)), CommandComplete("SELECT"))
AS_TEXT: tuple[Words, ...] = (
    *(ParseComplete(), BindComplete(), described(oids.INT4)),
    *(DataRow((b"1",)), CommandComplete("SELECT")),
)
INSERTED: tuple[Words, ...] = (
    *(ParseComplete(), BindComplete(), NoData(), CommandComplete("INSERT 0 1")),
)


def talk(**options: Any) -> tuple[Dialogue, ConnectionState]:
    """``inside``: a transaction is open; the rest as ``connection_state``."""
    dialogue = Dialogue()
    if options.pop("inside", False):
        dialogue.core.transaction_status = "T"
    return dialogue, connection_state(dialogue.core, **options)


def run(dialogue: Dialogue, state: ConnectionState, sql: Any, args: Any = None) -> list[Any]:
    return dialogue.run(execute(state, sql, args, "qmark"))


def kinds(messages: list[FrontendMessage]) -> str:
    """The tags: a conversation at a glance."""
    return b"".join(message.tag for message in messages).decode()


# -- which conversation -------------------------------------------------------------------


def test_a_new_query_is_described_and_then_asked_for_in_binary() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*DESCRIBED, IDLE).say(*ROW, IDLE)
    (outcome,) = run(dialogue, state, "select 1")
    messages = dialogue.messages()
    assert kinds(messages) == "PDSBES"
    bind = messages[3]
    assert isinstance(bind, Bind)
    assert bind.result_formats == (BINARY,)
    assert state.compile(outcome.fields).tuples(outcome.batches[0]) == [(1,)]


def test_text_results_take_one_flight() -> None:
    dialogue, state = talk(autocommit=True)
    state.result_format = "text"
    dialogue.say(*AS_TEXT, IDLE)
    (outcome,) = run(dialogue, state, "select 1")
    assert kinds(dialogue.messages()) == "PBDES"
    assert state.compile(outcome.fields).tuples(outcome.batches[0]) == [(1,)]


def test_a_command_with_parameters_takes_one_flight() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*INSERTED, IDLE)
    (outcome,) = run(dialogue, state, "insert into t values (?)", (7,))
    messages = dialogue.messages()
    assert kinds(messages) == "PBDES"
    assert messages[0] == Parse("", "insert into t values ($1)", (oids.INT4,))
    assert outcome.rowcount == 1


@pytest.mark.parametrize("args", [None, (), {}])
@pytest.mark.parametrize("sql", ["insert into t values (1)", "select 1; select 2"])
def test_a_command_without_parameters_is_a_simple_query(sql: str, args: Any) -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(CommandComplete("INSERT 0 1"), CommandComplete("SELECT"), IDLE)
    outcomes = run(dialogue, state, sql, args)
    assert dialogue.messages() == [Query(sql)]
    assert len(outcomes) == 2


# -- BEGIN --------------------------------------------------------------------------------


def test_begin_rides_in_the_first_flight() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *DESCRIBED, INSIDE).say(*ROW, INSIDE)
    run(dialogue, state, "select 1")
    messages = dialogue.messages()
    assert kinds(messages) == "PBEPDSBES"
    assert messages[0] == Parse("", "BEGIN", ())
    assert state.in_transaction


def test_begin_has_a_flight_of_its_own_before_a_simple_query() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGIN).say(CommandComplete("INSERT 0 1"), INSIDE)
    run(dialogue, state, "insert into t values (1)")
    assert dialogue.messages() == [Query("BEGIN"), Query("insert into t values (1)")]


@pytest.mark.parametrize("args", [None, (7,)])
def test_begin_has_a_flight_of_its_own_where_the_server_wants_that(args: Any) -> None:
    dialogue, state = talk(profile=ServerProfile(pipelined_begin=False))
    dialogue.say(*BEGIN).say(*DESCRIBED, INSIDE).say(*ROW, INSIDE)
    run(dialogue, state, "select 1" if args is None else "select ?", args)
    messages = dialogue.messages()
    assert messages[0] == Query("BEGIN")
    assert kinds(messages) == "QPDSBES"


def test_no_begin_inside_a_transaction() -> None:
    dialogue, state = talk(inside=True)
    dialogue.say(*DESCRIBED, INSIDE).say(*ROW, INSIDE)
    run(dialogue, state, "select 1")
    assert kinds(dialogue.messages()) == "PDSBES"


def test_a_statement_is_not_sent_where_begin_fails() -> None:
    dialogue, state = talk()
    dialogue.say(failure(), IDLE)
    with pytest.raises(ProgrammingError):
        run(dialogue, state, "insert into t values (1)")
    assert dialogue.messages() == [Query("BEGIN")]


def test_an_error_in_the_first_flight_leaves_a_failed_transaction() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, failure("42P01", "no such table"), FAILED)
    with pytest.raises(ProgrammingError, match="no such table"):
        run(dialogue, state, "select * from nowhere")
    assert state.in_transaction
    assert state.core.transaction_status == "E"
    assert (state.core.busy, state.core.broken) == (None, None)


# -- arguments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "args", "error"),
    [
        ("select ?", (), ProgrammingError),
        ("select ?", (1, 2), ProgrammingError),
        ("select ?", ("\0",), DataError),
        ("select ?", ("\ud800",), DataError),
        ("select ?", (object(),), Error),
        (b"select 1", None, InterfaceError),
        (None, None, InterfaceError),
        ("select '\0'", None, InterfaceError),
        ("insert '\0'", None, InterfaceError),
    ],
)
def test_what_cannot_be_sent_is_noticed_before_anything_is(
    sql: Any, args: Any, error: type[Error]
) -> None:
    dialogue, state = talk(autocommit=True)
    with pytest.raises(error):
        run(dialogue, state, sql, args)
    assert dialogue.sent == b""
    assert (state.core.busy, state.core.broken) == (None, None)


def test_literals_are_lexed_as_the_server_reads_them() -> None:
    for conforming, text in (("on", r"select '\', $1"), ("off", r"select '\', ?")):
        dialogue, state = talk(autocommit=True)
        hear(dialogue.core, ParameterStatus("standard_conforming_strings", conforming))
        assert dialogue.core.next() is None
        dialogue.say(*DESCRIBED, IDLE).say(*ROW, IDLE)
        run(dialogue, state, r"select '\', ?", (1,) if conforming == "on" else ())
        parse = dialogue.messages()[0]
        assert isinstance(parse, Parse)
        assert parse.sql == text


# -- executemany --------------------------------------------------------------------------


def run_many(dialogue: Dialogue, state: ConnectionState, sql: Any, rows: Any) -> list[Any]:
    return dialogue.run(executemany(state, sql, rows, "qmark"))


BATCH: tuple[Words, ...] = (
    *(ParseComplete(), ParameterDescription((oids.INT4,)), NoData()),
    *(BindComplete(), CommandComplete("INSERT 0 1")) * 2,
)
INSERT = "insert into t values (?)"


def test_a_batch_with_begin_in_its_flight() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *BATCH, INSIDE)
    (outcome,) = run_many(dialogue, state, INSERT, [(1,), (2,)])
    assert kinds(dialogue.messages()) == "PBEPDBEBES"
    assert outcome.rowcount == 2


def test_a_batch_after_begin() -> None:
    dialogue, state = talk(profile=ServerProfile(pipelined_begin=False))
    dialogue.say(*BEGIN).say(*BATCH, INSIDE)
    run_many(dialogue, state, INSERT, iter([(1,), (2,)]))
    assert kinds(dialogue.messages()) == "QPDBEBES"


def test_no_rows_no_batch() -> None:
    dialogue, state = talk()
    (outcome,) = run_many(dialogue, state, INSERT, [])
    assert dialogue.sent == b""
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("", -1, None)


@pytest.mark.parametrize("bad", [(), ("a", "b"), ("\0",)])
def test_a_row_that_cannot_be_sent_is_named_and_nothing_is_sent(bad: tuple[Any, ...]) -> None:
    dialogue, state = talk()
    with pytest.raises(Error) as caught:
        run_many(dialogue, state, INSERT, [("a",), bad])
    assert caught.value.row == 1
    assert dialogue.sent == b""


@pytest.mark.parametrize("sql", [7, "insert '\0'"])
def test_a_text_that_cannot_be_sent(sql: Any) -> None:
    dialogue, state = talk()
    with pytest.raises(InterfaceError):
        run_many(dialogue, state, sql, [()])
    assert dialogue.sent == b""
    assert (state.core.busy, state.core.broken) == (None, None)


# -- settings -----------------------------------------------------------------------------


def test_settings_are_bound_and_belong_to_no_transaction() -> None:
    dialogue, state = talk()
    for _ in range(2):
        dialogue.say(*AS_TEXT, IDLE)
    evil = "x'; drop table t; --"
    dialogue.run(apply_settings(state, {"search_path": evil, "query_group": "g"}))
    messages = dialogue.messages()
    assert kinds(messages) == "PBDESPBDES"
    binds = [message.parameters for message in messages if isinstance(message, Bind)]
    assert binds == [(b"search_path", evil.encode()), (b"query_group", b"g")]
    assert {message.sql for message in messages if isinstance(message, Parse)} == {
        "SELECT set_config($1, $2, false)"
    }
    assert (messages[2], messages[3], messages[4]) == (Describe(b"P", ""), Execute(""), Sync())
    assert not state.in_transaction


def test_no_settings_nothing_sent() -> None:
    dialogue, state = talk()
    dialogue.run(apply_settings(state, {}))
    assert dialogue.sent == b""
