"""What the server may say next.

This file holds the whole of the protocol's legality and nothing else: it knows no
buffer, no socket, no SQL. Three rules make it small.

1. A phase is *what the server owes us now*. Each frontend message that expects an
   answer puts the phases of that answer at the end of a queue (``REPLIES``); the
   server answers strictly in order, so the head of the queue is the phase. That is
   what makes pipelining the normal case: a flight of Parse, Bind, Describe, Execute
   and Sync is five debts, whenever the answers come.

2. ``TRANSITIONS[phase, tag]`` is the phase after a message. ``Phase.NEXT`` says that
   the debt is paid: the next one in the queue takes its place, and where there is
   none the connection is ``IDLE`` after ReadyForQuery and ``UNSYNCED`` before it. **A
   pair that is absent is illegal**: the peer broke the protocol, and the connection
   is ``CLOSED``, once, with the reason.

3. An error in the extended protocol cancels every debt up to the next Sync: the
   server skips what we sent, so nothing but ReadyForQuery is owed. That is the one
   effect which a table cannot hold; the core performs it when an ErrorResponse leads
   to ``SYNCING``. Where that Sync has not been sent yet, not even ReadyForQuery may
   come: ``UNSYNCED``. A simple Query carries its own Sync, hence ``FAILED_QUERY``.

Three messages are asynchronous, legal wherever a session exists: ParameterStatus,
NoticeResponse, NotificationResponse. An ErrorResponse while ``IDLE`` is the server
taking its leave (shutdown, idle timeout): the connection is closed. Anything else
while ``IDLE`` (rows, a second ReadyForQuery) would be taken for the answer to the next
question, and is therefore illegal.

AuthenticationOk and the other authentication requests share the tag ``R``; as they
mean opposite things, AuthenticationOk has a row of its own under ``AUTHENTICATION_OK``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Phase(Enum):
    """What the server owes us; see the essay above."""

    UNBORN = "nothing, as nobody has said a word yet"
    NEGOTIATING_TLS = "one byte in answer to SSLRequest"
    STARTUP = "the first answer to the startup message"
    AUTHENTICATING = "an answer to our proof"
    SETTINGS = "the session's parameters"
    IDLE = "nothing"
    UNSYNCED = "nothing, until we go on with our flight"
    PARSING = "ParseComplete"
    BINDING = "BindComplete"
    CLOSING = "CloseComplete"
    DESCRIBING_STATEMENT = "ParameterDescription"
    DESCRIBING = "RowDescription or NoData"
    EXECUTING = "rows and the end of a portal's execution"
    EXECUTING_PART = "rows of a portal, some or all that are left"
    SYNCING = "ReadyForQuery"
    QUERYING = "the first answer to a simple query"
    QUERYING_ROWS = "rows of a simple query"
    QUERIED = "another result of a simple query, or ReadyForQuery"
    FAILED_QUERY = "ReadyForQuery after a simple query's error"
    COPYING_IN = "the outcome of the data that we send"
    COPYING_OUT = "data of a COPY"
    COPIED_OUT = "CommandComplete after the data of a COPY"
    CLOSED = "nothing, ever again"
    NEXT = "not a phase to rest in: go on to the next debt"

    # An Enum's own hashes its name in Python, which shows: each message looks up the table.
    __hash__ = object.__hash__


AUTHENTICATION_OK = ord("R") << 8
"""Stands for the tag of an ``R`` message whose code is 0."""

_BEFORE_LOGIN = (Phase.STARTUP, Phase.AUTHENTICATING, Phase.SETTINGS)
_EXTENDED = (
    Phase.UNSYNCED,
    Phase.PARSING,
    Phase.BINDING,
    Phase.CLOSING,
    Phase.DESCRIBING_STATEMENT,
    Phase.DESCRIBING,
    Phase.EXECUTING,
    Phase.EXECUTING_PART,
    Phase.SYNCING,
)
_SIMPLE = (
    Phase.QUERYING,
    Phase.QUERYING_ROWS,
    Phase.QUERIED,
    Phase.COPYING_IN,
    Phase.COPYING_OUT,
    Phase.COPIED_OUT,
)
_SESSION = (Phase.IDLE, *_EXTENDED, *_SIMPLE, Phase.FAILED_QUERY)

_ROWS: tuple[tuple[Phase, str, Phase], ...] = (
    (Phase.STARTUP, "v", Phase.STARTUP),
    (Phase.STARTUP, "R", Phase.AUTHENTICATING),
    (Phase.AUTHENTICATING, "R", Phase.AUTHENTICATING),
    (Phase.SETTINGS, "S", Phase.SETTINGS),
    (Phase.SETTINGS, "K", Phase.SETTINGS),
    (Phase.SETTINGS, "Z", Phase.NEXT),
    (Phase.IDLE, "E", Phase.CLOSED),
    (Phase.PARSING, "1", Phase.NEXT),
    (Phase.BINDING, "2", Phase.NEXT),
    (Phase.CLOSING, "3", Phase.NEXT),
    (Phase.DESCRIBING_STATEMENT, "t", Phase.DESCRIBING),
    (Phase.DESCRIBING, "T", Phase.NEXT),
    (Phase.DESCRIBING, "n", Phase.NEXT),
    (Phase.EXECUTING, "D", Phase.EXECUTING),
    (Phase.EXECUTING, "C", Phase.NEXT),
    (Phase.EXECUTING, "I", Phase.NEXT),
    (Phase.EXECUTING_PART, "D", Phase.EXECUTING_PART),
    (Phase.EXECUTING_PART, "C", Phase.NEXT),
    (Phase.EXECUTING_PART, "I", Phase.NEXT),
    (Phase.EXECUTING_PART, "s", Phase.NEXT),
    (Phase.SYNCING, "Z", Phase.NEXT),
    (Phase.QUERYING, "T", Phase.QUERYING_ROWS),
    (Phase.QUERYING, "C", Phase.QUERIED),
    (Phase.QUERYING, "I", Phase.QUERIED),
    (Phase.QUERYING, "G", Phase.COPYING_IN),
    (Phase.QUERYING, "H", Phase.COPYING_OUT),
    (Phase.QUERYING_ROWS, "D", Phase.QUERYING_ROWS),
    (Phase.QUERYING_ROWS, "C", Phase.QUERIED),
    (Phase.QUERIED, "T", Phase.QUERYING_ROWS),
    (Phase.QUERIED, "C", Phase.QUERIED),
    (Phase.QUERIED, "I", Phase.QUERIED),
    (Phase.QUERIED, "G", Phase.COPYING_IN),
    (Phase.QUERIED, "H", Phase.COPYING_OUT),
    (Phase.QUERIED, "Z", Phase.NEXT),
    (Phase.FAILED_QUERY, "Z", Phase.NEXT),
    (Phase.COPYING_IN, "C", Phase.QUERIED),
    (Phase.COPYING_OUT, "d", Phase.COPYING_OUT),
    (Phase.COPYING_OUT, "c", Phase.COPIED_OUT),
    (Phase.COPIED_OUT, "C", Phase.QUERIED),
)


def _table() -> Mapping[tuple[Phase, int], Phase]:
    table = {(phase, ord(tag)): after for phase, tag, after in _ROWS}
    table[Phase.STARTUP, AUTHENTICATION_OK] = Phase.SETTINGS
    table[Phase.AUTHENTICATING, AUTHENTICATION_OK] = Phase.SETTINGS
    for phase in _BEFORE_LOGIN:
        table[phase, ord("N")] = phase
        table[phase, ord("E")] = Phase.CLOSED
    for phase in _EXTENDED:
        table[phase, ord("E")] = Phase.SYNCING
    for phase in _SIMPLE:
        table[phase, ord("E")] = Phase.FAILED_QUERY
    for phase in _SESSION:
        for tag in b"SNA":
            table[phase, tag] = phase
    return MappingProxyType(table)


TRANSITIONS = _table()
"""``(phase, tag) -> phase`` for everything that the server may say."""

REPLIES: Mapping[bytes, Phase] = MappingProxyType(
    {
        b"P": Phase.PARSING,
        b"B": Phase.BINDING,
        b"C": Phase.CLOSING,
        b"S": Phase.SYNCING,
        b"Q": Phase.QUERYING,
    }
)
"""What a frontend message of the session makes the server owe, by its tag.

Two are told apart by more than the tag: Describe of a statement owes
``DESCRIBING_STATEMENT``, of a portal ``DESCRIBING``; Execute owes ``EXECUTING``, with a
limit of rows ``EXECUTING_PART``. What is absent (Flush, Terminate, COPY data) owes nothing.
"""

ENDING = frozenset((Phase.SYNCING, Phase.FAILED_QUERY, *_SIMPLE))
"""What is owed once everything has been said that a ReadyForQuery needs to come."""

LONG = frozenset(b"DTtdENA")
"""Messages that are as long as the user's data makes them; all others are short, always."""
