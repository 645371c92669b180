"""A readable line for every message that goes over a connection, like libpq's PQtrace.

    F	13	Query	 "select 1"
    B	26	RowDescription	 1 "n" 0 0 23 4 -1 0
    B	11	DataRow	 1 1 ***

Tabs part the columns: the sender (Frontend or Backend), the message's length without
its tag, its name, its fields. A list begins with its count, bytes with their length;
NULL is -1.

Passwords, tokens, digests, SASL data and keys are never shown. Values of parameters and
rows, and the fields of errors that quote rows, are ``***`` unless ``redact`` is off.
SQL text and the messages of errors are shown as they are, with the literals in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.auth import AuthenticationOk, AuthenticationSASL, AuthenticationSASLContinue
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ParameterStatus
from rs_driver.wire.framing import MAX_LENGTH, Frame
from rs_driver.wire.registry import PasswordKind, decode_backend, decode_frontend
from rs_driver.wire.results import FieldDescription, RowDescription
from rs_driver.wire.startup import GSSENCRequest, SSLRequest, StartupMessage, decode_startup

_ERROR = ord("E")
_HIDDEN = "***"
_BARE = frozenset({"kind", "status"})  # one-letter fields, shown without quotes
_ORIGIN = frozenset({"schema", "table", "column", "catalog", "flags"})
_SECRET_SETTINGS = frozenset({"driver_token"})
_QUOTING_FIELDS = frozenset("DWq")  # detail, context, internal query
_VERSIONS = frozenset("0123")  # what server_protocol_version is known to say


class Tracer:
    """Writes the messages of one connection, given in any pieces, one line a message.

    ``write`` gets each line with its newline (``sys.stderr.write`` will do). Never
    raises for what the bytes are: a message that cannot be read gets a line that says
    so; a direction whose lengths make no sense gets one too, and is then given up.
    """

    def __init__(self, write: Callable[[str], None], *, redact: bool = True) -> None:
        session = _Session()
        self._write = write
        self._redact = redact
        self._frontend = _Stream(session.take_frontend)
        self._backend = _Stream(session.take_backend)

    def frontend(self, data: bytes) -> None:
        """The client sent ``data``."""
        self._trace("F", self._frontend, data)

    def backend(self, data: bytes) -> None:
        """The server sent ``data``."""
        self._trace("B", self._backend, data)

    def _trace(self, sender: str, stream: _Stream, data: bytes) -> None:
        for length, message in stream.messages(data):
            self._write(f"{sender}\t{length}\t{_describe(message, redact=self._redact)}\n")


@dataclass(frozen=True)
class _SSLAnswer:
    """The one byte that answers an SSLRequest or a GSSENCRequest."""

    status: str


_Found = tuple[int, object]
"""A message's length without its tag, and the message, or the error that it is."""


class _Session:
    """Cuts off the next message and reads it as what came before it demands."""

    def __init__(self) -> None:
        self._started = False  # the client's first messages, which have no tag, are over
        self._answers_due = 0
        self._logged_in = False
        self._password_kind: PasswordKind = "password"  # noqa: S105  (the name of a kind)
        self._protocol_version = 0

    def take_frontend(self, buffer: ReceiveBuffer) -> _Found | None:
        """The client's next message; None while it is incomplete."""
        if self._started:
            return _take(buffer, buffer.frame(MAX_LENGTH), self._decode_frontend)
        return _take(buffer, buffer.untagged_frame(MAX_LENGTH), self._decode_first)

    def take_backend(self, buffer: ReceiveBuffer) -> _Found | None:
        """The server's next message; None while it is incomplete."""
        # An old server answers a request that it does not know with an ErrorResponse.
        if self._answers_due and buffer.peek_tag() not in (None, _ERROR):
            self._answers_due -= 1
            answer, _ = buffer.detach(1)
            return 1, _SSLAnswer(chr(answer[0]))
        return _take(buffer, buffer.frame(MAX_LENGTH), self._decode_backend)

    def _decode_first(self, _tag: int, body: bytes) -> object:
        self._started = True  # so it stays if this raises
        message = decode_startup(body)
        if isinstance(message, SSLRequest | GSSENCRequest):
            self._started = False
            self._answers_due += 1
        return message

    def _decode_frontend(self, tag: int, body: bytes) -> object:
        # Before the login is over a d message cannot be CopyData: it holds a digest.
        kind, digest = self._password_kind, not self._logged_in
        return decode_frontend(tag, body, password_kind=kind, digest=digest)

    def _decode_backend(self, tag: int, body: bytes) -> object:
        message = decode_backend(tag, body, self._protocol_version)
        match message:
            case AuthenticationOk():
                self._logged_in = True
            case AuthenticationSASL():
                self._password_kind = "sasl_initial"  # noqa: S105  (the name of a kind)
            case AuthenticationSASLContinue():
                self._password_kind = "sasl_response"  # noqa: S105  (the name of a kind)
            case ParameterStatus("server_protocol_version", value) if value in _VERSIONS:
                self._protocol_version = int(value)
        return message


