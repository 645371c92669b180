from __future__ import annotations

from collections.abc import Sequence

import pytest

from rs_driver import oids
from rs_driver.domain.operations.extended_query import (
    DESCRIBE_PORTAL,
    EXECUTE,
    NOTHING,
    Front,
    Group,
    bind,
    execute_as_text,
    fly,
    parse,
)
from rs_driver.domain.wants import Want
from rs_driver.errors import OperationalError, ProgrammingError, RemoteProtocolError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.wire.control import NoticeResponse, ParameterStatus
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
)
from support.answers import BEGIN, BEGUN, FAILED, IDLE, INSIDE, NULL, int4, prepared, ran, row
from support.dialogue import Dialogue, Words, described, failure

SQL = "select $1"
SEVEN = int4(7)
AS_TEXT: tuple[Words, ...] = (
    *(ParseComplete(), BindComplete(), described(23), row(b"7"), CommandComplete("SELECT")),
)


def in_step(dialogue: Dialogue) -> bool:
    return dialogue.core.busy is None and dialogue.core.broken is None


# -- messages -----------------------------------------------------------------------------


def test_parse_has_the_types() -> None:
    assert parse("n", SQL, [SEVEN, NULL]) == Parse("n", SQL, (oids.INT4, oids.UNKNOWN))
    assert parse("", SQL, ()) == Parse("", SQL, ())


def test_bind_has_formats_and_values() -> None:
    bound = bind("n", [SEVEN, NULL], (BINARY, TEXT))
    assert bound == Bind("", "n", (BINARY, TEXT), (b"\0\0\0\7", None), (BINARY, TEXT))
    assert bind("", (), ()) == Bind("", "", (), (), ())


def test_closes_come_before_begin() -> None:
    assert NOTHING.messages() == ()
    assert Front(begin=True).messages() == BEGIN
    assert Front(("a", "b")).messages() == (Close(b"S", "a"), Close(b"S", "b"))
    assert Front(("a",), begin=True).messages() == (Close(b"S", "a"), *BEGIN)


def test_begin_is_executed_from_the_unnamed_portal() -> None:
    assert [type(message) for message in BEGIN] == [Parse, Bind, Execute]


# -- a flight -----------------------------------------------------------------------------


def test_a_flight_ends_with_its_own_sync() -> None:
    dialogue = Dialogue().say(*prepared(23, 25, takes=(oids.INT4,)), IDLE)
    describe = Describe(b"S", "n")
    group = dialogue.run(fly(dialogue.core, SQL, NOTHING, parse("n", SQL, [SEVEN]), describe))
    assert dialogue.messages() == [Parse("n", SQL, (oids.INT4,)), describe, Sync()]
    assert dialogue.wants == [Want.READ]
    assert (group.parsed, group.described, group.bound) == (True, True, False)
    assert group.resolved == (oids.INT4,)
    assert (group.outcome.fields, group.outcome.command) == (described(23, 25).fields, "")
    assert (group.closed, group.error) == (0, None)


def test_a_flight_without_a_description() -> None:
    dialogue = Dialogue().say(*ran("SELECT", row(b"1", b"2")), IDLE)
    flight = fly(dialogue.core, SQL, NOTHING, bind("n", (), ()), EXECUTE, columns=2)
    group = dialogue.run(flight)
    assert (group.parsed, group.described, group.bound) == (False, False, True)
    assert (group.outcome.fields, group.outcome.command) == (None, "SELECT")
    assert len(group.outcome.batches) == 1


@pytest.mark.parametrize("width", [0, 1, 3])
def test_rows_of_another_width_than_was_said(width: int) -> None:
    dialogue = Dialogue().say(*ran("SELECT", row(*(b"",) * width)))
    flight = fly(dialogue.core, SQL, NOTHING, bind("n", (), ()), EXECUTE, columns=2)
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        dialogue.run(flight)
    assert dialogue.core.broken is not None


def test_what_is_in_front_leaves_no_trace() -> None:
    dialogue = Dialogue().say(CloseComplete(), CloseComplete(), *BEGUN, failure(), FAILED)
    front = Front(("a", "b"), begin=True)
    group = dialogue.run(fly(dialogue.core, SQL, front, parse("", SQL, ())))
    assert dialogue.messages() == [*front.messages(), Parse("", SQL, ()), Sync()]
    assert (group.closed, group.parsed, group.bound) == (2, False, False)
    assert group.outcome.command == ""


@pytest.mark.parametrize("closed", range(3))
def test_only_confirmed_closes_are_counted(closed: int) -> None:
    dialogue = Dialogue().say(*[CloseComplete()] * closed, failure(), IDLE)
    group = dialogue.run(fly(dialogue.core, SQL, Front(("a", "b", "c")), parse("", SQL, ())))
    assert group.closed == closed
    assert group.error is not None
    assert in_step(dialogue)


def test_begin_may_be_an_empty_answer() -> None:
    group = Group(SQL, Front(begin=True))
    for event in (ParseComplete(), BindComplete(), EmptyQueryResponse()):
        group.take(event)
    assert (group.parsed, group.bound) == (False, False)
    group.take(ParseComplete())
    assert group.parsed


