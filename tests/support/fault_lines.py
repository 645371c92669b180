"""A conversation's words of the server, and what a ``Line`` makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rs_driver.wire.auth import AuthenticationMD5Password, AuthenticationOk
from rs_driver.wire.base import Backend
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.results import (
    CommandComplete,
    DataRow,
    FieldDescription,
    ParseComplete,
    RowDescription,
)
from rs_driver.wire.startup import BackendKeyData
from rs_driver_fakeserver.faults import Fault
from rs_driver_fakeserver.faults.line import Line
from rs_driver_fakeserver.faults.unit import Unit
from rs_driver_fakeserver.hosts.moves import Move, Send

ROW_1 = DataRow((b"one",)).encode()
ROW_2 = DataRow((b"two", None)).encode()
ROWS = RowDescription((FieldDescription("n"),)).encode()
DONE = CommandComplete("SELECT").encode()
READY = ReadyForQuery("I").encode()
IN_BLOCK = ReadyForQuery("T").encode()
FAILED = ReadyForQuery("E").encode()
PARSED = ParseComplete().encode()
ERROR = ErrorResponse({"S": "ERROR", "C": "42601", "M": "no"}).encode()

ASKED = AuthenticationMD5Password(b"salt").encode()
OK = AuthenticationOk().encode()
SETTING = ParameterStatus("a", "b").encode()
KEY = BackendKeyData(7, 8).encode()
LOGIN = OK + SETTING + KEY + READY
ANSWER = ROWS + ROW_1 + ROW_2 + DONE + READY

FLIGHTS: tuple[tuple[tuple[int | None, ...], bytes], ...] = (
    ((None,), b"N"),
    ((None,), ASKED),
    ((ord("p"),), LOGIN),
    ((ord("Q"),), ANSWER),
    (tuple(b"PDH"), PARSED + ROWS),
    (tuple(b"BES"), ROW_1 + DONE + READY),
    ((ord("Q"),), ERROR + READY),
)
"""What the client sends (by its tags), and the server's answer, flight by flight."""

STREAM = b"".join(said for _, said in FLIGHTS)


def line(*faults: Fault, seed: int | str = 0, notes: list[str] | None = None) -> Line:
    said: list[str] = [] if notes is None else notes
    return Line(faults, seed, said.append)


def sent(moves: Sequence[Move]) -> bytes:
    return b"".join(move.data for move in moves if isinstance(move, Send))


def logged_in(*faults: Fault, seed: int | str = 0) -> Line:
    """A line after its login, before the answer to a Query."""
    made = line(*faults, seed=seed)
    made.frontend(None)
    made.out(LOGIN)
    made.frontend(ord("Q"))
    return made


def answer(*faults: Fault, seed: int | str = 0) -> list[Move]:
    """What becomes of ``ANSWER``, if the login went well."""
    return logged_in(*faults, seed=seed).out(ANSWER)


def conversation(made: Line, size: int | None = None) -> list[Move]:
    """The moves of the whole conversation, said in pieces of ``size`` bytes; joined Sends."""
    moves: list[Move] = []
    for tags, said in FLIGHTS:
        for tag in tags:
            made.frontend(tag)
        step = size or len(said)
        for at in range(0, len(said), step):
            moves += made.out(said[at : at + step])
    return joined(moves)


def joined(moves: Sequence[Move]) -> list[Move]:
    """Neighbouring Sends as one."""
    found: list[Move] = []
    for are_sends, run in groupby(moves, lambda move: isinstance(move, Send)):
        same = list(run)
        found += [Send(sent(same))] if are_sends else same
    return found


def unit(message: Backend) -> Unit:
    return Unit(message.encode(), type(message))
