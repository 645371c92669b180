"""Two-phase commit (PEP 249): what a transaction is called, and what may be done when.

The table is the whole of the law. An action that has no row for the state that the
connection is in is a ProgrammingError, and changes nothing. It is as PEP 249 demands: a
TPC transaction begins outside of any other, is ended by ``tpc_commit`` or
``tpc_rollback`` and by nothing else, and once prepared takes no statement more.

Two rows' actions are the server's, not the user's: it may refuse to prepare and leave
the transaction open, or end a transaction by itself. Both keep the state true.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from rs_driver.errors import ProgrammingError

MAX_PART = 64
"""Bytes in a global transaction id or in a branch qualifier (PEP 249, as XA)."""
MAX_FORMAT_ID = 2**31 - 1
MAX_GID = 199
"""Bytes in PostgreSQL's transaction identifier."""


class _Parts(NamedTuple):
    format_id: int | None
    gtrid: str
    bqual: str | None


class Xid(_Parts):
    """A transaction ID: a tuple of PEP 249's three, which it unpacks into and is equal by.

    ``format_id`` None: ``gtrid`` is the server's identifier as it stands, ``bqual`` None.
    ``prepared`` (UTC), ``owner`` and ``database`` are known of recovered ones only.
    """

    prepared: datetime | None = None
    owner: str | None = None
    database: str | None = None

    @property
    def gid(self) -> str:
        """The server's identifier, at most 199 bytes.

        The three parts are written as PostgreSQL's JDBC driver and psycopg write them, so
        that each can finish what another has prepared.
        """
        if self.format_id is None:
            return self.gtrid
        return f"{self.format_id}_{_base64(self.gtrid)}_{_base64(self.bqual or '')}"

    @classmethod
    def parse(
        cls,
        gid: str,
        prepared: datetime | None = None,
        owner: str | None = None,
        database: str | None = None,
    ) -> Xid:
        """The xid whose ``gid`` this is: in three parts if it was made of them."""
        found = _parts(gid) or Xid(None, gid, None)
        found.prepared, found.owner, found.database = prepared, owner, database
        return found


def xid(format_id: int, gtrid: str, bqual: str) -> Xid:
    """PEP 249's transaction ID: ``format_id`` from 0 to 2**31-1, the other two strings of
    at most 64 printable ASCII characters. Anything else is a ProgrammingError."""
    return _xid(format_id, gtrid, bqual)


def as_xid(value: object) -> Xid:
    """``value``, an Xid or a str, as an Xid that is fit to be sent.

    A str is the server's identifier as it stands: ``Xid(None, value, None)``.
    """
    given: object = Xid(None, value, None) if isinstance(value, str) else value
    if not isinstance(given, Xid):
        raise ProgrammingError(
            f"a transaction id comes from xid() or tpc_recover(), it is not {type(value).__name__}"
        )
    if given.format_id is not None:
        return _xid(given.format_id, given.gtrid, given.bqual)
    gid: object = given.gtrid
    if not isinstance(gid, str) or given.bqual is not None:
        raise ProgrammingError("a transaction id without a format id is a single str")
    if len(gid.encode(errors="replace")) > MAX_GID:
        raise ProgrammingError(f"the server takes at most {MAX_GID} bytes as a transaction id")
    return given._replace(gtrid=str.__str__(gid))  # a subclass might say what it likes


def _xid(format_id: object, gtrid: object, bqual: object) -> Xid:
    if not isinstance(format_id, int) or isinstance(format_id, bool):
        raise ProgrammingError(f"a format id is an int, not {type(format_id).__name__}")
    if not 0 <= format_id <= MAX_FORMAT_ID:
        raise ProgrammingError(f"a format id lies between 0 and {MAX_FORMAT_ID}")
    return Xid(
        int(format_id),
        _part(gtrid, "a global transaction id"),
        _part(bqual, "a branch qualifier"),
    )


