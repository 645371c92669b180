"""A server in memory that speaks COPY, for the tests of both shells.

It lets everybody in and takes simple queries only, of statements that are ``copy from``
(what it gets is added to ``loaded``), ``copy to`` (gives ``data``, a message each),
``select`` (one row: ``new``) or anything else. With ``fails_after`` it fails a load once it
has got as many bytes, and says so at once, as servers do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import CommandComplete, DataRow
from support.dialogue import described, encoded, failure


class CopyServer:
    """Opens peers that share what was loaded. ``reasons``: those of every CopyFail."""

    def __init__(self, data: Sequence[bytes] = (), fails_after: int | None = None) -> None:
        self.data = data
        self.fails_after = fails_after
        self.loaded = b""
        self.reasons: list[str] = []

    def open_peer(self) -> CopyPeer:
        return CopyPeer(self)


class CopyPeer:
    """One connection to a ``CopyServer``."""

    closed = False

    def __init__(self, server: CopyServer) -> None:
        self._server = server
        self._buffer = ReceiveBuffer()
        self._statements: deque[str] = deque()
        self._loading: bytes | None = None
        self._started = False

    def feed(self, data: bytes) -> bytes:
        answer = b""
        while data:
            room = self._buffer.get_buffer()
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self._buffer.received(count)
            data = data[count:]
            if not self._started and (first := self._buffer.untagged_frame(MAX_LENGTH)):
                self._buffer.consume(first)
                self._started = True
                answer += encoded([AuthenticationOk(), ReadyForQuery("I")])
            while self._started and (frame := self._buffer.frame(MAX_LENGTH)):
                message = decode_frontend(frame.tag, self._buffer.body(frame))
                self._buffer.consume(frame)
                answer += encoded(self._take(message))
        return answer

    def eof(self) -> None:
        self.closed = True

    def _take(self, message: FrontendMessage) -> list[BackendMessage]:
        if isinstance(message, Query):
            self._statements.extend(message.sql.split(";"))
            return self._go_on()
        if isinstance(message, Terminate):
            self.closed = True
            return []
        if self._loading is None:
            return []  # the rest of a COPY that has failed
        if isinstance(message, CopyData):
            self._loading += message.data
            if self._server.fails_after is not None:
                return self._judge(len(self._loading) >= self._server.fails_after)
            return []
        if isinstance(message, CopyFail):
            self._server.reasons.append(message.reason)
            return self._fail("57014", "COPY from stdin failed")
        self._server.loaded += self._loading
        self._loading = None
        return [CommandComplete("COPY 1"), *self._go_on()]

    def _judge(self, enough: bool) -> list[BackendMessage]:
        return self._fail("22P02", "that is no number") if enough else []

    def _fail(self, code: str, text: str) -> list[BackendMessage]:
        self._statements.clear()
        self._loading = None
        return [failure(code, text), ReadyForQuery("I")]

    def _go_on(self) -> list[BackendMessage]:
        said: list[BackendMessage] = []
        while self._statements:
            statement = self._statements.popleft().strip()
            if statement.startswith("copy from"):
                self._loading = b""
                return [*said, CopyInResponse(0, (0,))]
            if statement.startswith("copy to"):
                data = [CopyData(piece) for piece in self._server.data]
                said += [CopyOutResponse(0, (0,)), *data, CopyDone(), CommandComplete("COPY 1")]
            elif statement.startswith("select"):
                said += [described(25), DataRow((b"new",)), CommandComplete("SELECT")]
            else:
                said.append(CommandComplete(statement.upper()))
        return [*said, ReadyForQuery("I")]