def _take(
    buffer: ReceiveBuffer, frame: Frame | None, decode: Callable[[int, bytes], object]
) -> _Found | None:
    if frame is None:
        return None
    body = buffer.body(frame)
    buffer.consume(frame)
    try:
        return len(body) + 4, decode(frame.tag, body)
    except RemoteProtocolError as error:
        return len(body) + 4, error


class _Stream:
    """One direction: pieces of bytes in, messages out, until a length makes no sense."""

    def __init__(self, take: Callable[[ReceiveBuffer], _Found | None]) -> None:
        self._take = take
        self._buffer = ReceiveBuffer(4096)
        self._lost = False

    def messages(self, data: bytes) -> Iterator[_Found]:
        """What ``data`` completes."""
        rest = memoryview(data)
        while rest and not self._lost:
            room = self._buffer.get_buffer()
            count = min(len(room), len(rest))
            room[:count] = rest[:count]
            self._buffer.received(count)
            rest = rest[count:]
            yield from self._complete()

    def _complete(self) -> Iterator[_Found]:
        try:
            while found := self._take(self._buffer):
                yield found
        except RemoteProtocolError as error:
            self._lost = True
            yield 0, error


def _describe(message: Any, *, redact: bool) -> str:
    """A message's name and fields."""
    if isinstance(message, RemoteProtocolError):
        return f"Unreadable\t {message}"
    words = list(_fields(message, redact=redact))
    name = type(message).__name__.lstrip("_")
    return f"{name}\t {' '.join(words)}" if words else name


def _fields(message: Any, *, redact: bool) -> Iterator[str]:
    match message:
        case StartupMessage(parameters, protocol):
            yield f"{protocol >> 16} {protocol & 0xFFFF}"
            for setting in parameters:
                yield from map(_quote, setting)
        case ParameterStatus(name) if name in _SECRET_SETTINGS:
            yield f"{_quote(name)} {_HIDDEN}"
        case RowDescription(columns, protocol_version):
            yield str(len(columns))
            for column in columns:
                yield from _column(column, extended=protocol_version > 0)
        case ErrorResponse(texts) | NoticeResponse(texts):
            for key, content in texts.items():
                hide = redact and key in _QUOTING_FIELDS
                yield f"{_escape(key)} {_HIDDEN if hide else _quote(content)}"
        case _:
            for field in fields(message):
                value = getattr(message, field.name)
                if field.name in _BARE:
                    yield _escape(value if isinstance(value, str) else value.decode("latin-1"))
                else:
                    yield from _words(value, hide=not field.repr, redact=redact)


def _column(column: FieldDescription, *, extended: bool) -> Iterator[str]:
    for field in fields(column):
        if extended or field.name not in _ORIGIN:
            yield from _words(getattr(column, field.name), hide=False, redact=False)


def _words(value: object, *, hide: bool, redact: bool) -> Iterator[str]:
    match value:
        case None:
            yield "-1"
        case bytes():
            shown = _HIDDEN if hide or redact else f"'{_escape(value.decode('latin-1'))}'"
            yield f"{len(value)} {shown}"
        case tuple():
            yield str(len(value))
            for item in value:
                yield from _words(item, hide=hide, redact=redact)
        case str():
            yield _quote(value)
        case _:
            yield _HIDDEN if hide else str(value)


def _quote(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    """``text`` on one line, with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else c.encode("unicode_escape").decode() for c in text])
