"""What a connection is beyond its protocol: codecs, transaction habits, formats.

Sans-I/O, and shared by the sync and the async shell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rs_driver.domain.again import Flights
from rs_driver.domain.classify import Statement
from rs_driver.domain.leftovers import Leftovers, left_by
from rs_driver.domain.parameters import TextCache
from rs_driver.domain.portals import PortalNames
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.result import Fields, Outcome
from rs_driver.domain.shapes import Shape, Shapes
from rs_driver.domain.statements import StatementCache
from rs_driver.domain.tpc import Action, TwoPhase
from rs_driver.errors import Error, ProgrammingError, RemoteProtocolError
from rs_driver.excerpt import opening
from rs_driver.ports.codec import CodecMap
from rs_driver.ports.faces import Faces
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.rows import ColumnBuffer, ColumnType, Decoder, RowBatch, RowDecoder
from rs_driver.rows import RowFactory

_FAILED_TRANSACTION = "25P02"


@dataclass(frozen=True)
class Limits:
    """How many bytes of a result ``execute`` reads before it returns, and how many are kept
    for a cursor whose rows are in the way of another statement."""

    result_budget: int = 16 * 1024 * 1024
    max_pending_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Habits:
    """What the user may change on a connection without the server's knowing."""

    autocommit: bool
    codecs: CodecMap
    row_factory: RowFactory[Any] | None
    statement_timeout: float | None


@dataclass
class ConnectionState:
    """One connection's state. ``result_format`` "text" asks for text results always.
    ``statement_timeout``: seconds that a statement may take, None for any time.
    ``session_settings``: what every user of the session finds set. ``leftovers``: what else
    there is, by those before. ``failed_by``: what the transaction failed by, the last that did."""

    core: ClientProtocol
    profile: ServerProfile
    codecs: CodecMap
    decoder: RowDecoder
    faces: Faces
    default_paramstyle: Callable[[], str]
    escapes: bool | None = None
    result_format: Literal["auto", "text", "binary"] = "auto"
    texts: TextCache = field(default_factory=TextCache)
    statements: StatementCache = field(default_factory=StatementCache)
    two_phase: TwoPhase = field(default_factory=TwoPhase)
    row_factory: RowFactory[Any] | None = None
    limits: Limits = Limits()
    statement_timeout: float | None = None
    session_settings: Mapping[str, str] = field(default_factory=dict)
    leftovers: Leftovers = Leftovers.NONE
    failed_by: str | None = None
    portals: PortalNames = field(default_factory=PortalNames)
    _autocommit: bool = False
    _habits: Habits | None = None

    @property
    def backslash_escapes(self) -> bool:
        """How to lex plain literals: as the user said (``escapes``), else as the server
        last did, which may change in a session."""
        return self.core.session.backslash_escapes if self.escapes is None else self.escapes

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, be it a failed one. None outlives its connection."""
        core = self.core
        begun = core.rest is not None and core.rest.begins
        return (core.transaction_status != "I" or begun) and core.broken is None

    @property
    def autocommit(self) -> bool:
        """Whether statements run outside of a transaction unless one is begun in SQL."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self.two_phase.check(Action.SET_AUTOCOMMIT)
        if value != self._autocommit and self.core.busy is not None:
            raise ProgrammingError("autocommit cannot be changed while a statement is running")
        if value != self._autocommit and self.in_transaction:
            raise ProgrammingError(
                "autocommit cannot be changed inside a transaction: commit or roll back first"
            )
        self._autocommit = value

    def needs_begin(self, statement: Statement) -> bool:
        """Whether BEGIN must run before ``statement`` (PEP 249: a transaction is implicit)."""
        return not (
            self._autocommit
            or self.in_transaction
            or statement.controls_transaction
            or statement.empty
        )

    def __post_init__(self) -> None:
        self._shapes = Shapes(self.compile)
        self.flights = Flights()

    def shape(self, fields: Fields, codecs: CodecMap) -> Shape:
        """What is known of a result with these columns."""
        return self._shapes.of(fields, codecs)

    def compile(self, fields: Fields, codecs: CodecMap) -> Decoder:
        """The decoder for rows of ``fields``. A malformed row breaks the core, although it
        is noticed only where somebody fetches it."""
        return _Reporting(self.decoder.compile(fields, codecs), self.core)

    def saw(self, sql: str, outcome: Outcome) -> None:
        """Take note of a statement that has run: of what it has changed for others."""
        self.statements.saw(sql, outcome)
        if left := left_by(sql, outcome):
            self.leftovers |= left

    def failed(self, error: Error) -> None:
        """Take note of a statement that has failed. Where its transaction had failed before, the
        error says by what."""
        if error.sqlstate != _FAILED_TRANSACTION:
            where = " ".join(opening(error.query or "", ""))
            self.failed_by = f"{error.message} ({where})" if where else error.message
        elif self.failed_by is not None:
            error.advice = f"it failed by: {self.failed_by}; call rollback() before anything else"

    def doubt(self) -> None:
        """What ran was interrupted, and may have run or not."""
        self.statements.doubt()
        self.failed_by = "a statement that was interrupted"

    def opened(self, *, autocommit: bool) -> None:
        """The connection stands. What its users change from now on can be restored."""
        self.autocommit = autocommit
        self._habits = Habits(autocommit, self.codecs, self.row_factory, self.statement_timeout)

    def restore(self) -> None:
        """Go back to the habits that it was opened with."""
        if (habits := self._habits) is not None:
            self.autocommit = habits.autocommit
            self.codecs = habits.codecs.with_profile(self.profile)
            self.row_factory = habits.row_factory
            self.statement_timeout = habits.statement_timeout

    def learn(self, profile: ServerProfile) -> None:
        """Take over what has been found out about the server."""
        self.profile = profile
        self.codecs = self.codecs.with_profile(profile)


class _Reporting:
    """A ``Decoder`` that breaks the core where the server broke the protocol."""

    def __init__(self, decoder: Decoder, core: ClientProtocol) -> None:
        self._decoder = decoder
        self._core = core

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        try:
            return self._decoder.tuples(batch)
        except RemoteProtocolError as error:
            self._core.fail(error)
            raise

    def types(self) -> list[ColumnType]:
        return self._decoder.types()

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:
        try:
            return self._decoder.columns(batch)
        except RemoteProtocolError as error:
            self._core.fail(error)
            raise
