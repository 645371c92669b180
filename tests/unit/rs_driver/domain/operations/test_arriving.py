from __future__ import annotations

import gc
from typing import Any

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.domain.operations.arriving import Arriving
from rs_driver.domain.operations.extended_query import DESCRIBE_PORTAL, EXECUTE, NOTHING, Group, fly
from rs_driver.domain.result import Rows
from rs_driver.domain.wants import Cancel, Want
from rs_driver.errors import (
    DataError,
    LocalProtocolError,
    OperationalError,
    ProgrammingError,
)
from rs_driver.wire.query import Bind
from rs_driver.wire.results import BindComplete, CommandComplete, DataRow
from support.answers import FAILED, IDLE, INSIDE
from support.dialogue import END, Dialogue, Words, described, failure, kinds
from support.wire_values import POSTGRES

SQL = "select word from words"
BOUND = (BindComplete(), described(25))
DONE = (CommandComplete("SELECT 3"), IDLE)


def word(text: str) -> DataRow:
    return DataRow((text.encode(),))


class Talk(Dialogue):
    """A flight whose first row alone is within the budget."""

    group: Group

    def __init__(self, most: int | None = 1000, *, alone: bool = False) -> None:
        super().__init__()
        self.done: list[str] = []
        self.say(*BOUND, word("one"))
        messages = (Bind("", "", (), (), ()), DESCRIBE_PORTAL, EXECUTE)
        self.group = self.run(fly(self.core, SQL, NOTHING, *messages, budget=0))
        done = lambda error: self.done.append(str(error or self.group.outcome.command))  # noqa: E731
        self.rest = Arriving(self.core, self.group, most, done, alone=alone)
        self.group.outcome.rest = self.rest
        self.core.pause(self.rest)
        self.core.gathering = False  # each arrival counts

    def rows(self) -> Rows:
        codecs = default_codecs(POSTGRES)
        return Rows(self.group.outcome, StructDecoder().compile(described(25).fields, codecs))


def never() -> bool:
    return False


def test_the_operation_rests_after_its_budget() -> None:
    talk = Talk()
    assert talk.core.busy == "an extended query"
    assert talk.group.outcome.rowcount == -1
    assert len(talk.group.outcome.batches) == 1
    with pytest.raises(LocalProtocolError, match="not been read yet"):
        talk.core.begin("another")
    assert talk.core.broken is None


def test_reading_on_to_the_end() -> None:
    talk = Talk()
    rows = talk.rows()
    assert rows.take(5) == [("one",)]
    talk.say(word("two")).say(word("three"), *DONE)
    talk.run(talk.rest.read(never))
    assert (talk.core.busy, talk.core.rest, talk.group.outcome.rest) == (None, None, None)
    assert rows.take(5) == [("two",), ("three",)]
    assert talk.group.outcome.rowcount == 3
    assert talk.done == ["SELECT 3"]


def test_who_wants_to_know_of_the_end_is_told_once() -> None:
    talk = Talk()
    told: list[Any] = []
    talk.rest.at_end = told.append
    talk.say(word("two"))
    talk.run(talk.rest.read(lambda: len(talk.group.outcome.batches) == 2))
    assert told == []
    talk.say(*DONE).run(talk.rest.read(never))
    talk.run(talk.rest.read(never))
    assert told == [None]


def test_the_end_may_be_an_error() -> None:
    talk = Talk()
    told: list[Any] = []
    talk.rest.at_end = told.append
    talk.say(failure(), FAILED).run(talk.rest.read(never))
    assert told == [talk.group.error]


def test_the_end_may_be_that_of_the_connection() -> None:
    talk = Talk()
    told: list[Any] = []
    talk.rest.at_end = told.append
    with pytest.raises(OperationalError) as caught:
        talk.say(END).run(talk.rest.read(never))
    assert told == [caught.value]


def test_the_end_may_be_that_nobody_goes_on() -> None:
    talk = Talk()
    told: list[Any] = []
    talk.rest.at_end = told.append
    reading = talk.rest.read(never)
    assert next(reading) is Want.READ
    reading.close()
    assert [type(error) for error in told] == [OperationalError]
    assert "interrupted" in str(told[0])


def test_reading_on_until_there_is_enough() -> None:
    talk = Talk()
    rows = talk.rows()
    assert not rows.lacks(1)
    assert rows.lacks(2)
    talk.say(word("two"))
    talk.run(talk.rest.read(lambda: not rows.lacks(2)))
    assert talk.core.rest is talk.rest
    talk.run(talk.rest.read(lambda: not rows.lacks(2)))  # it is there already
    assert talk.done == []
    assert rows.take(2) == [("one",), ("two",)]


def test_another_thread_has_read_it_already() -> None:
    talk = Talk()
    talk.say(*DONE).run(talk.rest.read(never))
    talk.run(talk.rest.read(never))
    assert talk.done == ["SELECT 3"]


def test_making_way_keeps_the_rows() -> None:
    talk = Talk()
    rows = talk.rows()
    talk.say(word("two"), word("three"), *DONE).run(talk.rest.make_way())
    assert rows.take(5) == [("one",), ("two",), ("three",)]


