from __future__ import annotations

from typing import Any

import pytest

from rs_driver.domain.phases import (
    AUTHENTICATION_OK,
    LONG,
    REPLIES,
    TRANSITIONS,
    Phase,
)
from rs_driver.wire.registry import BACKEND, FRONTEND

# Written from the protocol manual, chapter "Message Flow": what may come in each phase.
# "0" is AuthenticationOk.
LEGAL = {
    Phase.UNBORN: "",
    Phase.NEGOTIATING_TLS: "",
    Phase.STARTUP: "vR0NE",
    Phase.AUTHENTICATING: "R0NE",
    Phase.SETTINGS: "SKZNE",
    Phase.IDLE: "SNAE",
    Phase.UNSYNCED: "SNAE",
    Phase.PARSING: "1SNAE",
    Phase.BINDING: "2SNAE",
    Phase.CLOSING: "3SNAE",
    Phase.DESCRIBING_STATEMENT: "tSNAE",
    Phase.DESCRIBING: "TnSNAE",
    Phase.EXECUTING: "DCISNAE",
    Phase.EXECUTING_PART: "DCIsSNAE",
    Phase.SYNCING: "ZSNAE",
    Phase.QUERYING: "TCIGHSNAE",
    Phase.QUERYING_ROWS: "DCSNAE",
    Phase.QUERIED: "TCIGHZSNAE",
    Phase.FAILED_QUERY: "ZSNA",
    Phase.COPYING_IN: "CSNAE",
    Phase.COPYING_OUT: "dcSNAE",
    Phase.COPIED_OUT: "CSNAE",
    Phase.CLOSED: "",
    Phase.NEXT: "",
}

BEFORE_LOGIN = {Phase.UNBORN, Phase.NEGOTIATING_TLS, Phase.STARTUP, Phase.AUTHENTICATING}
NOT_SESSION = {*BEFORE_LOGIN, Phase.SETTINGS, Phase.CLOSED, Phase.NEXT}
SESSION = [phase for phase in Phase if phase not in NOT_SESSION]


READY = (Phase.SETTINGS, Phase.SYNCING, Phase.QUERIED, Phase.FAILED_QUERY)
"""The phases that ReadyForQuery ends."""


def legal(phase: Phase) -> set[int]:
    return {tag for there, tag in TRANSITIONS if there is phase}


@pytest.mark.parametrize("phase", Phase)
def test_what_is_legal(phase: Phase) -> None:
    tags = {AUTHENTICATION_OK if tag == "0" else ord(tag) for tag in LEGAL[phase]}
    assert legal(phase) == tags


def test_every_phase_is_reachable() -> None:
    told_by_the_core = {Phase.UNBORN, Phase.NEGOTIATING_TLS, Phase.STARTUP, Phase.IDLE}
    described = {Phase.DESCRIBING_STATEMENT, Phase.DESCRIBING}
    executed = {Phase.EXECUTING, Phase.EXECUTING_PART, Phase.UNSYNCED}
    reached = told_by_the_core | described | executed | set(REPLIES.values())
    while more := {after for (at, _), after in TRANSITIONS.items() if at in reached} - reached:
        reached |= more
    assert reached == set(Phase)


def test_every_phase_of_an_operation_can_be_left() -> None:
    silent = {Phase.UNBORN, Phase.NEGOTIATING_TLS, Phase.IDLE, Phase.CLOSED, Phase.NEXT}
    for phase in set(Phase) - silent:
        assert {TRANSITIONS[phase, tag] for tag in legal(phase)} - {phase, Phase.CLOSED}


@pytest.mark.parametrize("phase", SESSION)
def test_asynchronous_messages_change_no_phase_of_a_session(phase: Phase) -> None:
    assert [TRANSITIONS[phase, tag] for tag in b"SNA"] == [phase] * 3


@pytest.mark.parametrize("tag", "DTCZ123tnsIGHdcRKvVW")
def test_nothing_that_answers_is_legal_while_idle(tag: str) -> None:
    assert (Phase.IDLE, ord(tag)) not in TRANSITIONS


def test_wherever_a_request_for_proof_is_legal_the_permission_is() -> None:
    """The core looks at the body of an R message only after its tag was legal."""
    asked = {phase for phase, tag in TRANSITIONS if tag == ord("R")}
    assert asked == {phase for phase, tag in TRANSITIONS if tag == AUTHENTICATION_OK}


def test_an_error_ends_what_it_strikes() -> None:
    ends = {phase: TRANSITIONS[phase, ord("E")] for phase in LEGAL if "E" in LEGAL[phase]}
    assert {phase for phase, end in ends.items() if end is Phase.CLOSED} == {
        Phase.STARTUP,
        Phase.AUTHENTICATING,
        Phase.SETTINGS,
        Phase.IDLE,
    }
    assert {phase for phase, end in ends.items() if end is Phase.FAILED_QUERY} == {
        Phase.QUERYING,
        Phase.QUERYING_ROWS,
        Phase.QUERIED,
        Phase.COPYING_IN,
        Phase.COPYING_OUT,
        Phase.COPIED_OUT,
    }
    assert set(ends.values()) == {Phase.CLOSED, Phase.FAILED_QUERY, Phase.SYNCING}


def test_ready_for_query_ends_the_ready_phases_and_is_illegal_elsewhere() -> None:
    assert {phase for phase, tag in TRANSITIONS if tag == ord("Z")} == set(READY)
    assert {TRANSITIONS[phase, ord("Z")] for phase in READY} == {Phase.NEXT}


def test_the_tags_are_those_of_messages() -> None:
    assert {tag for _, tag in TRANSITIONS} - {AUTHENTICATION_OK} <= set(BACKEND)
    assert {ord(tag) for tag in REPLIES} <= set(FRONTEND)
    assert set(BACKEND) >= LONG


def test_only_what_holds_the_users_data_may_be_long() -> None:
    assert LONG.isdisjoint(b"RKZSCI123nsvGHc")


@pytest.mark.parametrize("table", [TRANSITIONS, REPLIES])
def test_the_tables_are_read_only(table: Any) -> None:
    with pytest.raises(TypeError):
        table[next(iter(table))] = Phase.IDLE
