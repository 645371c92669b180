from __future__ import annotations

import pytest

from rs_driver.wire.auth import AuthenticationCleartextPassword, AuthenticationOk, PasswordMessage
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse
from rs_driver.wire.messages import Message
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from rs_driver_fakeserver.recording.turns import Turns
from support.cassettes import LOGIN, STARTUP, back, front, said, turns, words

ERROR = ErrorResponse({"S": "ERROR", "C": "42601", "M": "no"})
FATAL = ErrorResponse({"S": "FATAL", "C": "57P01", "M": "no"})
PARSE, BIND = Parse("", "select 1", ()), Bind("", "", (), (), ())
READY = ReadyForQuery("I")
COPY = CopyInResponse(0, (0,))
ROW = (RowDescription(()), DataRow(()), CommandComplete("SELECT"))


def test_the_login_is_the_first_turn_as_it_came() -> None:
    said_so = [
        *said("F", STARTUP),
        *said("B", AuthenticationCleartextPassword()),
        *said("F", PasswordMessage(b"x")),
        *said("B", AuthenticationOk(), READY),
        *said("F", Query("select 1")),
    ]
    collected = Turns.of(said_so)
    assert collected[0].said == said_so[:5]
    assert [turn.status for turn in collected] == ["I", None]
    assert len(collected[1].client) == 1


def test_a_client_that_does_not_wait_to_be_let_in() -> None:
    said_so = [
        *said("F", STARTUP, Query("select 1"), Terminate()),
        *said("B", AuthenticationOk(), READY, *ROW, READY),
    ]
    assert [words(turn) for turn in Turns.of(said_so)] == ["\0rz", "Qtdcz", "X"]


def test_simple_queries() -> None:
    first, second, last = turns(
        front(Query("a")), back(*ROW, READY), front(Query("b")), back(ERROR, READY),
        front(Terminate()),
    )  # fmt: skip
    assert [words(turn) for turn in (first, second, last)] == ["Qtdcz", "Qez", "X"]


def test_a_client_that_is_ahead() -> None:
    """Two turns before the first answer, and answers in the middle of the questions."""
    one, two = turns(
        front(PARSE, BIND, Sync(), PARSE), back(ParseComplete()), front(BIND),
        back(BindComplete(), READY, ERROR), front(Sync()), back(READY),
    )  # fmt: skip
    assert [words(one), words(two)] == ["PBS12z", "PBSez"]


def test_answers_that_come_early_stand_behind_the_question() -> None:
    (turn,) = turns(
        front(PARSE), back(NoticeResponse({"M": "x"}), ParseComplete()), front(Sync()), back(READY)
    )
    assert words(turn) == "PSn1z"


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ([PARSE], [ParseComplete()], "PH1"),
        ([Describe(b"S", "")], [ParameterDescription(()), NoData()], "DHtn"),
        ([BIND, Describe(b"P", "")], [BindComplete(), RowDescription(())], "BDH2t"),
        ([Execute("")], [DataRow(()), DataRow(()), CommandComplete("SELECT")], "EHddc"),
        ([Close(b"S", "")], [CloseComplete()], "CH3"),
        ([PARSE, BIND, Execute("")], [ERROR], "PBEHe"),
    ],
)
def test_a_flush_is_answered_when_every_message_is(
    asked: list[Message], answered: list[Message], expected: str
) -> None:
    first, last = turns(front(*asked, Flush(), Sync()), back(*answered, READY))
    assert (words(first), words(last)) == (expected, "Sz")


def test_after_an_error_nothing_is_answered_up_to_the_sync() -> None:
    parts = turns(
        front(PARSE, Flush()), back(ERROR), front(BIND, Flush()), front(Sync()), back(READY)
    )
    assert [words(turn) for turn in parts] == ["PHe", "BH", "Sz"]
    (first, second, third) = turns(front(PARSE, Flush(), BIND, Flush(), Sync()), back(ERROR, READY))
    assert [words(turn) for turn in (first, second, third)] == ["PHe", "BH", "Sz"]