def test_making_way_for_what_is_forgotten_drops_them() -> None:
    talk = Talk(most=0)
    rows = talk.rows()
    del rows
    gc.collect()
    talk.say(word("two"), word("three"), *DONE).run(talk.rest.make_way())
    assert [len(batch) for batch in talk.group.outcome.batches] == [1]


def test_abandoned_rows_are_dropped_too() -> None:
    talk = Talk(most=0)
    rows = talk.rows()
    talk.rest.abandon()
    talk.say(word("two"), word("three"), *DONE).run(talk.rest.make_way())
    assert rows.take(5) == [("one",)]


def test_too_many_to_be_kept() -> None:
    talk = Talk(most=1000)
    rows = talk.rows()
    talk.say(word("x" * 2000))
    with pytest.raises(OperationalError, match=r"more than 1000 bytes.*select word from words"):
        talk.run(talk.rest.make_way())
    assert talk.core.rest is talk.rest
    assert talk.core.broken is None
    talk.say(word("three"), *DONE).run(talk.rest.read(never))
    assert [len(text) for (text,) in rows.take(5)] == [3, 2000, 5]


def test_a_stream_that_has_given_all_it_has_makes_way_if_that_is_all() -> None:
    talk = Talk(most=None)
    rows = talk.rows()
    rows.take(1)
    talk.say(*DONE).run(talk.rest.make_way())
    assert talk.core.rest is None
    other = Talk(most=None)
    rows = other.rows()
    rows.take(1)
    other.say(word("two"))
    with pytest.raises(ProgrammingError, match="streaming"):
        other.run(other.rest.make_way())
    assert rows.take(1) == [("two",)]


def test_a_stream_does_not_make_way() -> None:
    talk = Talk(most=None)
    rows = talk.rows()
    with pytest.raises(ProgrammingError, match=r"streaming.*select word from words"):
        talk.run(talk.rest.make_way())
    assert talk.core.rest is talk.rest
    talk.say(word("two"), *DONE).run(talk.rest.read(never))
    assert rows.take(5) == [("one",), ("two",)]


def test_a_stream_that_nobody_reads_does() -> None:
    talk = Talk(most=None)
    rows: Any = talk.rows()
    del rows
    gc.collect()
    talk.say(word("two"), *DONE).run(talk.rest.make_way())
    assert talk.core.busy is None


def test_an_error_is_for_whoever_fetches() -> None:
    talk = Talk()
    rows = talk.rows()
    talk.say(word("two"), failure("22012", "division by zero"), IDLE).run(talk.rest.make_way())
    assert talk.core.broken is None
    assert rows.take(1) == [("one",)]
    with pytest.raises(DataError, match="division by zero"):
        rows.take(10**30)
    assert rows.take(5) == [("two",)]
    for ask in (lambda: rows.take(1), rows.one, rows.left):
        with pytest.raises(DataError, match="division by zero"):
            ask()
    assert rows.take(0) == []


def test_the_server_hangs_up() -> None:
    talk = Talk()
    talk.hang_up()
    with pytest.raises(OperationalError, match="closed the connection"):
        talk.run(talk.rest.read(never))
    assert talk.core.broken is not None


# -- rows that nobody wants ---------------------------------------------------------------

LONG = word("x" * 600_000)
CUT = (failure("57014"), FAILED)


@pytest.mark.parametrize(("most", "status"), [(None, INSIDE), (1000, FAILED), (None, IDLE)])
def test_many_rows_that_nobody_wants_are_cancelled(most: int | None, status: Words) -> None:
    """And the transaction, which began with them, is rolled back."""
    talk = Talk(most, alone=True)
    talk.rest.abandon()
    talk.messages()
    talk.say(LONG).say(LONG).say(LONG, failure("57014"), status).say(status)
    failed = status is FAILED
    if failed:
        talk.say(CommandComplete("ROLLBACK"), IDLE)
    talk.run(talk.rest.make_way())
    assert Cancel() in talk.wants
    assert kinds(talk.messages()) == ("SQ" if failed else "S")
    assert (talk.core.busy, talk.core.rest) == (None, None)


def test_where_nobody_can_be_asked_they_are_read() -> None:
    talk = Talk(None, alone=True)
    talk.cancels = False
    talk.rest.abandon()
    talk.messages()
    talk.say(LONG).say(LONG).say(LONG, *DONE).run(talk.rest.make_way())
    assert talk.wants.count(Cancel()) == 1
    assert talk.messages() == []


@pytest.mark.parametrize("alone", [True, False])
def test_a_few_are_read_and_so_are_many_of_a_transaction(alone: bool) -> None:
    talk = Talk(None, alone=alone)
    talk.rest.abandon()
    if not alone:
        talk.say(LONG).say(LONG)
    talk.say(LONG, *DONE).run(talk.rest.make_way())
    assert Cancel() not in talk.wants


def test_a_reader_that_is_interrupted_has_lost_the_rest() -> None:
    talk = Talk()
    rows = talk.rows()
    reading = talk.rest.read(never)
    assert next(reading) is Want.READ
    reading.close()
    assert rows.take(1) == [("one",)]
    with pytest.raises(OperationalError, match="interrupted: the rest of it is lost"):
        rows.take(1)
    again = Talk()
    reading = again.rest.read(never)  # for nobody
    next(reading)
    reading.close()
    assert again.group.outcome.rest is None