def test_how_far_a_statement_came() -> None:
    group = Group(SQL, NOTHING)
    seen = []
    words = (ParseComplete(), ParameterDescription((23,)), NoData(), BindComplete())
    for event in (*words, CommandComplete("INSERT 0 1")):
        group.take(event)
        seen.append((group.parsed, group.resolved, group.described, group.bound))
    assert seen == [
        *((True, (), False, False), (True, (23,), False, False)),
        *((True, (23,), True, False), (True, (23,), True, True), (True, (23,), True, True)),
    ]
    assert (group.outcome.command, group.outcome.fields) == ("INSERT 0 1", None)


# -- one flight for all -------------------------------------------------------------------


def test_one_flight_with_text_results() -> None:
    dialogue = Dialogue().say(*AS_TEXT, IDLE)
    outcome = dialogue.run(execute_as_text(dialogue.core, SQL, [SEVEN]))
    assert dialogue.messages() == [
        Parse("", SQL, (oids.INT4,)),
        Bind("", "", (BINARY,), (b"\0\0\0\7",), ()),
        Describe(b"P", ""),
        Execute(""),
        Sync(),
    ]
    assert dialogue.wants == [Want.READ]
    assert outcome.fields == described(23).fields
    assert (outcome.command, outcome.rowcount) == ("SELECT", 1)


def test_begin_rides_in_the_same_flight() -> None:
    dialogue = Dialogue().say(
        *(*BEGUN, ParseComplete(), BindComplete(), NoData()),
        *(CommandComplete("INSERT 0 1"), INSIDE),
    )
    outcome = dialogue.run(execute_as_text(dialogue.core, "insert", [NULL], Front(begin=True)))
    assert dialogue.messages() == [
        *BEGIN,
        Parse("", "insert", (oids.UNKNOWN,)),
        Bind("", "", (TEXT,), (None,), ()),
        DESCRIBE_PORTAL,
        EXECUTE,
        Sync(),
    ]
    assert (outcome.fields, outcome.command, outcome.batches) == (None, "INSERT 0 1", [])
    assert dialogue.core.transaction_status == "T"


def test_an_empty_statement() -> None:
    dialogue = Dialogue().say(ParseComplete(), BindComplete(), NoData(), EmptyQueryResponse(), IDLE)
    outcome = dialogue.run(execute_as_text(dialogue.core, ""))
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("", -1, None)


def test_begin_is_not_the_command_of_an_empty_statement() -> None:
    dialogue = Dialogue().say(
        *(*BEGUN, ParseComplete(), BindComplete(), NoData(), EmptyQueryResponse(), INSIDE)
    )
    outcome = dialogue.run(execute_as_text(dialogue.core, "", (), Front(begin=True)))
    assert outcome.command == ""


def test_what_comes_in_between_is_for_the_session() -> None:
    chat: list[Words] = []
    for word in AS_TEXT:
        chat += [NoticeResponse({"M": "chat"}), ParameterStatus("chat", "on"), word]
    dialogue = Dialogue().say(*chat, IDLE)
    outcome = dialogue.run(execute_as_text(dialogue.core, SQL, [SEVEN]))
    assert outcome.rowcount == 1
    assert dialogue.core.session.notices.total == len(AS_TEXT)


ANSWERS: Sequence[Words] = (CloseComplete(), *BEGUN, *AS_TEXT)
FRONT = Front(("old",), begin=True)


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_an_error_anywhere_is_raised_after_ready_for_query(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at]).say(failure()).say(FAILED)
    with pytest.raises(ProgrammingError, match="no such thing") as caught:
        dialogue.run(execute_as_text(dialogue.core, SQL, (), FRONT))
    assert caught.value.query == SQL
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_the_end_anywhere_is_a_lost_connection(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at]).hang_up()
    with pytest.raises(OperationalError, match="closed the connection") as caught:
        dialogue.run(execute_as_text(dialogue.core, SQL, (), FRONT))
    assert caught.value.is_disconnect
    assert dialogue.core.broken is caught.value


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_fatal_words_anywhere_are_what_is_raised(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at], failure("57P01", "shutdown", "FATAL")).hang_up()
    with pytest.raises(OperationalError, match="shutdown"):
        dialogue.run(execute_as_text(dialogue.core, SQL, (), FRONT))


def test_only_the_first_error_is_raised() -> None:
    dialogue = Dialogue().say(failure(), failure("XX000", "and another"), FAILED)
    with pytest.raises(ProgrammingError, match="no such thing"):
        dialogue.run(execute_as_text(dialogue.core, SQL))
    assert in_step(dialogue)


def test_rows_of_begin_are_refused() -> None:
    dialogue = Dialogue().say(ParseComplete(), BindComplete(), row(b"1"))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        dialogue.run(execute_as_text(dialogue.core, SQL, (), Front(begin=True)))


def test_what_comes_behind_the_flight_breaks_the_next_one() -> None:
    dialogue = Dialogue().say(*AS_TEXT, IDLE, BindComplete())
    dialogue.run(execute_as_text(dialogue.core, SQL))
    with pytest.raises(RemoteProtocolError, match="nothing was expected"):
        dialogue.run(execute_as_text(dialogue.core, SQL))
    assert dialogue.core.broken is not None
