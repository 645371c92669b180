"""The client's half of a connection, without the connection.

Bytes go in by ``get_buffer`` and ``received`` (asyncio.BufferedProtocol's verbs) and
come out as events of ``next``; messages go in by ``begin`` and ``send`` and come out
as bytes of ``data_to_send``. Nothing here waits, and nothing here knows SQL.

Two guarantees hold whatever happens outside:

* ``busy`` names the operation under way. It is set before the operation's first byte
  is queued and cleared only by the ReadyForQuery that ends it. Whoever begins an
  operation and finds another one there has found the remains of an interrupted one.
* A violation of the protocol, by either side, breaks the core once and for good, with
  the reason kept: ``broken``. A broken core gives no more events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, Union, cast

from rs_driver.domain.lru import Lru
from rs_driver.domain.phases import AUTHENTICATION_OK, ENDING, LONG, REPLIES, TRANSITIONS, Phase
from rs_driver.domain.session import Notification, Session
from rs_driver.domain.wants import Operation
from rs_driver.errors import (
    DatabaseError,
    Error,
    LocalProtocolError,
    OperationalError,
    RemoteProtocolError,
    from_fields,
)
from rs_driver.ports.rows import RowBatch, RowScanner
from rs_driver.wire.buffer import BUFFER_SIZE, ReceiveBuffer
from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
    ReadyForQuery,
)
from rs_driver.wire.copy import CopyDone, CopyFail
from rs_driver.wire.ending import READY, ending
from rs_driver.wire.framing import (
    DEFAULT_MAX_MESSAGE,
    MAX_HANDSHAKE_MESSAGE,
    Frame,
    check_length,
)
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Describe, Execute, Sync
from rs_driver.wire.registry import decode_backend
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from rs_driver.wire.startup import BackendKeyData, CancelRequest, SSLRequest, StartupMessage

KEPT_DESCRIPTIONS = (200, 1_000_000)
"""Of how many results the columns are remembered, and how many bytes of them in all."""

Event = Union[BackendMessage, RowBatch]
"""What ``next`` gives: a decoded message, or a run of rows still in wire form."""

_ROW, _COPY_IN = ord("D"), ord("G")
_ERROR, _READY, _NO_DATA = ord("E"), ord("Z"), ord("n")
_DESCRIPTION, _PARAMETERS = ord("T"), ord("t")
_AUTHENTICATION = ord("R")
_OK = bytes(4)
_CONSTANTS: Mapping[tuple[int, bytes], BackendMessage] = MappingProxyType(
    {
        (ord("1"), b""): ParseComplete(),
        (ord("2"), b""): BindComplete(),
        (ord("3"), b""): CloseComplete(),
        (_NO_DATA, b""): NoData(),
        **{(_READY, status.encode()): ReadyForQuery(status) for status in "ITE"},
    }
)
"""Messages of which there are but a few."""
_DESCRIBED = (b"1tTZ", b"1tnZ")
"""The messages that answer a ``DESCRIPTION``, if all is well."""
_OF_THE_SESSION = frozenset(b"SNAK")
"""Tags of what only updates the session."""
_COPY_ENDS = (CopyDone.tag, CopyFail.tag)
_LITTLE_ROOM = 4096
_COLUMN, _WIDEST = 8 * 1024, 4 * 1024 * 1024
"""How much is taken in one piece of rows with many columns, in bytes: so much a column, up to
a limit. What a batch costs beyond its rows, it costs for each column."""
FIRST_SIZE = 16 * 1024
"""How much a connection can hear at once before it has heard much, in bytes."""
_HANDSHAKE = (Phase.NEGOTIATING_TLS, Phase.STARTUP, Phase.AUTHENTICATING, Phase.SETTINGS)


@dataclass(frozen=True)
class Reply:
    """A debt of the server. ``columns``: the width of its rows; None is as last described."""

    phase: Phase
    columns: int | None = None


@dataclass(frozen=True)
class Expected:
    """What a flight that was flown before makes the server owe. If all is well it answers
    ``prefix``, rows of ``columns`` values, CommandComplete, ReadyForQuery."""

    debts: tuple[Reply, ...]
    prefix: bytes
    columns: int


DESCRIPTION = (
    Reply(Phase.PARSING),
    Reply(Phase.DESCRIBING_STATEMENT),
    Reply(Phase.SYNCING),
)
"""What Parse, Describe, Sync make the server owe."""


class Rest(Protocol):
    """What is left of an operation that rests: the rows of a long result.

    ``begins``: whether it has opened a transaction, which no ReadyForQuery has said yet.
    """

    begins: bool

    def make_way(self) -> Operation[None]:
        """Go on to the end, as another operation has to begin. Errors of what rests are kept
        for it; OperationalError and ProgrammingError where it cannot make way."""

    def roll_back(self) -> None:
        """The transaction is to be rolled back, and nothing of it to be in the way."""

    def abandon(self) -> None:
        """Nobody will ever ask for it."""


class ClientProtocol:
    """See the module. ``max_message`` bounds a message from the server, in bytes.

    It is for what the user's data makes long (``phases.LONG``); every other message, and
    every one before login, is bounded by ``MAX_HANDSHAKE_MESSAGE``.

    ``gathering``, for an operation to set: the next rows are given when many of them are
    here, not each few that a read brings. Only where ReadyForQuery must follow them without
    another word of ours: nothing else tells that no more rows come.

    ``cancelling``: a CancelRequest was queued here, and may have left.
    """

    def __init__(self, scanner: RowScanner, max_message: int = DEFAULT_MAX_MESSAGE) -> None:
        self.session = Session()
        self.phase = Phase.UNBORN
        self.transaction_status = "I"
        self.ended = 0
        self.protocol_version = 0
        self.busy: str | None = None
        self.broken: Error | None = None
        self.touching = False
        self.rest: Rest | None = None
        self.gathering = False
        self.cancelling = False
        self._holding = False
        self._scanner = scanner
        self._max_message = max_message
        self._buffer = ReceiveBuffer(first=FIRST_SIZE)
        self._tls_byte = bytearray(1)
        self._tls_answer: int | None = None
        self._output = bytearray()
        self._replies: deque[Reply] = deque()
        self._columns = 0
        self._descriptions: Lru[BackendMessage] = Lru(*KEPT_DESCRIPTIONS)
        self._skipping = False
        self._copied = False
        self._eof = False
        self._farewell: DatabaseError | None = None

    def another(self) -> ClientProtocol:
        """A core like this one, at the start of its conversation."""
        return ClientProtocol(self._scanner, self._max_message)

    # -- bytes in -----------------------------------------------------------------------

    def get_buffer(self) -> memoryview:
        """Where the transport puts the next bytes; one byte while TLS is negotiated."""
        if self.phase is Phase.NEGOTIATING_TLS:
            return memoryview(self._tls_byte)
        return self._buffer.get_buffer()

    def received(self, count: int) -> None:
        """``count`` bytes were put there; 0 says that the server has closed its end."""
        if count == 0:
            self._eof = True
            self._holding = False
        elif self.phase is Phase.NEGOTIATING_TLS:
            self._tls_answer = self._tls_byte[0]
        else:
            buffer = self._buffer
            buffer.received(count)
            # Rows may have the bytes of a ReadyForQuery in them: then they are given earlier.
            self._holding = self.gathering and not (
                len(buffer) > buffer.size - _LITTLE_ROOM or buffer.newest_hold(count, READY)
            )

    # -- bytes out ----------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """How many bytes wait to be sent."""
        return len(self._output)

    def data_to_send(self) -> memoryview:
        """The bytes to send next. Release the view before anything else is queued."""
        return memoryview(self._output)

    def sent(self, count: int) -> None:
        """The transport took ``count`` of them."""
        del self._output[:count]

    def unsendable(self) -> None:
        """The way out is closed. What the server still has to say can be read."""
        self._output = bytearray()

    # -- operations ---------------------------------------------------------------------

    def begin(self, operation: str, *messages: FrontendMessage, columns: int | None = None) -> None:
        """Start an operation with its first messages, as by ``send``.

        Nothing else may be under way, and nothing unasked may have arrived. Messages
        that cannot be encoded are refused before anything else happens.
        """
        data = b"".join([message.encode() for message in messages])
        self._begin(operation)
        self._queue(data, messages, columns)

    def launch(self, operation: str, flight: bytes, debts: tuple[Reply, ...]) -> None:
        """``begin`` with a whole flight and what it makes the server owe: see ``whole`` and
        ``described``."""
        self._begin(operation)
        self._replies.extend(debts)
        self._next_reply()
        self._output += flight

    def _begin(self, operation: str) -> None:
        if self.broken is not None:
            raise self._unusable()
        if self.rest is not None:
            raise LocalProtocolError("the rows of another operation have not been read yet")
        if self.busy is not None or self.touching:
            raise self.fail(_disconnect(f"the connection was interrupted {self._when()}"))
        if self.phase is Phase.CLOSED:
            raise self.fail(_disconnect("the connection was ended by a Terminate message"))
        self.heed()
        self.busy = operation
        self.phase = Phase.UNSYNCED
        self._columns = 0
        self.gathering = self._holding = self._copied = False

    def heed(self) -> None:
        """Take in what the server said while nothing was asked. That may have been goodbye."""
        if self.phase is not Phase.IDLE or not (self._eof or len(self._buffer)):
            return
        try:
            if isinstance(event := self.next(), ErrorResponse):
                error = from_fields(event.fields)
                error.is_disconnect = True  # whatever its severity, nobody had asked
                raise self.fail(error)
            if self._eof:
                raise self.fail(self._lost())
        except Error as error:
            error.retry_safe = self.transaction_status == "I"
            raise

    def send(self, *messages: FrontendMessage, columns: int | None = None) -> None:
        """Queue messages; all are encoded before the first is queued.

        ``columns`` is the width of the rows of an Execute among them; None is as the
        last Describe of this flight says.
        """
        if self.busy is None:
            raise LocalProtocolError("nothing may be sent outside of an operation")
        self._queue(b"".join([message.encode() for message in messages]), messages, columns)

    def _queue(
        self, data: bytes, messages: tuple[FrontendMessage, ...], columns: int | None
    ) -> None:
        for message in messages:
            self._expect(message, columns)
        self._output += data

    def _expect(self, message: FrontendMessage, columns: int | None) -> None:
        if self._skipping and message.tag != b"S":
            return  # as the server will: it had failed before it saw this
        self._skipping = False
        self._copied = self._copied or message.tag in _COPY_ENDS
        if (owed := _owed(message)) is None:
            return
        self._replies.append(Reply(owed, columns))
        if self.phase is Phase.UNSYNCED:
            self._next_reply()

    def wind_up(self) -> None:
        """Queue what the operation under way, which nobody goes on with, still has to say
        before a ReadyForQuery can come."""
        self.gathering = self._holding = False
        if self.phase is Phase.COPYING_IN:
            if not self._copied:
                self.send(CopyFail("the client has given up"))
        elif ENDING.isdisjoint((self.phase, *(reply.phase for reply in self._replies))):
            self.send(Sync())

    def pause(self, rest: Rest) -> None:
        """The operation under way rests, between two reads; ``rest`` goes on with it."""
        self.rest = rest

    def resume(self) -> None:
        """It goes on."""
        self.rest = None

    def request_tls(self) -> None:
        """Queue an SSLRequest; its answer is one byte: ``tls_answer``."""
        self._output += SSLRequest().encode()
        self.phase = Phase.NEGOTIATING_TLS

    def tls_answer(self) -> int | None:
        """The server's answer to SSLRequest, or None before it is here."""
        if self._tls_answer is None and self._eof:
            raise self.fail(self._lost())
        if self._tls_answer is not None:
            self.phase = Phase.UNSYNCED
        if len(self._buffer):  # CVE-2021-23222: nothing read in the clear is ever trusted
            raise self.fail(RemoteProtocolError("the server spoke before TLS was negotiated"))
        return self._tls_answer

    def start(self, message: StartupMessage) -> None:
        """Queue the startup message."""
        self._output += message.encode()
        self.phase = Phase.STARTUP

    def answer(self, message: FrontendMessage) -> None:
        """Queue an answer to an authentication request."""
        self._output += message.encode()

    def request_cancel(self, message: CancelRequest) -> None:
        """Queue a CancelRequest: the server says nothing to it, but hangs up."""
        self.cancelling = True
        self._output += message.encode()
        self.phase = Phase.CLOSED

    def hung_up(self) -> bool:
        """Whether it has done so."""
        if len(self._buffer):
            raise self.fail(RemoteProtocolError("the server answered a cancel request"))
        return self._eof

    def terminate(self, message: FrontendMessage) -> None:
        """Queue a Terminate: nothing can follow it, in either direction."""
        self._output += message.encode()
        self.phase = Phase.CLOSED
        self.busy = None

    def fail(self, error: Error) -> Error:
        """Break the core with ``error``, unless it is broken; the error to raise."""
        if self.broken is None:
            self.broken = error
            self.phase = Phase.CLOSED
            self._output = bytearray()  # not cleared: a view of it may live in a traceback
        return error

    def _unusable(self) -> Error:
        error = _disconnect(f"the connection is broken: {self.broken}")
        error.retry_safe = self.busy is None and self.transaction_status == "I"
        error.__cause__ = self.broken
        return error

    def _when(self) -> str:
        return f"during {self.busy}" if self.busy else "while it was idle"

    # -- events -------------------------------------------------------------------------

    def next(self) -> Event | None:
        """The next event, or None where more bytes are needed.

        Raises RemoteProtocolError where the server broke the protocol and
        OperationalError where it left us waiting; the core is broken then.
        """
        if self.broken is not None:
            raise self._unusable()
        try:
            event = self._next()
        except RemoteProtocolError as error:
            raise self.fail(error) from None
        if event is None and self._eof and self.busy is not None:
            raise self.fail(self._lost())
        return event

    def whole(self, expected: Expected) -> tuple[RowBatch | None, str] | None:
        """The rows and the command tag, where all of the answer to a flight is here, just as
        expected; the operation is at its end then. None where it is not: nothing has happened.
        """
        buffer, skipped = self._buffer, len(expected.prefix)
        if (
            not self._owes(expected.debts)
            or not buffer.may_be(expected.prefix, READY)
            or len(view := buffer.view()) > self._max_message
        ):
            return None
        view = view[skipped:]
        try:
            starts, consumed = self._scanner.scan(view, expected.columns)
        except RemoteProtocolError:
            return None  # ``next`` will meet it again
        if (end := ending(view[consumed:])) is None:
            return None
        command, status = end
        batch = None
        buffer.skip(skipped)
        if consumed:
            taken, stop = buffer.detach(consumed)
            batch = RowBatch(taken, 0, stop, starts)
        buffer.clear()
        self._replies.clear()
        self._ready(status)
        return batch, command

    def described(self) -> tuple[ParameterDescription, RowDescription | NoData] | None:
        """The same for the answer to a ``DESCRIPTION``."""
        frames = self._buffer.frames(len(_DESCRIBED[0]))
        if bytes([tag for tag, _ in frames]) not in _DESCRIBED or not self._owes(DESCRIPTION):
            return None
        parsed, parameters, columns, ready = frames
        try:
            found = self._decoded(*parameters), self._decoded(*columns)
        except RemoteProtocolError:
            return None  # ``next`` will meet it again
        end = _CONSTANTS.get(ready)
        if parsed not in _CONSTANTS or end is None or len(self._buffer) > self._max_message:
            return None
        self._buffer.clear()
        self._replies.clear()
        self._ready(cast("ReadyForQuery", end).status)
        return cast("tuple[ParameterDescription, RowDescription | NoData]", found)

    def _owes(self, debts: tuple[Reply, ...]) -> bool:
        """Whether the server has answered nothing of a flight yet."""
        return self.phase is debts[0].phase and len(self._replies) == len(debts) - 1

    def _next(self) -> Event | None:
        while self._farewell is None and (tag := self._buffer.peek_tag()) is not None:
            if (self.phase, tag) not in TRANSITIONS:
                raise self._violation(tag)
            if tag == _ROW:
                return self._rows()
            frame = self._buffer.frame(self._limit(tag))
            if frame is None:
                return None
            if (message := self._message(frame)) is not None:
                return message
        return None

    def _limit(self, tag: int) -> int:
        """How long the message may be that comes now, in bytes."""
        short = tag not in LONG or self.phase in _HANDSHAKE
        return MAX_HANDSHAKE_MESSAGE if short else self._max_message

    def _rows(self) -> RowBatch | None:
        if self._holding:
            return None
        if self._buffer.frame(self._max_message) is None:
            return None  # nothing of a long row is looked at before all of it is here
        starts, consumed = self._scanner.scan(self._buffer.view(), self._columns)
        if not consumed:
            raise RemoteProtocolError("a complete DataRow was not recognised as one")
        if consumed > self._max_message:
            for start, stop in zip(starts, [*starts[1:], consumed], strict=True):
                check_length(_ROW, stop - start - 1, self._max_message)
        buffer, stop = self._buffer.detach(consumed)
        if self._columns * _COLUMN > BUFFER_SIZE:
            self._buffer.size = min(self._columns * _COLUMN, _WIDEST)
        return RowBatch(buffer, 0, stop, starts)

    def _message(self, frame: Frame) -> BackendMessage | None:
        """Take one message; None for those that concern the session alone."""
        tag = frame.tag
        body = self._buffer.body(frame)
        granted = tag == _AUTHENTICATION and body == _OK
        after = TRANSITIONS[self.phase, AUTHENTICATION_OK if granted else tag]
        message = _CONSTANTS.get((tag, body)) or self._decoded(tag, body)
        self._buffer.consume(frame)
        if tag == _DESCRIPTION:
            self._columns = len(cast("RowDescription", message).fields)
        elif tag == _NO_DATA:
            self._columns = 0
        elif tag == _COPY_IN:
            self._copied = False
        if tag == _ERROR:
            self._failed(cast("ErrorResponse", message), after)
        elif tag == _READY:
            self._ready(cast("ReadyForQuery", message).status)
        elif after is Phase.NEXT:
            self._next_reply()
        else:
            self.phase = after
        return None if tag in _OF_THE_SESSION and self._absorb(message, len(body)) else message

    def _decoded(self, tag: int, body: bytes) -> BackendMessage:
        """The same object for the same columns, so that what was made of them serves again."""
        if tag not in (_DESCRIPTION, _PARAMETERS):
            return decode_backend(tag, body, self.protocol_version)
        known = self._descriptions.get((tag, body))
        if known is None:
            known = decode_backend(tag, body, self.protocol_version)
            self._descriptions.put((tag, body), known, len(body))
        return known

    def _violation(self, tag: int) -> RemoteProtocolError:
        name = chr(tag) if 0x20 < tag < 0x7F else f"0x{tag:02x}"
        return RemoteProtocolError(
            f"the server sent a {name!r} message where {self.phase.value} was expected"
        )

    def _absorb(self, message: BackendMessage, size: int) -> bool:
        """Take over what only updates the session; False for everything else."""
        if isinstance(message, ParameterStatus):
            self.session.set_parameter(message.name, message.value)
        elif isinstance(message, NoticeResponse):
            self.session.notices.add(message.fields, size)
        elif isinstance(message, NotificationResponse):
            self.session.notifications.add(
                Notification(message.process_id, message.channel, message.payload), size
            )
        elif isinstance(message, BackendKeyData):
            self.session.process_id = message.process_id
            self.session.secret_key = message.secret_key
        else:
            return False
        return True

    def _failed(self, message: ErrorResponse, after: Phase) -> None:
        error = from_fields(message.fields)
        if error.is_disconnect:  # these were its last words, whether it hangs up or not
            self._farewell = error
            self._eof = True
        if after is Phase.SYNCING and self.phase is not Phase.SYNCING:
            while self._replies and self._replies[0].phase is not Phase.SYNCING:
                self._replies.popleft()
            self._skipping = not self._replies
            self._next_reply()
        else:
            self.phase = after

    def _ready(self, status: str) -> None:
        self.transaction_status = status
        self.ended += status == "I"
        self._buffer.size = BUFFER_SIZE
        if self._replies:
            self._next_reply()
        else:
            self.phase = Phase.IDLE
            self.busy = None

    def _next_reply(self) -> None:
        if not self._replies:
            self.phase = Phase.UNSYNCED
            return
        reply = self._replies.popleft()
        self.phase = reply.phase
        if reply.columns is not None:
            self._columns = reply.columns

    def _lost(self) -> DatabaseError:
        """The server has hung up: in its own words where it left some."""
        if self._farewell is not None:
            return self._farewell
        return _disconnect(f"the server closed the connection {self._when()}")


def _owed(message: FrontendMessage) -> Phase | None:
    """What ``message`` makes the server owe, None for nothing."""
    if isinstance(message, Execute):
        return Phase.EXECUTING_PART if message.max_rows > 0 else Phase.EXECUTING
    if isinstance(message, Describe):
        return Phase.DESCRIBING_STATEMENT if message.kind == b"S" else Phase.DESCRIBING
    return REPLIES.get(message.tag)


def _disconnect(text: str) -> OperationalError:
    error = OperationalError(text)
    error.is_disconnect = True
    return error