def test_a_copy_by_a_simple_query() -> None:
    parts = turns(
        front(Query("copy")), back(COPY), front(CopyData(b"1"), CopyData(b"2"), CopyDone()),
        back(CommandComplete("COPY 2"), READY), front(Query("b")), back(*ROW, READY),
    )  # fmt: skip
    assert [words(turn) for turn in parts] == ["Qg", "ddccz", "Qtdcz"]
    parts = turns(front(Query("copy")), back(COPY), front(CopyFail("x")), back(ERROR, READY))
    assert [words(turn) for turn in parts] == ["Qg", "fez"]


def test_a_copy_in_an_extended_query() -> None:
    parts = turns(
        front(PARSE, BIND, Execute(""), Sync()), back(ParseComplete(), BindComplete(), COPY),
        front(CopyData(b"1"), CopyDone(), Sync()), back(CommandComplete("COPY 1"), READY),
        front(Query("b")), back(*ROW, READY),
    )  # fmt: skip
    assert [words(turn) for turn in parts] == ["PBES12g", "dcScz", "Qtdcz"]


def test_a_copy_that_fails_while_data_come() -> None:
    data = [CopyData(b"1"), CopyData(b"2")]
    parts = turns(
        front(Query("copy")), back(COPY), front(*data), back(ERROR, READY),
        front(*data, CopyDone()), front(Query("b")), back(*ROW, READY),
    )  # fmt: skip
    assert [words(turn) for turn in parts] == ["Qg", "ddddcez", "Qtdcz"]


def test_what_nobody_asked_for_belongs_to_the_turn_before() -> None:
    notice = NoticeResponse({"M": "later"})
    parts = turns(front(Query("a")), back(*ROW, READY, notice), front(Query("b")), back(READY))
    assert [words(turn) for turn in parts] == ["Qtdczn", "Qz"]
    assert parts[0].status == "I"


def test_a_function_call() -> None:
    assert words(turns(front(FunctionCall(1, (), ())), back(ERROR, READY))[0]) == "Fez"


def test_who_hangs_up() -> None:
    collected = Turns()
    for one in [*LOGIN, *front(Query("a"))]:
        collected.add(one)
    assert collected.waiting
    collected.closed()
    assert [turn.closed for turn in collected.turns] == [False, True]
    assert turns(front(Query("a")), back(FATAL))[0].closed
    assert Turns.of([*front(STARTUP), *back(FATAL)])[0].closed
    assert turns(front(Query("a")), back(*ROW, READY, FATAL))[0].closed
    Turns().closed()


def test_a_server_that_hangs_up_after_terminate_was_asked_to() -> None:
    collected = Turns()
    for one in [*LOGIN, *front(Terminate())]:
        collected.add(one)
    collected.closed()
    assert not any(turn.closed for turn in collected.turns)


def test_whether_somebody_waits() -> None:
    collected = Turns()
    steps = [
        (front(STARTUP), True), (back(AuthenticationOk(), READY), False), (front(PARSE), False),
        (front(Sync()), True), (back(ParseComplete()), True), (back(READY), False),
    ]  # fmt: skip
    for part, waiting in steps:
        for one in part:
            collected.add(one)
        assert collected.waiting is waiting


def test_the_order_of_a_file_gives_the_same_turns() -> None:
    parts = turns(
        front(Query("copy")), back(COPY), front(CopyData(b"1")), back(ERROR, READY),
        front(Query("b")), back(*ROW, READY),
    )  # fmt: skip
    again = Turns.of([*LOGIN, *(one for turn in parts for one in turn.said)])[1:]
    assert again == parts


def test_a_flush_of_nothing_is_no_turn() -> None:
    """Some clients send one behind a Sync, or not, as they happen to be waiting."""
    plain = front(PARSE, BIND, Sync(), Query("select 1"))
    flushed = front(PARSE, BIND, Sync(), Flush(), Flush(), Query("select 1"))
    found = [list(map(words, Turns.of([*LOGIN, *said_so]))) for said_so in (plain, flushed)]
    assert found[0] == found[1] == [words(Turns.of(LOGIN)[0]), "PBS", "Q"]
