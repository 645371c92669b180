"""The port between the wire session and whatever answers SQL.

The session layer owns the protocol, the transaction status, SET and SHOW, and the
splitting of several statements; an engine sees one statement at a time, with values
as Python objects. Scripted rules (``rs_driver_fakeserver.rules.script``) are one engine,
``rs_driver_fakeserver.engine.duckdb_`` is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Column:
    """One column of a result.

    ``type`` is a type name as SQL writes it: ``int4``, ``varchar(20)``,
    ``numeric(10,2)``, ``timestamptz`` ... ``rs_driver_fakeserver.values.types`` knows them.
    """

    name: str
    type: str = "varchar"


def _let_go(data: bytes) -> None:
    """The sink of a COPY whose bytes nobody wants."""


class CopySink(Protocol):
    """Takes what a client sends to COPY FROM STDIN. Each method may raise SqlError."""

    def write(self, data: bytes) -> None:
        """A piece of the data, cut anywhere."""

    def finish(self) -> int:
        """That was all: how many rows it were."""


@dataclass(frozen=True)
class CopyIn:
    """COPY FROM STDIN: a CopyInResponse, and then the client sends CopyData.

    ``columns`` is their number, ``binary`` the format of all of them. ``tag`` None means
    ``COPY n``, with the lines counted. ``fails_after``: the error that comes when all the
    data is there, instead of the tag. ``receive`` is called once a run with all bytes
    that came, when the client is through, with CopyDone or with CopyFail; of more than
    ``protocol.copy.MOST_KEPT`` it gets the beginning. ``sink`` makes what takes the bytes
    as they come, and counts the rows.
    """

    columns: int = 1
    binary: bool = False
    tag: str | None = None
    fails_after: SqlError | None = None
    receive: Callable[[bytes], None] = field(default=_let_go, repr=False, compare=False)
    sink: Callable[[], CopySink] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class CopyOut:
    """COPY TO STDOUT: a CopyOutResponse, each of ``chunks`` in a CopyData, CopyDone.

    ``columns``, ``binary`` and ``tag`` are as in CopyIn; ``fails_after``: the error that
    comes after the chunks, instead of CopyDone.
    """

    chunks: Iterable[bytes] = ()
    columns: int = 1
    binary: bool = False
    tag: str | None = None
    fails_after: SqlError | None = None


@dataclass(frozen=True)
class Result:
    """What one statement gave.

    ``columns`` is None where the statement returns no rows. ``tag`` is the command tag
    with its count where the command has one (``INSERT 0 3``, ``CREATE TABLE``); a SELECT
    says only ``SELECT``, the session adds the count for servers that send it. ``copy``:
    the statement is a COPY by the protocol; ``columns`` is None then, and the tag in it
    counts.
    """

    columns: tuple[Column, ...] | None
    rows: Sequence[Sequence[object]]
    tag: str
    copy: CopyIn | CopyOut | None = None


@dataclass(frozen=True)
class Description:
    """What a statement would take and give: for Parse and Describe.

    ``parameter_oids``: one OID for each parameter, those that the client left open (0 or
    705, unknown) filled in where the engine knows better. ``columns`` is None where the
    statement returns no rows.
    """

    parameter_oids: tuple[int, ...]
    columns: tuple[Column, ...] | None


@dataclass(frozen=True)
class Notice:
    """What a server says beside a result: a NoticeResponse with these fields."""

    message: str
    severity: str = "NOTICE"
    sqlstate: str = "00000"
    detail: str | None = None
    hint: str | None = None


class SqlError(Exception):
    """A statement failed; becomes an ErrorResponse with these fields.

    ``position``: where in the SQL, in characters from 1. ``routine``: the function of the
    server's source that reports it, by which clients tell some errors apart.
    """

    def __init__(
        self,
        sqlstate: str,
        message: str,
        detail: str | None = None,
        hint: str | None = None,
        severity: str = "ERROR",
        position: int | None = None,
        routine: str | None = None,
    ) -> None:
        super().__init__(sqlstate, message)
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail
        self.hint = hint
        self.severity = severity
        self.position = position
        self.routine = routine

    def __str__(self) -> str:
        return f"{self.sqlstate}: {self.message}"


class EngineSession(Protocol):
    """One client's conversation with an engine. Used by one thread at a time, but for ``cancel``.

    Every method may raise SqlError and nothing else. After a failed statement the
    session layer calls ``rollback`` at once if ``begin`` was called before.
    """

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What ``sql`` takes and gives, without any side effect.

        ``parameter_oids`` are the client's; there may be fewer than parameters.
        """

    def execute(
        self, sql: str, parameters: Sequence[object], parameter_oids: Sequence[int] = ()
    ) -> Result:
        """Run one statement. The parameters were decoded by ``parameter_oids``.

        Those are what ``describe`` gave for this statement; of one text there may be
        several, prepared for parameters of different types. The result has the types that
        ``describe`` gave.
        """

    def begin(self) -> None:
        """Open a transaction; never called while one is open."""

    def commit(self) -> None:
        """Commit the open transaction. On SqlError it counts as rolled back."""

    def rollback(self) -> None:
        """Roll the open transaction back."""

    def cancel(self) -> None:
        """From another thread, and never an error: stop what runs, at its next chance.

        The ``describe`` or ``execute`` that is under way raises SqlError 57014, unless it
        is over before; where none is under way, nothing happens, also not to the next one.
        """

    def close(self) -> None:
        """The client is gone: release everything, roll back what is open."""


class Engine(Protocol):
    """Makes sessions. Used from several threads at once."""

    def open_session(self, user: str, database: str) -> EngineSession:
        """A session of its own for a client that has logged in."""

    def close(self) -> None:
        """The server is closing; every session was closed before."""
