"""Rows by numpy: all rows of a batch at once, one column after the other.

Importing this module does not import numpy: the first batch that is worth it does. For
shorter ones, and where numpy is not installed, the stdlib's scanner and decoder work.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from typing import Any

from rs_driver.adapters.rows.struct_ import (
    LARGE_BATCH,
    SHORT_RUN,
    StructRows,
    column_buffer,
    walk,
)
from rs_driver.ports.codec import CodecMap, Decode
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, RowBatch
from rs_driver.wire.results import FieldDescription

WORTH_BYTES, WORTH_ROWS = 12 * 1024, 96
"""The least that is scanned and decoded by numpy; with less, its calls take longer."""
IMPORT_BYTES, IMPORT_ROWS = 256 * 1024, 5000
"""How much of that must have come before numpy is imported, where nobody else has."""


class _Numpy:
    """Whether to use numpy for a piece of work, importing it where that pays."""

    def __init__(self, worth: int, import_after: int) -> None:
        self._worth = worth
        self._import_after = import_after
        self._seen = 0
        self._there: bool | None = None

    def pays(self, amount: int) -> bool:
        """Whether numpy is there and should do ``amount`` of work."""
        if amount < self._worth:
            return False
        if self._there is None:
            self._seen += amount
            if "numpy" not in sys.modules and self._seen < self._import_after:
                return False
            try:
                import numpy as np  # noqa: F401

                self._there = True
            except ImportError:
                self._there = False
        return self._there


class NumpyScanner:
    """A ``RowScanner`` that looks at all bytes at once for what may be a DataRow's head.

    The first rows are walked: the run may be over then, and the bytes behind it are none
    of its business. ``worth``: how many bytes must follow those rows for the rest to be
    scanned by numpy.
    """

    def __init__(self, worth: int = WORTH_BYTES) -> None:
        self._numpy = _Numpy(worth, IMPORT_BYTES)

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        first: list[int] = []
        at = walk(view, columns, 0, first.append, SHORT_RUN)
        if len(first) < SHORT_RUN:
            return first, at
        if not self._numpy.pays(len(view) - at):
            return first, walk(view, columns, at, first.append)
        from rs_driver.adapters.rows.chain import follow

        starts, at = follow(view, columns, first, at)
        # A memoryview gives Python ints and is true when it is not empty: a Sequence[int].
        return starts.data, at


class NumpyDecoder:
    """A ``RowDecoder`` whose decoders gather whole columns.

    ``worth``: the fewest rows in a batch for which this is done.
    """

    def __init__(self, worth: int = WORTH_ROWS) -> None:
        self._worth = worth

    def compile(self, fields: Sequence[FieldDescription], codecs: CodecMap) -> NumpyRows:
        return NumpyRows(fields, codecs, self._worth)


class NumpyRows:
    """The ``Decoder`` of one result.

    What it cannot take at once, it leaves to the scalar decoder: short batches, and all
    batches with something wrong in them, so that the errors are the same.
    """

    def __init__(
        self, fields: Sequence[FieldDescription], codecs: CodecMap, worth: int = WORTH_ROWS
    ) -> None:
        self._numpy = _Numpy(worth, IMPORT_ROWS)
        self._scalar = StructRows(fields, codecs)
        decoders = self._scalar.decoders
        self._bare: list[Decode] = [getattr(decode, "bare", decode) for decode in decoders]
        self._codes: list[str] = [getattr(decode, "struct_code", "") for decode in decoders]
        self._widths = [struct.calcsize("!" + code) for code in self._codes]

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        values = self._values(batch) if self._is_worth_it(batch) else None
        if values is None:
            return self._scalar.tuples(batch)
        return list(zip(*values, strict=True))

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:
        if not self._is_worth_it(batch):
            return self._scalar.columns(batch)
        from rs_driver.adapters.rows.gather import layout

        spans = layout(batch, self._widths)
        if spans is None:
            return self._scalar.columns(batch)
        buffers = []
        for field, (at, size) in zip(self._scalar.fields, spans, strict=True):
            # numpy's arrays do all that a codec may ask of a Sequence.
            arrays: tuple[Any, Any, Any] = (at, size.clip(0), size < 0)
            column = ColumnSlice(batch.buffer, *arrays)
            buffers.append(column_buffer(self._scalar.codecs, field, column))
        return buffers

    def _is_worth_it(self, batch: RowBatch) -> bool:
        if not self._bare or batch.stop > LARGE_BATCH:
            return False
        return self._numpy.pays(len(batch))

    def _values(self, batch: RowBatch) -> list[list[Any]] | None:
        """The values by column; None where anything is wrong."""
        from rs_driver.adapters.rows.gather import each, layout, numbers, texts

        spans = layout(batch, self._widths)
        if spans is None:
            return None
        data = bytes(memoryview(batch.buffer)[: batch.stop])
        values = []
        try:
            for span, bare, code in zip(spans, self._bare, self._codes, strict=True):
                if code:
                    values.append(numbers(data, span, code))
                elif bare is bytes.decode:
                    values.append(texts(data, span))
                else:
                    values.append(each(data, span, bare))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 (the scalar path finds which value it is, and says so)
            return None
        return values
