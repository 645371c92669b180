"""COPY over the connection, in both directions. PostgreSQL only: Redshift's COPY reads S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rs_driver.wire.base import Backend, Frontend
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import int8, int16s, text

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class _CopyResponse(Backend):
    """COPY begins. ``format`` 0 is text, 1 is binary; the columns' formats follow it."""

    format: int
    column_formats: tuple[int, ...]

    def _pack(self) -> bytes:
        return int8(self.format, "the format") + int16s(self.column_formats, "column formats")

    @classmethod
    def _unpack(cls, reader: Reader) -> Self:
        return cls(reader.int8(), reader.int16s())


@dataclass(frozen=True, slots=True)
class CopyInResponse(_CopyResponse):
    """The server waits for CopyData."""

    tag = b"G"


@dataclass(frozen=True, slots=True)
class CopyOutResponse(_CopyResponse):
    """The server is about to send CopyData."""

    tag = b"H"


@dataclass(frozen=True, slots=True)
class CopyBothResponse(_CopyResponse):
    """Both send CopyData: streaming replication."""

    tag = b"W"


@dataclass(frozen=True, slots=True)
class CopyData(Frontend, Backend):
    """A piece of the data; its borders mean nothing."""

    data: bytes
    tag = b"d"

    def _pack(self) -> bytes:
        return self.data

    @classmethod
    def _unpack(cls, reader: Reader) -> CopyData:
        return cls(reader.rest())


@dataclass(frozen=True, slots=True)
class CopyDone(Frontend, Backend):
    """All of the data was sent."""

    tag = b"c"


@dataclass(frozen=True, slots=True)
class CopyFail(Frontend):
    """The client gives up; the server fails the COPY with ``reason``."""

    reason: str
    tag = b"f"

    def _pack(self) -> bytes:
        return text(self.reason, "the reason")

    @classmethod
    def _unpack(cls, reader: Reader) -> CopyFail:
        return cls(reader.text())
