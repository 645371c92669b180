"""What a server may say at any time: readiness, settings, notifications, errors, notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.base import Backend
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import int32, text


@dataclass(frozen=True, slots=True)
class ReadyForQuery(Backend):
    """The server is idle. ``status``: ``I`` no transaction, ``T`` in one, ``E`` in a failed one."""

    status: str
    tag = b"Z"

    def _pack(self) -> bytes:
        if self.status not in ("I", "T", "E"):
            raise LocalProtocolError(f"the status is {self.status!r}; it must be I, T or E")
        return self.status.encode()

    @classmethod
    def _unpack(cls, reader: Reader) -> ReadyForQuery:
        if (status := chr(reader.byte())) not in ("I", "T", "E"):
            raise reader.error(f"the status is {status!r}")
        return cls(status)


@dataclass(frozen=True, slots=True)
class ParameterStatus(Backend):
    """A setting and its value now."""

    name: str
    value: str
    tag = b"S"

    def _pack(self) -> bytes:
        return text(self.name, "the setting's name") + text(self.value, "the setting's value")

    @classmethod
    def _unpack(cls, reader: Reader) -> ParameterStatus:
        return cls(reader.text(), reader.text())


@dataclass(frozen=True, slots=True)
class NotificationResponse(Backend):
    """Another session's NOTIFY; PostgreSQL only."""

    process_id: int
    channel: str
    payload: str
    tag = b"A"

    def _pack(self) -> bytes:
        channel = text(self.channel, "the channel")
        return (
            int32(self.process_id, "the process ID") + channel + text(self.payload, "the payload")
        )

    @classmethod
    def _unpack(cls, reader: Reader) -> NotificationResponse:
        return cls(reader.int32(), reader.text(), reader.text())


def _pack_fields(fields: Mapping[str, str]) -> bytes:
    """Each field's one-byte key and text; a NUL in place of a key ends them."""
    parts = []
    for key, content in fields.items():
        if len(key) != 1 or not "\0" < key < "\u0100":
            raise LocalProtocolError(f"the key of a field is {key!r}; it must be one byte")
        parts.append(key.encode("latin-1") + text(content, f"field {key}"))
    return b"".join(parts) + b"\0"


def _unpack_fields(reader: Reader) -> dict[str, str]:
    fields = {}
    while key := reader.byte():
        fields[chr(key)] = reader.text()
    return fields


@dataclass(frozen=True, slots=True)
class ErrorResponse(Backend):
    """An error: texts by the one-letter keys of the manual's list of fields.

    A field that comes twice counts as it came last.
    """

    fields: dict[str, str]
    tag = b"E"

    def _pack(self) -> bytes:
        return _pack_fields(self.fields)

    @classmethod
    def _unpack(cls, reader: Reader) -> ErrorResponse:
        return cls(_unpack_fields(reader))


@dataclass(frozen=True, slots=True)
class NoticeResponse(Backend):
    """A notice or warning, with fields like an ErrorResponse's."""

    fields: dict[str, str]
    tag = b"N"

    def _pack(self) -> bytes:
        return _pack_fields(self.fields)

    @classmethod
    def _unpack(cls, reader: Reader) -> NoticeResponse:
        return cls(_unpack_fields(reader))
