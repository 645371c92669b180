"""RowScanner and RowDecoder: rows in the core's own buffers, and what is made of them.

The values that pass through here are spans over a buffer, so that a row becomes Python
objects once, where the caller asked for them, and columns need not become Python
objects at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Union

from rs_driver.ports.codec import CodecMap
from rs_driver.wire.results import FieldDescription

Buffer = Union[bytes, bytearray]


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

    ``positions`` and ``lengths`` are in bytes, one a row, rising; ``nulls`` is true where the
    value is NULL (its length is -1 on the wire and 0 here), and is None where no value is.
    ``fixed``: where no value is NULL and all have one length, those bytes as an array of
    numpy's, one item of that many bytes a row; None where they have not been brought
    together.
    """

    buffer: Buffer
    positions: Sequence[int]
    lengths: Sequence[int]
    nulls: Sequence[bool] | None = None
    fixed: Any | None = None

    def each(self, decode: Callable[[bytes], Any]) -> list[Any]:
        """``decode`` of one value's bytes after the other, None for NULL."""
        data = bytes(self.buffer)
        spans = zip(_listed(self.positions), _listed(self.lengths), strict=True)
        if self.nulls is None:
            return [decode(data[first : first + length]) for first, length in spans]
        return [
            None if null else decode(data[first : first + length])
            for (first, length), null in zip(spans, _listed(self.nulls), strict=True)
        ]


def _listed(values: Any) -> Sequence[Any]:
    """Python's own numbers, where they are numpy's."""
    listed: Sequence[Any] = values.tolist() if hasattr(values, "tolist") else values
    return listed


@dataclass(frozen=True)
class ColumnType:
    """A type by the Arrow C data interface: its format string, and its children's types.

    ``i``, ``l``, ``g``, ``u``, ``tsu:UTC``, ``d:38,2``; ``+l`` has one child, the elements.
    """

    format: str
    children: tuple[ColumnType, ...] = ()


@dataclass(frozen=True)
class ColumnBuffer:
    """One column of a batch in Arrow's memory layout (the Arrow C data interface).

    ``type``: what it holds. ``data``: the values end to end, NULL's being anything. A
    boolean has one byte here, 0 or 1. ``offsets``: int32 offsets into ``data``, or into the
    child, one more than there are values, for a variable-length format; else None.
    ``validity``: one byte a row, 0 for NULL, or None where there is none. All three support
    the buffer protocol. ``children``: the elements of a list, all of the column's.
    """

    type: ColumnType
    length: int
    data: Any
    offsets: Any | None = None
    validity: Any | None = None
    children: tuple[ColumnBuffer, ...] = ()


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
        """One buffer a column. Errors as ``tuples``; a DataError, too, for a value that has
        no form in the column's Arrow type."""

    def types(self) -> list[ColumnType]:
        """What ``columns`` gives, known before the first batch. NotSupportedError for a type
        without a columnar form, InterfaceError where there is no numpy."""


class RowDecoder(Protocol):
    """Makes the decoder of one result."""

    def compile(self, fields: Sequence[FieldDescription], codecs: CodecMap) -> Decoder:
        """Plan how rows of ``fields`` are decoded; done once a result."""
