from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.execute import Call
from rs_driver.domain.operations.executemany import executemany, executemany_exactly
from rs_driver.domain.result import Outcome
from rs_driver.domain.tpc import Action, Xid
from rs_driver.domain.wants import Want
from rs_driver.errors import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
)
from rs_driver.ports.codec import TEXT
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.query import Bind, Parse
from support.answers import (
    BEGUN,
    FAILED,
    IDLE,
    INSIDE,
    SIMPLE_BEGIN,
    prepared,
    ran,
)
from support.dialogue import Dialogue, Words, failure, kinds, untouched
from support.states import NO_PIPELINING, POSTGRES, talk

INSERT = "insert into t values (?)"


def run_many(dialogue: Dialogue, state: ConnectionState, sql: Any, rows: Any) -> list[Outcome]:
    """Each row by itself."""
    return dialogue.run(executemany_exactly(state, Call(sql, rows, "qmark", state.codecs)))


def insert(dialogue: Dialogue, state: ConnectionState, sql: Any, rows: Any) -> list[Outcome]:
    return dialogue.run(executemany(state, Call(sql, rows, "qmark", state.codecs)))


BATCH: tuple[Words, ...] = (*prepared(takes=(oids.INT4,)), *ran("INSERT 0 1") * 2)


def test_a_batch_with_begin_in_its_flight() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *BATCH, INSIDE)
    (outcome,) = run_many(dialogue, state, INSERT, [(1,), (2,)])
    assert kinds(dialogue.messages()) == "PBEPDBEBES"
    assert dialogue.wants == [Want.READ]
    assert outcome.rowcount == 2


def test_a_batch_in_autocommit() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*BATCH, IDLE)
    run_many(dialogue, state, INSERT, [(1,), (2,)])
    assert kinds(dialogue.messages()) == "PDBEBES"


def test_a_batch_after_begin() -> None:
    dialogue, state = talk(profile=NO_PIPELINING)
    dialogue.say(*SIMPLE_BEGIN).say(*BATCH, INSIDE)
    run_many(dialogue, state, INSERT, [(1,), (2,)])
    assert kinds(dialogue.messages()) == "QPDBEBES"


def test_a_batch_of_nulls_and_mixed_widths_has_one_parse() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *prepared(takes=(20,)), *ran("INSERT 0 1") * 4, INSIDE)
    run_many(dialogue, state, INSERT, [(None,), (1,), (2**40,), (None,)])
    parses = [message for message in dialogue.messages() if isinstance(message, Parse)]
    assert [message.parameter_oids for message in parses] == [(), (oids.INT8,)]


def test_an_insert_of_one_row_becomes_one_of_many() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *prepared(takes=(23,) * 3), *ran("INSERT 0 3"), INSIDE)
    (outcome,) = insert(dialogue, state, INSERT, [(1,), (None,), (3,)])
    messages = dialogue.messages()
    assert kinds(messages) == "PBEPDBES"
    assert messages[3] == Parse("", "insert into t values ($1),($2),($3)", (oids.INT4,) * 3)
    assert dialogue.wants == [Want.READ]
    assert outcome.rowcount == 3


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("insert into t values (?) returning a", [(1,), (2,)]),
        ("insert into t values (abs(?))", [(1,), (2,)]),
        ("update t set a = ?", [(1,), (2,)]),
        ("insert into t values (1)", [(), ()]),
        (INSERT, [(1,), (1.5,)]),
        ("insert into t values (?, 'a')", [(1,), (2,)]),
    ],
)
def test_what_might_mean_something_else_with_many_rows_is_run_row_by_row(
    sql: str, rows: list[Any]
) -> None:
    dialogue, state = talk(autocommit=True)
    parses = 2 if type(rows[0] and rows[0][0]) is not type(rows[1] and rows[1][0]) else 1
    for first in range(2):
        dialogue.say(*(prepared() if parses > first else ()), *ran("INSERT 0 1"))
    dialogue.say(IDLE)
    (outcome,) = insert(dialogue, state, sql, rows)
    assert kinds(dialogue.messages()) == ("PDBE" + ("PDBE" if parses == 2 else "BE") + "S")
    assert outcome.rowcount == 2


