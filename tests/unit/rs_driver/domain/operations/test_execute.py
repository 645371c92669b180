from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.copy import S3_ADVICE
from rs_driver.domain.operations.execute import (
    Call,
    apply_settings,
    execute,
)
from rs_driver.domain.result import Outcome
from rs_driver.domain.tpc import Action, Xid
from rs_driver.domain.varbyte import VARBYTE_PROBE
from rs_driver.domain.wants import Want
from rs_driver.errors import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    LocalProtocolError,
    OperationalError,
    ProgrammingError,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.copy import CopyData, CopyDone, CopyInResponse
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParseComplete,
)
from support.answers import (
    BEGIN,
    BEGUN,
    FAILED,
    IDLE,
    INSIDE,
    SIMPLE_BEGIN,
    in_binary,
    prepared,
    ran,
    row,
)
from support.dialogue import Dialogue, Words, described, failure, hear, kinds, untouched
from support.states import NO_PIPELINING, POSTGRES, talk

DESCRIBED: tuple[Words, ...] = prepared(oids.INT4)
ONE = row(b"\0\0\0\1")
RAN: tuple[Words, ...] = ran("SELECT", ONE, portal=in_binary(oids.INT4))
"""To the second flight of a new query: its portal is described, as no Redshift is known to
guard its plans."""
INSERT = "insert into t values (?)"


def done(tag: str) -> tuple[Words, ...]:
    """To Parse Bind Describe Execute of a statement without rows."""
    return (ParseComplete(), BindComplete(), NoData(), CommandComplete(tag))


def run(
    dialogue: Dialogue, state: ConnectionState, sql: Any, args: Any = None, stream: Any = None
) -> list[Outcome]:
    return dialogue.run(execute(state, Call(sql, args, "qmark", state.codecs, stream)))


# -- which conversation -------------------------------------------------------------------


def test_a_new_query_is_described_and_then_asked_for_in_binary() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*DESCRIBED, IDLE).say(*RAN, IDLE)
    (outcome,) = run(dialogue, state, "select 1")
    messages = dialogue.messages()
    assert kinds(messages) == "PDSBDES"
    assert messages[3] == Bind("", "", (), (), (BINARY,))
    assert outcome.fields is not None
    assert state.compile(outcome.fields, state.codecs).tuples(outcome.batches[0]) == [(1,)]


def test_a_query_is_remembered() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*prepared(23, takes=(23,)), IDLE).say(*RAN, IDLE)
    run(dialogue, state, "select ?", (1,))
    dialogue.messages()
    dialogue.say(*prepared(23, takes=(23,)), *ran("SELECT", ONE), IDLE)
    run(dialogue, state, "select ?", (2,))
    assert kinds(dialogue.messages()) == "PDBES"


def test_text_results_take_one_flight() -> None:
    dialogue, state = talk(autocommit=True)
    state.result_format = "text"
    dialogue.say(*DESCRIBED, *ran("SELECT", row(b"1")), IDLE)
    (outcome,) = run(dialogue, state, "select 1")
    assert kinds(dialogue.messages()) == "PDBES"
    assert outcome.fields is not None
    assert state.compile(outcome.fields, state.codecs).tuples(outcome.batches[0]) == [(1,)]


def test_a_command_with_parameters_takes_one_flight() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*prepared(takes=(oids.INT4,)), *ran("INSERT 0 1"), IDLE)
    (outcome,) = run(dialogue, state, INSERT, (7,))
    messages = dialogue.messages()
    assert kinds(messages) == "PDBES"
    assert messages[0] == Parse("", "insert into t values ($1)", (oids.INT4,))
    assert outcome.rowcount == 1


@pytest.mark.parametrize("args", [None, (), {}])
@pytest.mark.parametrize(
    "sql", ["insert into t values (1)", "select 1; select 2", "create table t (a int)", "commit"]
)
def test_a_command_without_parameters_is_a_simple_query(sql: str, args: Any) -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(CommandComplete("INSERT 0 1"), CommandComplete("DELETE 2"), IDLE)
    outcomes = run(dialogue, state, sql, args)
    assert dialogue.messages() == [Query(sql)]
    assert [outcome.command for outcome in outcomes] == ["INSERT 0 1", "DELETE 2"]


