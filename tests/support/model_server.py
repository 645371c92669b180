"""A model of a server's answers, small enough to be read in one go.

It knows the rules of the protocol's flights (manual: "Extended Query", "Pipelining") and
no SQL. Names say what is meant: a statement or portal called ``w2`` gives two columns,
``w0`` none; the text of a Query is such names with ``;`` between them, an empty one being
an empty statement. The driver shares no code with it besides the codec of the messages.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    FieldDescription,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)

ROWS = 3
"""Rows in every result that has columns; a message that fails has sent one of them."""


def width(name: str) -> int:
    """How many columns the statement or portal ``name`` gives."""
    return int(name[1:] or "0")


class ModelServer:
    """``failing``: which of the messages that it heeds, counted from 0, end in an error.

    ``chatty``: it adds a notice and a setting to every answer. ``said``: all its answers in
    order, without those. ``heeded``: how many messages it has answered, skipped ones and
    Flush left out.
    """

    def __init__(self, failing: Container[int] = (), *, chatty: bool = False) -> None:
        self.said: list[BackendMessage] = []
        self.heeded = 0
        self._failing = failing
        self._chatty = chatty
        self._skipping = False
        self._buffer = ReceiveBuffer(4096)

    def feed(self, data: bytes) -> bytes:
        """Take what the client sent, in any pieces; what is answered."""
        answer = b""
        while data:
            room = self._buffer.get_buffer()
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self._buffer.received(count)
            data = data[count:]
            while frame := self._buffer.frame(MAX_LENGTH):
                message = decode_frontend(frame.tag, self._buffer.body(frame))
                self._buffer.consume(frame)
                answer += b"".join(self._encoded(message))
        return answer

    def _encoded(self, message: FrontendMessage) -> Iterator[bytes]:
        skipped = self._skipping and not isinstance(message, Sync)
        if skipped or isinstance(message, Flush):
            return
        for word in self._answers(message, self.heeded in self._failing):
            if self._chatty:
                yield NoticeResponse({"M": "chat"}).encode()
                yield ParameterStatus("chat", str(self.heeded)).encode()
            self.said.append(word)
            yield word.encode()
        self.heeded += 1

    def _answers(self, message: FrontendMessage, fails: bool) -> Iterator[BackendMessage]:
        if isinstance(message, (Sync, Query)):
            if isinstance(message, Query):
                yield from self._results(message.sql, fails)
            if fails:
                yield ErrorResponse({"M": "failed"})
            self._skipping = False
            yield ReadyForQuery("E" if fails else "I")
            return
        if fails:
            if isinstance(message, Execute) and width(message.portal):
                yield DataRow((b"x",) * width(message.portal))
            self._skipping = True
            yield ErrorResponse({"M": "failed"})
        elif isinstance(message, Parse):
            yield ParseComplete()
        elif isinstance(message, Bind):
            yield BindComplete()
        elif isinstance(message, Close):
            yield CloseComplete()
        elif isinstance(message, Describe):
            if message.kind == b"S":
                yield ParameterDescription((23,))
            columns = width(message.name)
            yield self._description(columns) if columns else NoData()
        elif isinstance(message, Execute):
            yield from self._rows(width(message.portal))
            yield PortalSuspended() if message.max_rows else CommandComplete("SELECT")

    def _results(self, text: str, fails: bool) -> Iterator[BackendMessage]:
        """The results of a Query; one that fails does so in the middle of its last one."""
        names = text.split(";")
        for number, name in enumerate(names, 1):
            if columns := width(name):
                yield self._description(columns)
                yield from self._rows(columns)
            if fails and number == len(names):
                return
            yield CommandComplete("SELECT") if name else EmptyQueryResponse()

    def _description(self, columns: int) -> RowDescription:
        return RowDescription(tuple(FieldDescription(f"c{at}") for at in range(columns)))

    def _rows(self, columns: int) -> Iterator[DataRow]:
        for number in range(ROWS if columns else 0):
            yield DataRow((str(number).encode(),) * columns)