def test_redshift_is_asked_what_it_would_make_of_a_string_in_one_row() -> None:
    dialogue, state = talk()
    dialogue.say(*prepared(takes=(oids.DATE,)), IDLE)
    dialogue.say(*BEGUN, *prepared(takes=(oids.DATE,) * 2), *ran("INSERT 0 2"), INSIDE)
    insert(dialogue, state, INSERT, [("2024-01-01",), ("2024-01-02",)])
    messages = dialogue.messages()
    assert kinds(messages) == "PDS" + "PBEPDBES"
    assert messages[0] == Parse("", "insert into t values ($1)", (oids.UNKNOWN,))
    assert messages[6] == Parse("", "insert into t values ($1),($2)", (oids.DATE,) * 2)
    assert isinstance(messages[8], Bind)
    assert messages[8].parameter_formats == (TEXT, TEXT)
    dialogue.say(*prepared(takes=(oids.TIMESTAMP,)), INSIDE)
    dialogue.say(*prepared(takes=(oids.TIMESTAMP,) * 2), *ran("INSERT 0 2"), INSIDE)
    insert(dialogue, state, INSERT, [(None,), ("2024-01-04 12:00",)])
    messages = dialogue.messages()
    assert kinds(messages) == "PDS" + "PDBES"
    assert isinstance(messages[3], Parse)
    assert messages[3].parameter_oids == (oids.TIMESTAMP,) * 2


@pytest.mark.parametrize("takes", [(oids.UNKNOWN,), (), (oids.DATE, oids.DATE)])
def test_redshift_may_not_know_itself(takes: tuple[int, ...]) -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*prepared(takes=takes), IDLE)
    dialogue.say(*prepared(takes=takes), *ran("INSERT 0 1") * 2, IDLE)
    insert(dialogue, state, INSERT, [("a",), ("b",)])
    assert kinds(dialogue.messages()) == "PDS" + "PDBEBES"


def test_redshift_may_refuse_the_statement_when_it_is_asked() -> None:
    dialogue, state = talk()
    dialogue.say(failure("42P01"), IDLE)
    with pytest.raises(ProgrammingError):
        insert(dialogue, state, INSERT, [("a",), ("b",)])
    assert kinds(dialogue.messages()) == "PDS"
    assert (state.core.busy, state.core.broken) == (None, None)


def test_postgres_is_not_asked() -> None:
    dialogue, state = talk(profile=POSTGRES, autocommit=True)
    dialogue.say(*prepared(takes=(oids.DATE,) * 2), *ran("INSERT 0 2"), IDLE)
    insert(dialogue, state, "insert into t values (?, 'x')", [("a",), ("b",)])
    messages = dialogue.messages()
    assert kinds(messages) == "PDBES"
    assert isinstance(messages[0], Parse)
    assert messages[0].sql == "insert into t values ($1, 'x'),($2, 'x')"


@pytest.mark.parametrize(("most", "inserts"), [(1000, 3), (32767, 1), (1, 2001)])
def test_how_many_rows_one_insert_has(most: int, inserts: int) -> None:
    profile = ServerProfile(rows_per_insert=most)
    dialogue, state = talk(profile=profile, autocommit=True)
    rows = [(number,) for number in range(2001)]
    parse = prepared(takes=(23,))
    if most == 1000:
        dialogue.say(*parse, *ran("INSERT 0 1000") * 2, *parse, *ran("INSERT 0 1"), IDLE)
    else:
        dialogue.say(*parse, *ran(f"INSERT 0 {len(rows) // inserts}") * inserts, IDLE)
    (outcome,) = insert(dialogue, state, INSERT, rows)
    assert kinds(dialogue.messages()).count("E") == inserts
    assert outcome.rowcount == len(rows)