@pytest.mark.parametrize("sql", ["", " -- nothing", ";"])
def test_no_statement_needs_no_transaction(sql: str) -> None:
    dialogue, state = talk()
    dialogue.say(EmptyQueryResponse(), IDLE)
    (outcome,) = run(dialogue, state, sql)
    assert dialogue.messages() == [Query(sql)]
    assert (outcome.command, outcome.rowcount) == ("", -1)


def test_the_codecs_of_the_call_are_used() -> None:
    class Mine:
        pass

    dialogue, state = talk(autocommit=True)
    mine = Encoder(Mine, lambda _value, _codecs: Parameter(oids.BOOL, TEXT, b"t"))
    dialogue.say(*prepared(takes=(oids.BOOL,)), *ran("INSERT 0 1"), IDLE)
    call = Call(INSERT, (Mine(),), "qmark", state.codecs.with_codecs(mine))
    dialogue.run(execute(state, call))
    assert dialogue.messages()[0] == Parse("", "insert into t values ($1)", (oids.BOOL,))


# -- BEGIN --------------------------------------------------------------------------------


def test_begin_rides_in_the_first_flight() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *DESCRIBED, INSIDE).say(*RAN, INSIDE)
    run(dialogue, state, "select 1")
    messages = dialogue.messages()
    assert kinds(messages) == "PBEPDSBDES"
    assert messages[:3] == [*BEGIN]
    assert state.in_transaction


@pytest.mark.parametrize(
    ("sql", "tag"),
    [("insert into t values (1)", "INSERT 0 1"), ("create table t (a int)", "CREATE TABLE")],
)
def test_a_command_without_parameters_takes_its_begin_along(sql: str, tag: str) -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, *done(tag), INSIDE)
    (outcome,) = run(dialogue, state, sql)
    assert dialogue.messages() == [
        *BEGIN,
        *(Parse("", sql, ()), Bind("", "", (), (), ()), Describe(b"P", ""), Execute(""), Sync()),
    ]
    assert dialogue.wants == [Want.READ]
    assert outcome.command == tag
    assert state.in_transaction


@pytest.mark.parametrize("sql", ["select 1; select 2", "copy t from 's3://b/k'"])
def test_begin_has_a_flight_of_its_own_before_a_simple_query(sql: str) -> None:
    dialogue, state = talk()
    dialogue.say(*SIMPLE_BEGIN).say(CommandComplete("COPY"), INSIDE)
    run(dialogue, state, sql)
    assert dialogue.messages() == [Query("BEGIN"), Query(sql)]


@pytest.mark.parametrize("args", [None, (7,)])
def test_begin_has_a_flight_of_its_own_where_the_server_wants_that(args: Any) -> None:
    dialogue, state = talk(profile=NO_PIPELINING)
    dialogue.say(*SIMPLE_BEGIN).say(*prepared(23, takes=[23] if args else []), INSIDE)
    dialogue.say(*RAN, INSIDE)
    run(dialogue, state, "select 1" if args is None else "select ?", args)
    messages = dialogue.messages()
    assert messages[0] == Query("BEGIN")
    assert kinds(messages) == "QPDSBDES"


def test_begin_before_a_command_where_the_server_wants_that() -> None:
    dialogue, state = talk(profile=NO_PIPELINING)
    dialogue.say(*SIMPLE_BEGIN).say(CommandComplete("INSERT 0 1"), INSIDE)
    run(dialogue, state, "insert into t values (1)")
    assert dialogue.messages() == [Query("BEGIN"), Query("insert into t values (1)")]


def test_no_begin_inside_a_transaction() -> None:
    dialogue, state = talk(inside=True)
    dialogue.say(*DESCRIBED, INSIDE).say(*RAN, INSIDE)
    run(dialogue, state, "select 1")
    assert kinds(dialogue.messages()) == "PDSBDES"
    dialogue.say(CommandComplete("INSERT 0 1"), INSIDE)
    run(dialogue, state, "insert into t values (1)")
    assert kinds(dialogue.messages()) == "Q"


@pytest.mark.parametrize("sql", ["begin", "START transaction", "rollback", "commit; select 1"])
def test_no_begin_before_a_transactions_own_words(sql: str) -> None:
    dialogue, state = talk()
    dialogue.say(CommandComplete("BEGIN"), IDLE)
    run(dialogue, state, sql)
    assert dialogue.messages() == [Query(sql)]