def _part(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise ProgrammingError(f"{what} is a str, not {type(text).__name__}")
    plain = str.__str__(text)
    if not (plain.isascii() and plain.isprintable()):
        raise ProgrammingError(f"{what} consists of printable ASCII characters")
    if len(plain) > MAX_PART:
        raise ProgrammingError(f"{what} has at most {MAX_PART} bytes, not {len(plain)}")
    return plain


def _base64(text: str) -> str:
    return b64encode(text.encode(errors="replace")).decode()


def _parts(gid: str) -> Xid | None:
    """The xid in three parts whose ``gid`` is exactly this, if there is one."""
    if len(gid) > MAX_GID:
        return None
    try:
        format_id, gtrid, bqual = gid.split("_")
        texts = [b64decode(part).decode("ascii") for part in (gtrid, bqual)]
        found = xid(int(format_id), *texts)
    except (ValueError, ProgrammingError):
        return None
    # "01_..." is another identifier than "1_...": to be finished, it must stay what it is.
    return found if found.gid == gid else None


class State(Enum):
    """Where a connection stands; the value says it in words."""

    NONE = "outside of a two-phase transaction"
    BEGUN = "inside a two-phase transaction"
    PREPARED = "after tpc_prepare()"


class Action(Enum):
    """What somebody wants to do, the last two: what the server has done."""

    BEGIN = "tpc_begin()"
    EXECUTE = "a statement"
    PREPARE = "tpc_prepare()"
    COMMIT = "tpc_commit()"
    ROLLBACK = "tpc_rollback()"
    RECOVER = "tpc_recover()"
    COMMIT_KNOWN = "tpc_commit(xid)"
    ROLLBACK_KNOWN = "tpc_rollback(xid)"
    PLAIN_COMMIT = "commit()"
    PLAIN_ROLLBACK = "rollback()"
    SET_AUTOCOMMIT = "a change of autocommit"
    TRANSACTION_SQL = "BEGIN, COMMIT or ROLLBACK as a statement"
    REFUSED = "a refusal to prepare"
    ENDED = "an end by the server"


TRANSITIONS: Mapping[tuple[State, Action], State] = MappingProxyType(
    {
        (State.NONE, Action.BEGIN): State.BEGUN,
        (State.NONE, Action.EXECUTE): State.NONE,
        (State.NONE, Action.RECOVER): State.NONE,
        (State.NONE, Action.COMMIT_KNOWN): State.NONE,
        (State.NONE, Action.ROLLBACK_KNOWN): State.NONE,
        (State.NONE, Action.PLAIN_COMMIT): State.NONE,
        (State.NONE, Action.PLAIN_ROLLBACK): State.NONE,
        (State.NONE, Action.SET_AUTOCOMMIT): State.NONE,
        (State.NONE, Action.TRANSACTION_SQL): State.NONE,
        (State.BEGUN, Action.EXECUTE): State.BEGUN,
        (State.BEGUN, Action.PREPARE): State.PREPARED,
        (State.BEGUN, Action.COMMIT): State.NONE,
        (State.BEGUN, Action.ROLLBACK): State.NONE,
        (State.BEGUN, Action.ENDED): State.NONE,
        (State.PREPARED, Action.COMMIT): State.NONE,
        (State.PREPARED, Action.ROLLBACK): State.NONE,
        (State.PREPARED, Action.REFUSED): State.BEGUN,
        (State.PREPARED, Action.ENDED): State.NONE,
    }
)
"""``(state, action) -> state`` for everything that may be done."""

_REMEDIES: Mapping[State, str] = MappingProxyType(
    {
        State.NONE: "call tpc_begin(xid) first. (What the server refused to prepare, or ended "
        "by itself, is rolled back already)",
        State.BEGUN: "end it by tpc_commit() or tpc_rollback() first",
        State.PREPARED: "only tpc_commit() or tpc_rollback() can follow",
    }
)


@dataclass
class TwoPhase:
    """A connection's two-phase transaction: ``xid`` is its name, None where there is none."""

    state: State = State.NONE
    xid: Xid | None = None

    @property
    def gid(self) -> str:
        """The server's identifier of the transaction; empty where there is none."""
        return "" if self.xid is None else self.xid.gid

    def check(self, action: Action) -> None:
        """ProgrammingError where ``action`` is not possible now. Changes nothing."""
        if (self.state, action) not in TRANSITIONS:
            raise ProgrammingError(
                f"{action.value} is not possible {self.state.value}: {_REMEDIES[self.state]}"
            )

    def advance(self, action: Action, xid: Xid | None = None) -> None:
        """Go where ``action`` leads. ``xid``: the name of the transaction that it begins."""
        self.check(action)
        self.state = TRANSITIONS[self.state, action]
        if action is Action.BEGIN:
            self.xid = xid
        elif self.state is State.NONE:
            self.xid = None
