"""Rows by numpy: all rows of a batch at once, one column after the other.

Importing this module does not import numpy: the first batch that is worth it does. For
shorter ones, and where numpy is not installed, the stdlib's scanner and decoder work.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rs_driver.adapters.rows.checks import explain, fickle
from rs_driver.adapters.rows.struct_ import (
    LARGE_BATCH,
    SHORT_RUN,
    StructRows,
    walk,
)
from rs_driver.errors import DataError, Error, NotSupportedError
from rs_driver.ports.codec import CodecMap, ColumnDecode, Decode
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType, RowBatch
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.rows.plan import Plan

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
        self._window = 0

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        first: list[int] = []
        at = walk(view, columns, 0, first.append, SHORT_RUN)
        if len(first) < SHORT_RUN:
            return first, at
        if not self._numpy.pays(len(view) - at):
            return first, walk(view, columns, at, first.append)
        from rs_driver.adapters.rows.chain import FIRST_WINDOW, LAST_WINDOW, follow

        # After a long run another one is likely: of the same result.
        starts, at = follow(view, columns, first, at, self._window or FIRST_WINDOW)
        self._window = LAST_WINDOW if 2 * at >= LAST_WINDOW else FIRST_WINDOW
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
        self._least = worth
        self._numpy = _Numpy(worth, IMPORT_ROWS)
        self._codecs = codecs
        self._scalar = StructRows(fields, codecs)
        self._bare: list[Decode] = [
            getattr(decode, "bare", decode) for decode in self._scalar.decoders
        ]
        self._ways: list[ColumnDecode | None] = []
        self._plan: Plan | None = None

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        few = len(batch.starts) < self._least
        values = None if few or not self._is_worth_it(batch) else self._values(batch)
        if values is None:
            return self._scalar.tuples(batch)
        return list(zip(*values, strict=True))

    def types(self) -> list[ColumnType]:
        self._planned()
        pairs = zip(self._scalar.fields, self._ways, strict=True)
        return [_there(way, field).type for field, way in pairs]

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:
        plan = self._planned()
        ways = [
            _there(way, field) for field, way in zip(self._scalar.fields, self._ways, strict=True)
        ]
        try:
            spans = plan.columns(batch, batch.buffer)
            if spans is None:
                raise ValueError("the rows do not add up")
            triples = zip(self._scalar.fields, ways, spans, strict=True)
            return [_buffer(way, column, field) for field, way, column in triples]
        except MemoryError:
            raise
        except Exception as error:  # whatever it was, explain() knows what the caller may see
            raise self._explained(batch, error) from error

    def _explained(self, batch: RowBatch, error: Exception) -> Error:
        """Why a batch has no columns: a row or a value is wrong, or has no form in Arrow."""
        view = memoryview(batch.buffer).toreadonly()[: batch.stop]
        scalar = self._scalar
        wrong = explain(view, batch.starts, scalar.fields, scalar.decoders)
        return wrong or (error if isinstance(error, DataError) else fickle())

    def _is_worth_it(self, batch: RowBatch) -> bool:
        if not self._bare or batch.stop > LARGE_BATCH:
            return False
        return self._numpy.pays(len(batch))

    def _planned(self) -> Plan:
        """The plan, made where it is first needed: what it is made of imports numpy."""
        if self._plan is None:
            from rs_driver.adapters.rows.plan import Plan

            self._ways = [self._codecs.column_decoder(field) for field in self._scalar.fields]
            self._plan = Plan([0 if way is None else way.width for way in self._ways])
        return self._plan

    def _values(self, batch: RowBatch) -> list[list[Any]] | None:
        """The values by column; None where anything is wrong."""
        plan = self._planned()
        data = bytes(memoryview(batch.buffer)[: batch.stop])
        try:
            spans = plan.columns(batch, data)
            if spans is None:
                return None
            return [
                column.each(bare) if way is None else way.values(column)
                for column, way, bare in zip(spans, self._ways, self._bare, strict=True)
            ]
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 (the scalar path finds which value it is, and says so)
            return None


def _buffer(way: ColumnDecode, column: ColumnSlice, field: FieldDescription) -> ColumnBuffer:
    try:
        return way.buffer(column)
    except DataError as error:
        raise DataError(f'column "{field.name}": {error.message}') from error


def _there(way: ColumnDecode | None, field: FieldDescription) -> ColumnDecode:
    if way is None:
        raise NotSupportedError(
            f'column "{field.name}": type OID {field.type_oid} in format {field.format} '
            "has no form in Arrow: its codec has no column_decoder()"
        )
    return way