@pytest.mark.parametrize("sql", ["insert into t values (1)", "select 1; select 2"])
def test_a_statement_is_not_sent_where_begin_fails(sql: str) -> None:
    dialogue, state = talk(profile=NO_PIPELINING)
    dialogue.say(failure(), IDLE)
    with pytest.raises(ProgrammingError):
        run(dialogue, state, sql)
    assert dialogue.messages() == [Query("BEGIN")]


@pytest.mark.parametrize(
    "sql", ["vacuum t", "select 1; vacuum t", "copy t from 's3'", "select f()"]
)
def test_what_cannot_run_in_a_transaction_needs_autocommit(sql: str) -> None:
    dialogue, state = talk(profile=NO_PIPELINING)
    dialogue.say(*SIMPLE_BEGIN).say(failure("25001", "not in a transaction"), FAILED)
    with pytest.raises(Error, match="not in a transaction") as caught:
        run(dialogue, state, sql)
    assert "autocommit = True" in str(caught.value)


@pytest.mark.parametrize(("autocommit", "code"), [(True, "25001"), (False, "25006")])
def test_who_has_autocommit_or_another_error_is_not_told_so(autocommit: bool, code: str) -> None:
    dialogue, state = talk(autocommit=autocommit)
    dialogue.say(*([] if autocommit else BEGUN), failure(code), IDLE if autocommit else FAILED)
    with pytest.raises(Error) as caught:
        run(dialogue, state, "vacuum t")
    assert caught.value.advice is None


def test_who_has_begun_the_transaction_is_not_told_so() -> None:
    dialogue, state = talk(inside=True)
    dialogue.say(failure("25001"), FAILED)
    with pytest.raises(Error) as caught:
        run(dialogue, state, "vacuum t")
    assert caught.value.advice is None


def test_an_error_in_the_first_flight_leaves_a_failed_transaction() -> None:
    dialogue, state = talk()
    dialogue.say(*BEGUN, failure("42P01", "no such table"), FAILED)
    with pytest.raises(ProgrammingError, match="no such table"):
        run(dialogue, state, "select * from nowhere")
    assert state.in_transaction
    assert state.core.transaction_status == "E"
    assert (state.core.busy, state.core.broken) == (None, None)


# -- what is refused before anything is sent ----------------------------------------------


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
        ("select '\0'", None, LocalProtocolError),
        ("insert '\0'", None, LocalProtocolError),
        ("insert '\ud800'", None, LocalProtocolError),
        ("insert '\0'; insert", None, LocalProtocolError),
    ],
)
@pytest.mark.parametrize("autocommit", [True, False])
@pytest.mark.parametrize("profile", [ServerProfile(), NO_PIPELINING])
def test_what_cannot_be_sent_is_noticed_before_anything_is(
    sql: Any, args: Any, error: type[Error], autocommit: bool, profile: ServerProfile
) -> None:
    dialogue, state = talk(autocommit=autocommit, profile=profile)
    with pytest.raises(error):
        run(dialogue, state, sql, args)
    assert untouched(dialogue)


