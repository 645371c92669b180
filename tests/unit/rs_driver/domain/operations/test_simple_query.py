from __future__ import annotations

import pytest

from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.errors import (
    DataError,
    LocalProtocolError,
    OperationalError,
    ProgrammingError,
)
from rs_driver.wire.control import NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, DataRow, EmptyQueryResponse
from support.dialogue import Dialogue, described, failure

READY = ReadyForQuery("I")
SQL = "select 1"


def test_one_result() -> None:
    dialogue = Dialogue()
    dialogue.say(described(23), DataRow((b"1",))).say(DataRow((b"2",)))
    dialogue.say(CommandComplete("SELECT"), READY)
    (outcome,) = dialogue.run(simple_query(dialogue.core, SQL))
    assert dialogue.messages() == [Query(SQL)]
    assert outcome.fields == described(23).fields
    assert [len(batch) for batch in outcome.batches] == [1, 1]
    assert (outcome.command, outcome.rowcount) == ("SELECT", 2)


def test_one_outcome_for_each_statement() -> None:
    dialogue = Dialogue().say(
        CommandComplete("BEGIN"),
        described(23),
        DataRow((b"1",)),
        CommandComplete("SELECT"),
        described(25, 25),
        CommandComplete("SELECT"),
        CommandComplete("INSERT 0 3"),
        ReadyForQuery("T"),
    )
    outcomes = dialogue.run(simple_query(dialogue.core, "several"))
    assert [outcome.command for outcome in outcomes] == ["BEGIN", "SELECT", "SELECT", "INSERT 0 3"]
    assert [outcome.rowcount for outcome in outcomes] == [-1, 1, 0, 3]
    assert [len(outcome.fields or ()) for outcome in outcomes] == [0, 1, 2, 0]
    assert dialogue.core.transaction_status == "T"


def test_an_empty_text() -> None:
    dialogue = Dialogue().say(EmptyQueryResponse(), READY)
    (outcome,) = dialogue.run(simple_query(dialogue.core, ""))
    assert (outcome.fields, outcome.command, outcome.rowcount) == (None, "", -1)


def test_an_error_is_raised_once_the_connection_is_in_step_again() -> None:
    dialogue = Dialogue().say(described(23), DataRow((b"1",)))
    dialogue.say(failure("22012", "division by zero")).say(ReadyForQuery("E"))
    with pytest.raises(DataError, match="division by zero") as caught:
        dialogue.run(simple_query(dialogue.core, SQL))
    assert caught.value.query == SQL
    assert not caught.value.is_disconnect
    assert not caught.value.retry_safe
    assert (dialogue.core.busy, dialogue.core.broken) == (None, None)
    assert dialogue.core.transaction_status == "E"


def test_notices_in_between_are_kept_apart() -> None:
    dialogue = Dialogue().say(NoticeResponse({"M": "hm"}), CommandComplete("VACUUM"), READY)
    (outcome,) = dialogue.run(simple_query(dialogue.core, "vacuum"))
    assert outcome.command == "VACUUM"
    assert list(dialogue.core.session.notices) == [{"M": "hm"}]


def test_a_fatal_error_and_the_end_give_the_servers_words() -> None:
    dialogue = Dialogue().say(failure("57P01", "shutting down", "FATAL")).hang_up()
    with pytest.raises(OperationalError, match="shutting down") as caught:
        dialogue.run(simple_query(dialogue.core, SQL))
    assert caught.value.is_disconnect
    assert dialogue.core.broken is caught.value


def test_the_end_in_the_middle_of_a_result() -> None:
    dialogue = Dialogue().say(described(23), DataRow((b"1",))).hang_up()
    with pytest.raises(OperationalError, match="closed the connection during a simple query"):
        dialogue.run(simple_query(dialogue.core, SQL))
    assert dialogue.core.broken is not None


def test_a_text_that_cannot_be_sent() -> None:
    dialogue = Dialogue()
    with pytest.raises(LocalProtocolError):
        dialogue.run(simple_query(dialogue.core, "select '\0'"))
    assert (dialogue.sent, dialogue.core.busy, dialogue.core.broken) == (b"", None, None)


# -- COPY, without a stream; with one: test_copy ---------------------------------------------


def test_copy_from_the_client_is_refused_and_the_connection_stays_in_step() -> None:
    dialogue = Dialogue().say(CopyInResponse(0, (0, 0)))
    dialogue.say(failure("57014", "COPY from stdin failed"), ReadyForQuery("E"))
    with pytest.raises(ProgrammingError, match=r"FROM STDIN .* stream="):
        dialogue.run(simple_query(dialogue.core, "copy t from stdin"))
    assert dialogue.messages() == [Query("copy t from stdin"), CopyFail("ProgrammingError")]
    assert (dialogue.core.busy, dialogue.core.broken) == (None, None)
    assert dialogue.core.transaction_status == "E"


def test_copy_to_the_client_is_passed_over() -> None:
    dialogue = Dialogue().say(CopyOutResponse(0, (0,)), CopyData(b"1\n"))
    dialogue.say(CopyData(b"2\n"), CopyDone(), CommandComplete("COPY 2"), READY)
    with pytest.raises(ProgrammingError, match=r"TO STDOUT .* stream="):
        dialogue.run(simple_query(dialogue.core, "copy t to stdout"))
    assert dialogue.messages() == [Query("copy t to stdout")]
    assert (dialogue.core.busy, dialogue.core.broken) == (None, None)


def test_a_copy_that_fails_by_itself() -> None:
    dialogue = Dialogue().say(CopyOutResponse(0, (0,)), failure("42501", "denied"), READY)
    with pytest.raises(ProgrammingError, match="stream="):
        dialogue.run(simple_query(dialogue.core, "copy t to stdout"))
    assert (dialogue.core.busy, dialogue.core.broken) == (None, None)


def test_a_copy_that_is_refused_gives_the_servers_own_error() -> None:
    dialogue = Dialogue().say(failure("42601", "syntax error at stdin"), READY)
    with pytest.raises(ProgrammingError, match="syntax error at stdin"):
        dialogue.run(simple_query(dialogue.core, "copy t from stdin"))


def test_a_copy_from_s3_needs_no_stream() -> None:
    dialogue = Dialogue().say(NoticeResponse({"M": "Load completed"}), CommandComplete("COPY"))
    dialogue.say(READY)
    (outcome,) = dialogue.run(simple_query(dialogue.core, "copy t from 's3://b/k'"))
    assert (outcome.command, outcome.rowcount) == ("COPY", -1)
