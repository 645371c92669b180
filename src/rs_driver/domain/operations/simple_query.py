"""A simple Query: one text, any number of statements, results as text."""

from __future__ import annotations

from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, NotSupportedError, from_fields
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.copy import CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse, RowDescription

_NO_COPY = "COPY from or to the client is not supported yet; Redshift copies from and to S3"


def simple_query(core: ClientProtocol, sql: str) -> Operation[list[Outcome]]:
    """Run ``sql`` and give one outcome a statement; the server's first error is raised
    once the connection is in step again."""
    core.begin("a simple query", Query(sql))
    outcomes: list[Outcome] = []
    current = Outcome()
    error: Error | None = None
    while core.busy is not None:
        event = yield from receive(core)
        if isinstance(event, RowBatch):
            current.batches.append(event)
        elif isinstance(event, RowDescription):
            current.fields = event.fields
        elif isinstance(event, (CommandComplete, EmptyQueryResponse)):
            current.command = event.command if isinstance(event, CommandComplete) else ""
            outcomes.append(current)
            current = Outcome()
        elif isinstance(event, ErrorResponse):
            error = _first(error, from_fields(event.fields, sql))
        elif isinstance(event, (CopyInResponse, CopyOutResponse)):
            error = NotSupportedError(_NO_COPY)
            if isinstance(event, CopyInResponse):
                core.send(CopyFail(_NO_COPY))
    if error is not None:
        raise error
    return outcomes


def _first(error: Error | None, later: Error) -> Error:
    """The error to raise of two: the earlier, caused by the later."""
    if error is None:
        return later
    error.__cause__ = later
    return error