class Strange(str):
    """A str that is equal to nothing and hashes as it likes."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 7

    def __str__(self) -> str:
        return "drop table t"


def test_a_str_of_another_class_is_its_text() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(CommandComplete("INSERT 0 1"), IDLE)
    run(dialogue, state, Strange("insert into t values (1)"))
    assert dialogue.messages() == [Query("insert into t values (1)")]


def test_literals_are_lexed_as_the_server_reads_them() -> None:
    for conforming, text in (("on", r"select '\', $1"), ("off", r"select '\', ?")):
        dialogue, state = talk(autocommit=True)
        hear(dialogue.core, ParameterStatus("standard_conforming_strings", conforming))
        assert dialogue.core.next() is None
        args = (1,) if conforming == "on" else ()
        dialogue.say(*prepared(23, takes=[23] * len(args)), IDLE).say(*RAN, IDLE)
        run(dialogue, state, r"select '\', ?", args)
        assert dialogue.messages()[0] == Parse("", text, (oids.INT4,) * len(args))


LIMIT = 40
SMALL = ServerProfile(max_statement_bytes=LIMIT)


def statements(length: int) -> list[str]:
    """Statements of so many bytes."""
    found = []
    for start in ("select '", "insert '", "insert; '"):
        room = length - len(start) - 1
        found += [f"{start}{'x' * room}'", f"{start}{'é' * (room // 2)}{'x' * (room % 2)}'"]
    return found


def test_redshifts_limit() -> None:
    assert ServerProfile().max_statement_bytes == 16 * 1024 * 1024


@pytest.mark.parametrize("sql", statements(LIMIT + 1))
@pytest.mark.parametrize("autocommit", [True, False])
def test_a_statement_that_is_too_long_is_refused(sql: str, autocommit: bool) -> None:
    dialogue, state = talk(profile=SMALL, autocommit=autocommit)
    with pytest.raises(DataError, match="over 40 bytes"):
        run(dialogue, state, sql)
    assert untouched(dialogue)


@pytest.mark.parametrize("sql", statements(LIMIT))
def test_a_statement_of_the_greatest_length(sql: str) -> None:
    dialogue, state = talk(profile=SMALL, autocommit=True)
    dialogue.say(failure("42601", "seen"), IDLE)
    with pytest.raises(ProgrammingError, match="seen"):
        run(dialogue, state, sql)
    sent = dialogue.messages()[0]
    assert isinstance(sent, (Query, Parse))
    assert len(sent.sql.encode()) == LIMIT


def test_the_length_is_that_of_what_is_sent() -> None:
    dialogue, state = talk(profile=SMALL, autocommit=True)
    with pytest.raises(DataError):
        run(dialogue, state, f"select {'?, ' * 10}?", range(11))
    assert untouched(dialogue)


@pytest.mark.parametrize("sql", statements(LIMIT + 1))
def test_postgres_has_no_limit_of_its_own(sql: str) -> None:
    dialogue, state = talk(profile=POSTGRES, autocommit=True)
    dialogue.say(failure("42601", "seen"), IDLE)
    with pytest.raises(ProgrammingError, match="seen"):
        run(dialogue, state, sql)


def test_what_is_too_long_may_be_unencodable_too() -> None:
    dialogue, state = talk(profile=SMALL)
    with pytest.raises(DataError):
        run(dialogue, state, "\ud800" * (LIMIT + 1))
    assert untouched(dialogue)


@pytest.mark.parametrize(
    "sql", ["commit", "select 1; ROLLBACK", "begin", "prepare\ntransaction 'x'"]
)
def test_a_transaction_in_two_phases_has_its_own_ends(sql: str) -> None:
    dialogue, state = talk(inside=True)
    state.two_phase.advance(Action.BEGIN, Xid(None, "x", None))
    with pytest.raises(ProgrammingError, match="BEGIN, COMMIT or ROLLBACK"):
        run(dialogue, state, sql)
    assert untouched(dialogue)
    for other in ("insert into t values (1)", "prepare p as insert into t values ($1)"):
        dialogue.say(CommandComplete("INSERT 0 1"), INSIDE)
        run(dialogue, state, other)
        assert dialogue.messages() == [Query(other)]


@pytest.mark.parametrize("sql", ["select 1", "insert into t values (1)"])
def test_a_prepared_transaction_takes_no_statement(sql: str) -> None:
    dialogue, state = talk()
    state.two_phase.advance(Action.BEGIN, Xid(None, "x", None))
    state.two_phase.advance(Action.PREPARE)
    with pytest.raises(ProgrammingError, match="a statement is not possible"):
        run(dialogue, state, sql)
    assert untouched(dialogue)


# -- COPY ---------------------------------------------------------------------------------


def test_a_stream_is_copied() -> None:
    dialogue, state = talk()
    dialogue.say(*SIMPLE_BEGIN).say(CopyInResponse(0, (0,))).say(CommandComplete("COPY 1"), INSIDE)
    (outcome,) = run(dialogue, state, "copy t from stdin", None, [b"1\n"])
    assert outcome.rowcount == 1
    sent = [Query("BEGIN"), Query("copy t from stdin"), CopyData(b"1\n"), CopyDone()]
    assert dialogue.messages() == sent


@pytest.mark.parametrize(
    ("sql", "args"),
    [
        *(("select 1", None), ("insert into t values (?)", (1,)), ("copy t ?", (1,))),
        *(("insert into t values (1)", None), ("select 1; select 2", None), ("", None)),
    ],
)
def test_a_stream_goes_with_a_copy_without_parameters(sql: str, args: Any) -> None:
    dialogue, state = talk()
    with pytest.raises(ProgrammingError, match="a stream is for COPY"):
        run(dialogue, state, sql, args, [b"1\n"])
    assert untouched(dialogue)


@pytest.mark.parametrize("stream", [True, False, "file.csv", 7])
def test_what_is_no_stream(stream: Any) -> None:
    dialogue, state = talk()
    with pytest.raises(InterfaceError, match="stream takes a file"):
        run(dialogue, state, "copy t from stdin", None, stream)
    assert untouched(dialogue)


@pytest.mark.parametrize(
    "sql", ["copy t from stdin", "COPY t TO STDOUT", "select 1; copy t from\nSTDIN"]
)
def test_redshift_loads_from_s3(sql: str) -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(failure("0A000", "not supported"), IDLE)
    with pytest.raises(Error, match="not supported") as caught:
        run(dialogue, state, sql, None, [b""])
    assert caught.value.advice == S3_ADVICE


@pytest.mark.parametrize(
    ("profile", "sql"),
    [
        (POSTGRES, "copy t from stdin"),
        (ServerProfile(), "vacuum t"),
        (ServerProfile(), "copy t from 's3://bucket/key'"),
        (ServerProfile(), "insert into stdin values (1)"),
    ],
)
def test_others_need_no_such_advice(profile: ServerProfile, sql: str) -> None:
    dialogue, state = talk(autocommit=True, profile=profile)
    dialogue.say(failure(), IDLE)
    with pytest.raises(ProgrammingError) as caught:
        run(dialogue, state, sql)
    assert caught.value.advice is None


def test_a_lost_connection_needs_other_advice() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.hang_up()
    with pytest.raises(OperationalError) as caught:
        run(dialogue, state, "copy t from stdin")
    assert caught.value.advice is None


# -- epochs -------------------------------------------------------------------------------

RESHAPING = [
    *(("create table t (a int)", "CREATE TABLE"), ("alter table t add b int", "ALTER TABLE")),
    *(("drop table t", "DROP TABLE"), ("set search_path to s", "SET")),
    *(("discard all", "DISCARD ALL"), ("deallocate all", "DEALLOCATE ALL")),
    *(
        ("declare c cursor for select 1", "DECLARE CURSOR"),
        ("create table u as select 1", "SELECT"),
    ),
]


@pytest.mark.parametrize(("sql", "tag"), RESHAPING)
@pytest.mark.parametrize("autocommit", [True, False])
def test_ddl_begins_an_epoch_and_takes_one_turn(sql: str, tag: str, autocommit: bool) -> None:
    dialogue, state = talk(autocommit=autocommit)
    for number in range(3):
        state.statements.abandoned(f"n{number}")
    if autocommit:
        dialogue.say(CommandComplete(tag), IDLE)
    else:
        dialogue.say(*BEGUN, *done(tag), INSIDE)
    run(dialogue, state, sql)
    assert state.statements.epoch == 1
    assert dialogue.wants == [Want.READ]
    assert kinds(dialogue.messages()) == ("Q" if autocommit else "PBEPBDES")
    assert len(state.statements.to_close()) == 3


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select 1 into t", (*prepared(), IDLE)),
        ("call p()", (*prepared(), IDLE)),
        ("with a as (select 1) select * into t from a", (*prepared(), IDLE)),
    ],
)
def test_statements_that_may_return_rows_begin_one_too(sql: str, words: tuple[Words, ...]) -> None:
    dialogue, state = talk(autocommit=True)
    tag = "CALL" if sql.startswith("call") else "SELECT"
    dialogue.say(*words).say(*ran(tag, portal=NoData()), IDLE)
    run(dialogue, state, sql)
    assert state.statements.epoch == 1
    assert kinds(dialogue.messages()) == "PDSBDES"


def test_a_query_begins_none() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*DESCRIBED, IDLE).say(*RAN, IDLE)
    run(dialogue, state, "select 1")
    dialogue.say(CommandComplete("INSERT 0 1"), CommandComplete("SET"), IDLE)
    run(dialogue, state, "insert into t values (1); set extra_float_digits = 2")
    assert state.statements.epoch == 0


@pytest.mark.parametrize("tags", [["CREATE TABLE", "INSERT 0 1"], ["INSERT 0 1", "DROP TABLE"]])
def test_each_of_several_statements_counts(tags: list[str]) -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(*map(CommandComplete, tags), IDLE)
    run(dialogue, state, "this; that")
    assert state.statements.epoch == 1


@pytest.mark.parametrize(
    ("sql", "epoch"),
    [
        *(("create table t (a int); select 1/0", 1), ("commit", 1), ("end", 1)),
        *(("create table t (a int)", 0), ("insert into t values (1)", 0)),
    ],
)
def test_what_fails_may_have_changed_something(sql: str, epoch: int) -> None:
    dialogue, state = talk(inside=True)
    dialogue.say(failure("23503", "deferred"), IDLE)
    with pytest.raises(IntegrityError):
        run(dialogue, state, sql)
    assert state.statements.epoch == epoch


class MineError(Exception):
    """Raised by the user's stream."""


