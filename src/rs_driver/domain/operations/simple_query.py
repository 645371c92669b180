"""A simple Query: one text, any number of statements, results as text."""

from __future__ import annotations

from rs_driver.domain.operations.copy import Copying
from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, from_fields
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.copy import CopyInResponse, CopyOutResponse
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse, RowDescription


def simple_query(
    core: ClientProtocol, sql: str, stream: object | None = None
) -> Operation[list[Outcome]]:
    """Run ``sql`` and give one outcome a statement. The first error is raised once the
    connection is in step again.

    ``stream``: where COPY FROM STDIN reads and COPY TO STDOUT writes (``copy``). Without
    one either is a ProgrammingError. What the stream raises is raised here, the very same.
    """
    core.begin("a simple query", Query(sql))
    answer = _Answer(sql)
    copying = Copying(core, stream)
    try:
        while core.busy is not None:
            event: Event | None = yield from receive(core)
            if isinstance(event, CopyInResponse):
                event = yield from copying.send()
            elif isinstance(event, CopyOutResponse):
                event = yield from copying.receive()
            answer.take(event)
    except Error as error:
        if copying.error is not None:  # the connection was lost while the COPY was given up
            error.__cause__ = copying.error
        raise
    if copying.error is not None:
        raise copying.error
    if answer.error is not None:
        raise answer.error
    return answer.outcomes


class _Answer:
    """Collects what the server says: an outcome a statement, or its error."""

    def __init__(self, sql: str) -> None:
        self.outcomes: list[Outcome] = []
        self.error: Error | None = None
        self._sql = sql
        self._current = Outcome()

    def take(self, event: Event | None) -> None:
        if isinstance(event, RowBatch):
            self._current.batches.append(event)
        elif isinstance(event, RowDescription):
            self._current.fields = event.fields
        elif isinstance(event, (CommandComplete, EmptyQueryResponse)):
            if isinstance(event, CommandComplete):
                self._current.command = event.command
            self.outcomes.append(self._current)
            self._current = Outcome()
        elif isinstance(event, ErrorResponse):
            self.error = from_fields(event.fields, self._sql)
