"""The conversation; what users see of it is in integration/test_portals."""

from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.portal import Portal, run_in_portal
from rs_driver.domain.result import Outcome
from rs_driver.errors import OperationalError, ProgrammingError
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
)
from support.answers import FAILED, IDLE, INSIDE
from support.dialogue import Dialogue, Words, described, failure
from support.states import connection_state

SQL = "select a from t"
DESCRIBED = (ParseComplete(), ParameterDescription(()), described(oids.TEXT), INSIDE)
BOUND = (CloseComplete(), BindComplete())
ROW = DataRow((b"a",))


def talk(status: str = "T") -> tuple[Dialogue, ConnectionState]:
    dialogue = Dialogue()
    dialogue.core.transaction_status = status
    return dialogue, connection_state(dialogue.core)


def run(dialogue: Dialogue, state: ConnectionState, *words: Words) -> Outcome:
    dialogue.say(*DESCRIBED).say(*BOUND, *words)
    return dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=False))


def rest(outcome: Outcome) -> Portal:
    assert isinstance(outcome.rest, Portal)
    return outcome.rest


def count(outcome: Outcome) -> int:
    return sum(map(len, outcome.batches))


def test_piece_by_piece() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    name = rest(outcome).name
    parsed = [Parse("", SQL, ()), Describe(b"S", ""), Sync()]
    execute = [Execute(name, 2), Sync()]
    bound = [Close(b"P", name), Bind(name, "", (), (), (1,)), *execute]
    assert dialogue.messages() == [*parsed, *bound]
    assert (count(outcome), outcome.rowcount, outcome.command) == (2, -1, "")
    dialogue.say(ROW, ROW, PortalSuspended(), INSIDE).say(ROW, CommandComplete("SELECT 1"), INSIDE)
    dialogue.run(rest(outcome).read(lambda: False))
    assert dialogue.messages() == [*execute, *execute]
    assert (count(outcome), outcome.rowcount, outcome.command) == (5, 5, "SELECT 5")
    assert outcome.rest is None


def test_no_more_than_enough() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    dialogue.run(rest(outcome).read(lambda: True))
    assert count(outcome) == 2


def test_the_first_piece_may_be_all() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, CommandComplete("SELECT"), INSIDE)
    assert (outcome.rest, outcome.command, outcome.rowcount) == (None, "SELECT", 1)
    assert run(dialogue, state, CommandComplete("SELECT 0"), INSIDE).rowcount == 0


def test_a_statement_without_rows() -> None:
    dialogue, state = talk()
    dialogue.say(ParseComplete(), ParameterDescription(()), NoData(), INSIDE)
    dialogue.say(*BOUND, CommandComplete("INSERT 0 3"), INSIDE)
    outcome = dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=False))
    assert (outcome.fields, outcome.rowcount, outcome.command) == (None, 3, "INSERT 0 3")


def test_no_transaction_no_portal() -> None:
    dialogue, state = talk("I")
    with pytest.raises(ProgrammingError, match="needs a transaction"):
        dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=False))
    assert dialogue.sent == b""


def test_errors_of_each_flight() -> None:
    dialogue, state = talk()
    dialogue.say(failure("42P01"), FAILED)
    with pytest.raises(ProgrammingError):
        dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=False))
    with pytest.raises(ProgrammingError):
        run(dialogue, state, failure("42P01"), FAILED)


def test_a_piece_that_fails_ends_it() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    told: list[object] = []
    rest(outcome).at_end = told.append
    dialogue.say(ROW, failure("22012"), FAILED).run(rest(outcome).read(lambda: False))
    assert (count(outcome), outcome.rest) == (3, None)
    assert [str(each) for each in told] == ["no such thing [SQLSTATE 22012]"]


def test_it_is_not_asked_for_after_its_transaction() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    portal, before = rest(outcome), dialogue.sent
    told: list[object] = []
    portal.at_end = told.append
    state.core.ended += 1
    dialogue.run(portal.finish())
    assert rest(outcome) is portal
    dialogue.run(portal.read(lambda: False))
    assert dialogue.sent == before
    assert outcome.rest is None
    assert "the transaction has ended" in str(told[0])


def test_finish_closes_it() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    portal = rest(outcome)
    dialogue.say(CloseComplete(), INSIDE).run(portal.finish())
    assert dialogue.messages()[-2:] == [Close(b"P", portal.name), Sync()]
    assert outcome.rest is None
    again = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    assert rest(again).name == portal.name


def test_in_a_failed_transaction_nothing_is_sent() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    portal, before = rest(outcome), dialogue.sent
    state.core.transaction_status = "E"
    dialogue.run(portal.finish())
    assert (dialogue.sent, outcome.rest) == (before, None)


def test_an_interrupt_ends_it() -> None:
    dialogue, state = talk()
    outcome = run(dialogue, state, ROW, ROW, PortalSuspended(), INSIDE)
    told: list[object] = []
    rest(outcome).at_end = told.append
    reading = rest(outcome).read(lambda: False)
    next(iter(reading))
    reading.close()
    assert isinstance(told[0], OperationalError)
    assert outcome.rest is None


def test_begin_rides_along() -> None:
    dialogue, state = talk("I")
    begun = (ParseComplete(), BindComplete(), CommandComplete("BEGIN"))
    dialogue.say(*begun, *DESCRIBED).say(*BOUND, CommandComplete("SELECT 0"), INSIDE)
    dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=True))
    assert dialogue.messages()[0] == Parse("", "BEGIN", ())


def test_the_end_of_a_transaction_is_counted() -> None:
    dialogue, state = talk()
    before = state.core.ended
    run(dialogue, state, CommandComplete("SELECT 0"), INSIDE)
    assert state.core.ended == before
    dialogue.say(*DESCRIBED[:-1], IDLE).say(*BOUND, CommandComplete("SELECT 0"), IDLE)
    dialogue.run(run_in_portal(state, state.codecs, SQL, (), 2, begin=False))
    assert state.core.ended == before + 2