class Broken:
    """That stream."""

    def read(self, size: int) -> bytes:
        raise MineError


def test_what_a_stream_raises_may_come_after_ddl() -> None:
    dialogue, state = talk(autocommit=True)
    dialogue.say(CommandComplete("CREATE TABLE"), CopyInResponse(0, (0,))).say(failure(), IDLE)
    with pytest.raises(MineError):
        run(dialogue, state, "create table t (a int); copy t from stdin", None, Broken())
    assert state.statements.epoch == 1
    assert (state.core.busy, state.core.broken) == (None, None)


def test_a_statement_is_described_anew_after_ddl() -> None:
    dialogue, state = talk(autocommit=True)
    for _ in range(2):
        dialogue.say(*DESCRIBED, IDLE).say(*RAN, IDLE)
        run(dialogue, state, "select * from t")
        assert kinds(dialogue.messages()) == "PDSBDES"
        dialogue.say(CommandComplete("ALTER TABLE"), IDLE)
        run(dialogue, state, "alter table t add b int")
        assert kinds(dialogue.messages()) == "Q"


# -- VARBYTE ------------------------------------------------------------------------------


def test_the_first_varbyte_column_is_asked_about() -> None:
    dialogue, state = talk(profile=ServerProfile(protocol_version=2), autocommit=True)
    dialogue.say(*prepared(oids.VARBYTE), IDLE)
    dialogue.say(*ran("SELECT", row(b"a"), portal=described(oids.VARBYTE)), IDLE)
    dialogue.say(described(oids.VARBYTE), row(b"a"), CommandComplete("SELECT"), IDLE)
    (outcome,) = run(dialogue, state, "select v from t")
    messages = dialogue.messages()
    assert kinds(messages) == "PDSBDESQ"
    assert messages[-1] == Query(VARBYTE_PROBE)
    assert state.profile.varbyte_wire == "raw"
    assert outcome.fields is not None
    assert state.compile(outcome.fields, state.codecs).tuples(outcome.batches[0]) == [(b"a",)]


# -- settings -----------------------------------------------------------------------------


def test_settings_are_bound_and_belong_to_no_transaction() -> None:
    dialogue, state = talk()
    for _ in range(2):
        words = (ParseComplete(), BindComplete(), described(oids.TEXT), row(b"x"))
        dialogue.say(*words, CommandComplete("SELECT"), IDLE)
    evil = "x'; drop table t; --"
    state.session_settings = {"search_path": evil, "query_group": "g"}
    dialogue.run(apply_settings(state))
    messages = dialogue.messages()
    assert kinds(messages) == "PBDESPBDES"
    binds = [message.parameters for message in messages if isinstance(message, Bind)]
    assert binds == [(b"search_path", evil.encode()), (b"query_group", b"g")]
    assert {message.sql for message in messages if isinstance(message, Parse)} == {
        "SELECT set_config($1, $2, false)"
    }
    assert messages[2:5] == [Describe(b"P", ""), Execute(""), Sync()]
    assert not state.in_transaction


def test_no_settings_nothing_sent() -> None:
    dialogue, state = talk()
    dialogue.run(apply_settings(state))
    assert untouched(dialogue)
