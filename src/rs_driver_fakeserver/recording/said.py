"""What one side said: bytes as they came, cut into messages, each decoded if that can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.auth import (
    AuthenticationDigest,
    AuthenticationOk,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
)
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE, MAX_HANDSHAKE_MESSAGE, check_length
from rs_driver.wire.messages import Message
from rs_driver.wire.registry import PasswordKind, decode_backend, decode_frontend
from rs_driver.wire.startup import decode_startup

Sender = Literal["F", "B"]
"""F, the client (the frontend), or B, the server (the backend)."""

_VERSIONS = frozenset("0123")


@dataclass(frozen=True)
class Said:
    """One message: ``raw`` with its header. ``message`` None: bytes that are none, or a
    message whose body cannot be decoded."""

    sender: Sender
    raw: bytes = field(repr=False)
    message: Message | None = None

    @classmethod
    def of(cls, sender: Sender, message: Message) -> Said:
        """The message as it encodes itself."""
        return cls(sender, message.encode(), message)

    @property
    def tag(self) -> bytes:
        """Its first byte; that of a startup message, which has no tag, is a NUL."""
        return self.raw[:1]

    @property
    def framed(self) -> bool:
        """Whether it has a tag and the length that it claims, whatever is inside."""
        return len(self.raw) >= 5 and len(self.raw) == 1 + int.from_bytes(self.raw[1:5], "big")


class _Stream:
    """One direction: pieces of bytes in, whole messages out."""

    def __init__(self, *, started: bool) -> None:
        self.started = started  # the untagged first message is over
        self._waiting = bytearray()
        self._lost = False

    def cut(self, data: bytes) -> list[tuple[bytes, bool]]:
        """What ``data`` completes, and whether it is a message: nothing more is one once a
        length made no sense."""
        self._waiting += data
        found = []
        while not self._lost and (size := self._size()) is not None:
            found.append((bytes(self._waiting[:size]), True))
            del self._waiting[:size]
            self.started = True
        return found + ([(self.rest(), False)] if self._lost and self._waiting else [])

    def rest(self) -> bytes:
        """What is left of a message that did not come to its end."""
        rest = bytes(self._waiting)
        self._waiting.clear()
        return rest

    def _size(self) -> int | None:
        header = 5 if self.started else 4
        if len(self._waiting) < header:
            return None
        length = int.from_bytes(self._waiting[header - 4 : header], "big", signed=True)
        limit = DEFAULT_MAX_MESSAGE if self.started else MAX_HANDSHAKE_MESSAGE
        try:
            check_length(self._waiting[0], length, limit)
        except RemoteProtocolError:
            self._lost = True
            return None
        size = header - 4 + length
        return size if size <= len(self._waiting) else None


class Dialogue:
    """Both directions of one connection, from its startup message on.

    What was said before TLS, and the request for it, do not belong here.
    """

    def __init__(self) -> None:
        self._front, self._back = _Stream(started=False), _Stream(started=True)
        self._password_kind: PasswordKind = "password"  # noqa: S105  (the name of a kind)
        self._digest = False
        self._protocol_version = 0

    def frontend(self, data: bytes) -> list[Said]:
        """The client sent ``data``: the messages that it completes."""
        said = []
        untagged = not self._front.started
        for raw, sound in self._front.cut(data):
            message = self._decoded(raw, untagged=untagged) if sound else None
            said.append(Said("F", raw, message))
            untagged = False
        return said

    def backend(self, data: bytes) -> list[Said]:
        """The same for what the server sent."""
        return [
            Said("B", raw, self._heard(raw) if sound else None)
            for raw, sound in self._back.cut(data)
        ]

    def cut_off(self) -> list[Said]:
        """The server is gone: what it began to say."""
        rest = self._back.rest()
        return [Said("B", rest)] if rest else []

    def unheard(self) -> bytes:
        """The beginning of a message of the client that has not come to its end yet."""
        return self._front.rest()

    def _decoded(self, raw: bytes, *, untagged: bool) -> Message | None:
        try:
            if untagged:
                return decode_startup(raw[4:])
            return decode_frontend(
                raw[0], raw[5:], password_kind=self._password_kind, digest=self._digest
            )
        except RemoteProtocolError:
            return None

    def _heard(self, raw: bytes) -> Message | None:
        try:
            message = decode_backend(raw[0], raw[5:], self._protocol_version)
        except RemoteProtocolError:
            return None
        match message:
            case AuthenticationSASL():
                self._password_kind = "sasl_initial"  # noqa: S105  (the name of a kind)
            case AuthenticationSASLContinue():
                self._password_kind = "sasl_response"  # noqa: S105  (the name of a kind)
            case AuthenticationRequest() if not isinstance(message, AuthenticationOk):
                self._password_kind = "password"  # noqa: S105  (the name of a kind)
            case ParameterStatus("server_protocol_version", value) if value in _VERSIONS:
                self._protocol_version = int(value)
        if isinstance(message, AuthenticationRequest):
            self._digest = isinstance(message, AuthenticationDigest)
        return message
