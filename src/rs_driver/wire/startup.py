"""A connection's first moment: the untagged requests, and what answers them before login.

The four untagged messages begin with an int32 code: a protocol version (major in the
upper half) or one of three numbers that no version will ever be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.base import Backend, Body, Frontend, secret
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import int32, text

PROTOCOL_3_0 = 3 << 16
_REQUESTS = 1234  # the major "version" of the requests that are not a startup


def _expect(reader: Reader, code: int) -> None:
    if (found := reader.int32()) != code:
        raise reader.error(f"code {found} instead of {code}")


@dataclass(frozen=True, slots=True)
class StartupMessage(Frontend):
    """Who wants in, and with which settings: keys (never empty) and values, in order."""

    parameters: tuple[tuple[str, str], ...]
    protocol: int = PROTOCOL_3_0
    tag = b""

    def _pack(self) -> bytes:
        parts = [int32(self.protocol, "the protocol version")]
        for key, value in self.parameters:
            # An empty key would end the list and hide the settings behind it.
            parts.append(text(key, "a startup key", empty=False))
            parts.append(text(value, "a startup value"))
        return b"".join(parts) + b"\0"

    @classmethod
    def _unpack(cls, reader: Reader) -> StartupMessage:
        protocol = reader.int32()
        parameters = []
        while key := reader.text():
            parameters.append((key, reader.text()))
        return cls(tuple(parameters), protocol)


@dataclass(frozen=True, slots=True)
class SSLRequest(Frontend):
    """May we speak TLS? Answered by one byte, ``S`` or ``N``."""

    tag = b""
    code: ClassVar[int] = _REQUESTS << 16 | 5679

    def _pack(self) -> bytes:
        return int32(self.code, "the code")

    @classmethod
    def _unpack(cls, reader: Reader) -> SSLRequest:
        _expect(reader, cls.code)
        return cls()


@dataclass(frozen=True, slots=True)
class GSSENCRequest(Frontend):
    """May we speak GSSAPI encryption? Answered by one byte, ``G`` or ``N``."""

    tag = b""
    code: ClassVar[int] = _REQUESTS << 16 | 5680

    def _pack(self) -> bytes:
        return int32(self.code, "the code")

    @classmethod
    def _unpack(cls, reader: Reader) -> GSSENCRequest:
        _expect(reader, cls.code)
        return cls()


@dataclass(frozen=True, slots=True)
class CancelRequest(Frontend):
    """Cancel what another connection, named by its BackendKeyData, is doing."""

    process_id: int
    secret_key: int = secret()
    tag = b""
    code: ClassVar[int] = _REQUESTS << 16 | 5678

    def _pack(self) -> bytes:
        key = int32(self.secret_key, "the secret key")
        return int32(self.code, "the code") + int32(self.process_id, "the process ID") + key

    @classmethod
    def _unpack(cls, reader: Reader) -> CancelRequest:
        _expect(reader, cls.code)
        return cls(reader.int32(), reader.int32())


_FirstMessage = StartupMessage | SSLRequest | GSSENCRequest | CancelRequest


def decode_startup(body: Body) -> _FirstMessage:
    """The untagged message with this body, chosen by the code that it begins with."""
    code = Reader(body, "startup").int32()
    for request in (SSLRequest, CancelRequest, GSSENCRequest):
        if code == request.code:
            return request.decode(body)
    if code >> 16 == _REQUESTS:
        raise RemoteProtocolError(f"unknown request {code} instead of a startup message")
    return StartupMessage.decode(body)


@dataclass(frozen=True, slots=True)
class NegotiateProtocolVersion(Backend):
    """The server knows only an older minor version, or not all ``_pq_.`` settings."""

    newest_minor: int
    unrecognized: tuple[str, ...]
    tag = b"v"

    def _pack(self) -> bytes:
        head = int32(self.newest_minor, "the newest minor version")
        count = int32(len(self.unrecognized), "the count of settings")
        return head + count + b"".join([text(name, "a setting") for name in self.unrecognized])

    @classmethod
    def _unpack(cls, reader: Reader) -> NegotiateProtocolVersion:
        newest_minor, count = reader.int32(), reader.int32()
        if not 0 <= count <= reader.remaining:
            raise reader.error(f"{count} settings in {reader.remaining} bytes")
        return cls(newest_minor, tuple([reader.text() for _ in range(count)]))


@dataclass(frozen=True, slots=True)
class BackendKeyData(Backend):
    """What a CancelRequest for this connection must say."""

    process_id: int
    secret_key: int = secret()
    tag = b"K"

    def _pack(self) -> bytes:
        return int32(self.process_id, "the process ID") + int32(self.secret_key, "the secret key")

    @classmethod
    def _unpack(cls, reader: Reader) -> BackendKeyData:
        return cls(reader.int32(), reader.int32())
