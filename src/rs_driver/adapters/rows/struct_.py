"""Rows by the stdlib alone: a walk over the messages, a loop over each row's values."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

from rs_driver.adapters.rows.checks import HEAD_SIZE, ROW_TAG, explain, fickle, spans
from rs_driver.adapters.rows.unrolled import PREFIX, Unrolled, one_by_one, step, unrolled
from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.codec import CodecMap, Decode
from rs_driver.ports.rows import ColumnBuffer, ColumnType, RowBatch
from rs_driver.wire.results import FieldDescription

_head = struct.Struct("!BiH")
_length = struct.Struct("!i")
_PADDING = bytes(8)  # a fixed-width value is read before it is known not to be NULL

LARGE_BATCH = 16 * 1024 * 1024
"""A batch of more bytes than this is not copied as a whole before it is decoded."""

WORTH_UNROLLING = 1000
"""Rows of a result, after which a function of its own is made for the rest."""

SHORT_RUN = 32
"""Rows; where runs are shorter, walking takes no longer than numpy does."""


class StructScanner:
    """A ``RowScanner`` that goes from message to message."""

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        starts: list[int] = []
        return starts, walk(view, columns, 0, starts.append)


def walk(
    view: memoryview,
    columns: int,
    at: int,
    found: Callable[[int], None],
    most: int | None = None,
) -> int:
    """Call ``found`` with the offset of each complete DataRow from ``at`` on.

    Returns the offset after the last of them, or after ``most`` of them. Errors as
    ``RowScanner.scan``.
    """
    end = len(view)
    least = HEAD_SIZE - 1 + 4 * columns
    head = _head.unpack_from
    for _ in repeat(None) if most is None else repeat(None, most):
        if at + HEAD_SIZE > end:
            break
        tag, length, count = head(view, at)
        if tag != ROW_TAG:
            return at
        if length < least or count != columns:
            raise RemoteProtocolError(
                f"malformed DataRow message: {length} bytes with {count} values, "
                f"where {columns} values were described"
            )
        after = at + 1 + length
        if after > end:
            return at
        found(at)
        at = after
    if at + 5 <= end and view[at] == ROW_TAG and _length.unpack_from(view, at + 1)[0] < least:
        raise RemoteProtocolError(f"malformed DataRow message: no room for {columns} values")
    return at


class StructDecoder:
    """A ``RowDecoder`` whose decoders read one value after the other.

    ``worth``: after how many rows of a result a function of its own is made for it.
    """

    def __init__(self, worth: int = WORTH_UNROLLING) -> None:
        self._worth = worth

    def compile(self, fields: Sequence[FieldDescription], codecs: CodecMap) -> StructRows:
        return StructRows(fields, codecs, self._worth)


class StructRows:
    """The ``Decoder`` of one result."""

    def __init__(
        self, fields: Sequence[FieldDescription], codecs: CodecMap, worth: int = WORTH_UNROLLING
    ) -> None:
        self._worth = worth
        self.fields = tuple(fields)
        self.codecs = codecs
        self.decoders = [codecs.decoder(field) for field in self.fields]
        self._steps = [step(decode) for decode in self.decoders]
        self._seen = 0
        self._rows: Unrolled | None = None

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        view = memoryview(batch.buffer).toreadonly()[: batch.stop]
        try:
            if batch.stop > LARGE_BATCH:
                return [self._large(view, start) for start in batch.starts]
            if self._rows is None:
                self._seen += len(batch)
                if self._seen > self._worth:
                    self._rows = unrolled(self._steps)
            if self._rows is not None:
                return self._rows(view, batch.starts)
            return self._tuples(b"".join((view, _PADDING)), batch.starts, batch.stop)
        except MemoryError:
            raise
        except Exception as error:  # whatever it was, explain() knows what the caller may see
            raise (explain(view, batch.starts, self.fields, self.decoders) or fickle()) from error

    def _large(self, view: memoryview, start: int) -> tuple[Any, ...]:
        """One row, of which no more than one value is copied at a time, and text never."""
        row = zip(spans(view, start, len(self._steps))[0], self._steps, strict=True)
        return tuple(
            None if size < 0 else _value(view[at : at + size], decode)
            for (at, size), (_, _, decode, _, _) in row
        )

    def _tuples(self, data: bytes, starts: Sequence[int], end: int) -> list[tuple[Any, ...]]:
        """The rows; ValueError, or what a codec raises, where anything does not add up.

        Positions only ever grow, and each row must end where its message does, so a
        length that leads out of its row is noticed there at the latest.
        """
        rows: list[tuple[Any, ...]] = []
        steps, columns, prefix = self._steps, len(self._steps), PREFIX.unpack_from
        for start in starts:
            length, count = prefix(data, start + 1)
            stop = start + 1 + length
            if count != columns or stop > end:
                raise ValueError("not a row of this result")
            row: list[Any] = []
            if one_by_one(data, start + HEAD_SIZE, steps, row) != stop:
                raise ValueError("a row ends before or after its message")
            rows.append(tuple(row))
        return rows

    def types(self) -> list[ColumnType]:
        raise _no_numpy()

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:  # noqa: ARG002  (the port's)
        raise _no_numpy()


def _no_numpy() -> InterfaceError:
    return InterfaceError(
        "columns are made by numpy: pip install 'rs_driver[numpy]', and leave rows='struct' out"
    )


def _value(data: memoryview, decode: Decode) -> Any:
    """One value that may be large: text is decoded from where it lies, without a copy."""
    return str(data, "utf-8") if decode is bytes.decode else decode(bytes(data))