@pytest.mark.parametrize("sql", ["insert into t values (?, 'ü')", INSERT])
def test_an_insert_of_many_rows_after_begin(sql: str) -> None:
    profile = ServerProfile(kind="postgres", pipelined_begin=False, text_oid=0)
    dialogue, state = talk(profile=profile)
    dialogue.say(*SIMPLE_BEGIN).say(*prepared(takes=(23,)), *ran("INSERT 0 2"), INSIDE)
    insert(dialogue, state, sql, [(1,), (2,)])
    assert kinds(dialogue.messages()) == "QPDBES"


def test_no_rows_no_batch() -> None:
    dialogue, state = talk()
    (outcome,) = run_many(dialogue, state, INSERT, [])
    assert untouched(dialogue)
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("", 0, None)


@pytest.mark.parametrize("bad", [(), ("a", "b"), ("\0",), (object(),), None])
def test_a_row_that_cannot_be_sent_is_named_and_nothing_is_sent(bad: Any) -> None:
    dialogue, state = talk()
    with pytest.raises(Error) as caught:
        run_many(dialogue, state, INSERT, [("a",), bad])
    assert caught.value.row == 1
    assert untouched(dialogue)


def test_a_row_that_the_server_refuses_is_named() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *prepared(takes=(23,)), *ran("INSERT 0 1"), failure("23505"), FAILED)
    with pytest.raises(IntegrityError) as caught:
        run_many(dialogue, state, INSERT, [(1,), (1,), (1,)])
    assert caught.value.row == 1


@pytest.mark.parametrize("sql", [7, "insert '\0'", "insert '\ud800'"])
@pytest.mark.parametrize("autocommit", [True, False])
@pytest.mark.parametrize("profile", [ServerProfile(), NO_PIPELINING])
def test_a_text_that_cannot_be_sent(sql: Any, autocommit: bool, profile: ServerProfile) -> None:
    dialogue, state = talk(autocommit=autocommit, profile=profile)
    with pytest.raises(InterfaceError):
        run_many(dialogue, state, sql, [()])
    assert untouched(dialogue)


@pytest.mark.parametrize("rows", [[], [()], [(1,)]])
def test_copy_is_no_batch(rows: list[Any]) -> None:
    dialogue, state = talk()
    sql = "copy t from stdin" + " -- ?" * (0 if rows == [()] else 1)
    with pytest.raises(ProgrammingError, match=r"execute\(\)"):
        run_many(dialogue, state, sql, rows)
    assert untouched(dialogue)


def test_a_batch_of_ddl_begins_an_epoch() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*prepared(), *ran("CREATE TABLE"), IDLE)
    run_many(dialogue, state, "create table t (a int)", [()])
    assert state.statements.epoch == 1
    dialogue.say(*BATCH, IDLE)
    run_many(dialogue, state, INSERT, [(1,), (2,)])
    assert state.statements.epoch == 1


def test_what_execute_refuses() -> None:
    dialogue, state = talk(profile=ServerProfile(max_statement_bytes=40))
    with pytest.raises(DataError, match="over 40 bytes"):
        run_many(dialogue, state, "insert into t values (?)" + 17 * " ", [(1,)])
    state.two_phase.advance(Action.BEGIN, Xid(None, "x", None))
    with pytest.raises(ProgrammingError, match="BEGIN, COMMIT or ROLLBACK"):
        run_many(dialogue, state, "commit", [()])
    state.two_phase.advance(Action.PREPARE)
    with pytest.raises(ProgrammingError, match="a statement is not possible"):
        run_many(dialogue, state, INSERT, [(1,)])
    assert untouched(dialogue)


def test_elsewhere_than_in_an_insert_of_values_ints_keep_their_width() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(
        *(*prepared(takes=(oids.INT4,)), *ran("INSERT 0 1")),
        *(*prepared(takes=(oids.INT8,)), *ran("INSERT 0 1"), IDLE),
    )
    run_many(dialogue, state, "insert into t select to_hex(?)", [(-1,), (2**40,)])
    parses = [message for message in dialogue.messages() if isinstance(message, Parse)]
    assert [message.parameter_oids for message in parses] == [(oids.INT4,), (oids.INT8,)]
