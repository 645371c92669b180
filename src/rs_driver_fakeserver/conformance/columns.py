"""A server of one column, whose values are bytes as they were given, whatever their type.

The fake server proper knows types and encodes values; this one knows neither, so that a
codec for any OID at all can be tried with the whole driver above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ParameterStatus, ReadyForQuery
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync, Terminate
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    FieldDescription,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from rs_driver_fakeserver.dialect import ServerKind

_LENGTH, _HEADER = 4, 5
_REDSHIFT = (("server_version", "8.0.2"), ("server_protocol_version", "2"))
_POSTGRES = (("server_version", "15.4"),)


class ColumnPeer:
    """A ``ports.transport.Peer``: each statement gives the column ``field``.

    ``values``: the rows by format code, None for NULL. A login needs no proof.
    """

    def __init__(
        self,
        kind: ServerKind,
        field: FieldDescription,
        values: Mapping[int, Sequence[bytes | None]],
    ) -> None:
        self._kind = kind
        self._field = field
        self._values = values
        self._version = 2 if kind == "redshift" else 0
        self._received = bytearray()
        self._started = False
        self._parameters: dict[str, tuple[int, ...]] = {}
        self._format = 0
        self.closed = False

    def feed(self, data: bytes) -> bytes:
        """See the port."""
        self._received += data
        said: list[BackendMessage] = []
        while (size := self._complete()) and not self.closed:
            message = bytes(self._received[:size])
            del self._received[:size]
            if self._started:
                decoded = decode_frontend(message[0], message[_HEADER:])
                said += self._answer(decoded)
            else:
                self._started = True
                statuses = _REDSHIFT if self._kind == "redshift" else _POSTGRES
                said.append(AuthenticationOk())
                said += [ParameterStatus(name, value) for name, value in statuses]
                said.append(ReadyForQuery("I"))
        return b"".join([message.encode() for message in said])

    def eof(self) -> None:
        """See the port."""
        self.closed = True

    def _complete(self) -> int:
        """The bytes of the first message, 0 while it is not complete."""
        head = self._started * 1
        if len(self._received) < head + _LENGTH:
            return 0
        size = head + int.from_bytes(self._received[head : head + _LENGTH], "big")
        return size if len(self._received) >= size else 0

    def _answer(self, message: FrontendMessage) -> list[BackendMessage]:
        match message:
            case Parse():
                self._parameters[message.statement] = message.parameter_oids
                return [ParseComplete()]
            case Bind():
                codes = message.result_formats
                self._format = codes[0] if codes else 0
                return [BindComplete()]
            case Describe(kind=b"S"):
                oids = self._parameters.get(message.name, ())
                return [ParameterDescription(oids), self._description(0)]
            case Describe():
                return [self._description(self._format)]
            case Execute():
                rows = self._values[self._format]
                return [*(DataRow((value,)) for value in rows), CommandComplete("SELECT")]
            case Close():
                return [CloseComplete()]
            case Query():
                return [CommandComplete("SET"), ReadyForQuery("I")]
            case Sync():
                return [ReadyForQuery("I")]
            case Terminate():
                self.closed = True
        return []

    def _description(self, format: int) -> RowDescription:
        return RowDescription((replace(self._field, format=format),), self._version)


class ColumnServer:
    """A ``ports.transport.PeerOpener`` of ``ColumnPeer``."""

    def __init__(
        self,
        kind: ServerKind,
        field: FieldDescription,
        values: Mapping[int, Sequence[bytes | None]],
    ) -> None:
        self._arguments = (kind, field, values)

    def open_peer(self) -> ColumnPeer:
        """A new connection."""
        return ColumnPeer(*self._arguments)
