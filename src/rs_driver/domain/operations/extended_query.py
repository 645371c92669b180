"""Parse, Bind, Describe, Execute: the flights that statements with parameters travel in.

A flight is a group of messages that ends with its own Sync. Which flights a statement
needs is decided in ``prepared``; batches of one statement are in ``batch``. The unnamed
portal is used throughout, but in ``portal``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, from_fields
from rs_driver.ports.codec import Parameter
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)

NAME = "an extended query"
"""What the operation is called where somebody asks what is under way."""
EXECUTE = Execute("")
DESCRIBE_PORTAL = Describe(b"P", "")
SYNC = Sync()
BEGIN = (Parse("", "BEGIN", ()), Bind("", "", (), (), ()), EXECUTE)
"""Opens a transaction in front of the statement that needs it, under the same Sync."""


@dataclass(frozen=True)
class Front:
    """What rides in front of a statement in its group: Closes of statements that are not
    wanted any more, then BEGIN."""

    closes: tuple[str, ...] = ()
    begin: bool = False

    def messages(self) -> tuple[FrontendMessage, ...]:
        return (*[Close(b"S", name) for name in self.closes], *(BEGIN if self.begin else ()))


NOTHING = Front()


def parse(name: str, sql: str, parameters: Sequence[Parameter]) -> Parse:
    """Parse with the types of ``parameters``."""
    return Parse(name, sql, tuple([parameter.oid for parameter in parameters]))


def bind(
    name: str, parameters: Sequence[Parameter], result_formats: tuple[int, ...], portal: str = ""
) -> Bind:
    """Bind to ``portal``. Formats: one a column; none at all is text for all."""
    formats = tuple([parameter.format for parameter in parameters])
    values = tuple([parameter.data for parameter in parameters])
    return Bind(portal, name, formats, values, result_formats)


class Group:
    """What a flight has brought: how far the user's statement came, and its outcome.

    ``closed``: how many Closes were confirmed. ``resolved``: the parameter types, where the
    statement was described. ``error``: the server's first one, not raised yet. ``size``: of
    the rows, in bytes. ``begins``: whether it opens a transaction.
    """

    def __init__(self, sql: str, front: Front) -> None:
        self.outcome = Outcome()
        self.error: Error | None = None
        self.closed = 0
        self.parsed = self.described = self.bound = False
        self.resolved: tuple[int, ...] = ()
        self.size = 0
        self.sql = sql
        self.begins = self._beginning = front.begin

    def take(self, event: Event) -> None:
        if isinstance(event, RowBatch):
            self.outcome.batches.append(event)
            self.size += event.nbytes
        elif isinstance(event, CloseComplete):
            self.closed += 1
        elif isinstance(event, ErrorResponse):
            self.error = self.error or from_fields(event.fields, self.sql)
        elif self._beginning:  # what BEGIN in front answers is passed over
            self._beginning = not isinstance(event, (CommandComplete, EmptyQueryResponse))
        else:
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, ParseComplete):
            self.parsed = True
        elif isinstance(event, BindComplete):
            self.bound = True
        elif isinstance(event, ParameterDescription):
            self.resolved = event.oids
        elif isinstance(event, (RowDescription, NoData)):
            self.described = True
            self.outcome.fields = event.fields if isinstance(event, RowDescription) else None
        elif isinstance(event, CommandComplete):
            self.outcome.command = event.command


def fly(
    core: ClientProtocol,
    sql: str,
    front: Front,
    *messages: FrontendMessage,
    columns: int | None = None,
    budget: int | None = None,
) -> Operation[Group]:
    """Send one flight and take everything up to its ReadyForQuery.

    ``columns``: the width of the rows where no Describe is among ``messages``. ``budget``:
    after how many bytes of rows to leave the rest unread, and the core busy.
    """
    group = Group(sql, front)
    core.begin(NAME, *front.messages(), *messages, SYNC, columns=columns)
    yield from arrive(core, group, budget)
    return group


def arrive(core: ClientProtocol, group: Group, budget: int | None) -> Operation[None]:
    """Let ``group`` take what the server answers, up to the end or to the budget."""
    while core.busy is not None and (budget is None or group.size <= budget):
        event = yield from receive(core)
        core.gathering = isinstance(event, RowBatch)
        group.take(event)


def execute_as_text(
    core: ClientProtocol, sql: str, parameters: Sequence[Parameter] = (), front: Front = NOTHING
) -> Operation[Outcome]:
    """One flight: Parse Bind Describe Execute Sync; every column comes as text."""
    group = yield from fly(
        core,
        sql,
        front,
        parse("", sql, parameters),
        bind("", parameters, ()),
        DESCRIBE_PORTAL,
        EXECUTE,
    )
    if group.error is not None:
        raise group.error
    return group.outcome
