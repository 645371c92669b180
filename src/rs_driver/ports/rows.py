"""RowScanner and RowDecoder: rows in the core's own buffers, and what is made of them.

The values that pass through here are spans over a buffer, so that a row becomes Python
objects once, where the caller asked for them, and columns need not become Python
objects at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rs_driver.ports.codec import CodecMap
from rs_driver.wire.results import FieldDescription


@dataclass(frozen=True)
class RowBatch:
    """A run of complete DataRow messages.

    ``buffer[start:stop]`` holds them, tags and lengths included; ``starts`` are the
    positions in ``buffer`` of each message's tag byte. The batch owns the buffer:
    nobody writes to it any more, decoders included.
    """

    buffer: bytearray
    start: int
    stop: int
    starts: Sequence[int]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.starts)

    @property
    def nbytes(self) -> int:
        """How much memory the batch keeps alive, in bytes."""
        return len(self.buffer)


@dataclass(frozen=True)
class ColumnSlice:
    """One column of a batch: where each value lies in ``buffer``.

    ``positions`` and ``lengths`` are in bytes, one a row; ``nulls`` is true where the
    value is NULL (its length is -1 on the wire and 0 here).
    """

    buffer: bytearray
    positions: Sequence[int]
    lengths: Sequence[int]
    nulls: Sequence[bool]


@dataclass(frozen=True)
class ColumnBuffer:
    """One column of a batch in Arrow's memory layout (the Arrow C data interface).

    ``format``: the interface's format string (``i``, ``l``, ``u``, ``tsu:UTC``,
    ``d:38,2``). ``data``: the values. ``offsets``: int32 offsets into ``data`` for a
    variable-length format, else None. ``validity``: one byte a row, 0 for NULL, or
    None where there is none. All three support the buffer protocol.
    """

    format: str
    length: int
    data: Any
    offsets: Any | None = None
    validity: Any | None = None


class RowScanner(Protocol):
    """Finds the DataRow messages at the head of a buffer."""

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        """Where the complete DataRows at the start of ``view`` begin, and how far they go.

        Returns ``(starts, consumed)``: the offset of each message's tag byte and the
        offset after the last of them. Stops without error before anything else: another
        tag, an incomplete message. It may stop after any complete row, but takes the
        first where that is complete; whoever wants the next ones asks again. What it
        looks at must be bounded by what it takes, so that asking again costs no more.
        RemoteProtocolError for a DataRow whose length cannot hold its column count or
        whose count is not ``columns``.
        """


class Decoder(Protocol):
    """Turns batches of one result into values."""

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        """One tuple a row. A row whose fields do not add up is a RemoteProtocolError;
        a value that has no Python equivalent is a DataError."""

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:
        """One buffer a column. NotSupportedError for a type without a columnar form."""


class RowDecoder(Protocol):
    """Makes the decoder of one result."""

    def compile(self, fields: Sequence[FieldDescription], codecs: CodecMap) -> Decoder:
        """Plan how rows of ``fields`` are decoded; done once a result."""
