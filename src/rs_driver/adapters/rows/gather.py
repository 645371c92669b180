"""The values of a batch, gathered column by column by numpy.

Every position is proved to lie inside its row before anything is read from it. These
functions say that something is wrong (None, or any exception), not what: that is for
the scalar path, which the caller then takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rs_driver.adapters.rows.checks import HEAD_SIZE, ROW_TAG
from rs_driver.ports.codec import Decode
from rs_driver.ports.rows import RowBatch

Ints = npt.NDArray[np.int64]
Span = tuple[Ints, npt.NDArray[np.int32]]
"""Where a column's values begin, and their lengths as on the wire: -1 for NULL."""

_GATHERED = 32  # bytes a value, on average; longer ones are cut out faster one by one


def overlapping(data: bytes | memoryview, code: str) -> npt.NDArray[Any]:
    """The big-endian numbers that begin at each byte of ``data``."""
    kind = np.dtype(">" + _DTYPES[code])
    every: npt.NDArray[Any] = np.ndarray((len(data) - kind.itemsize + 1,), kind, data, strides=(1,))
    return every


_DTYPES = {"h": "i2", "i": "i4", "q": "i8", "H": "u2", "I": "u4", "f": "f4", "d": "f8"}


def layout(batch: RowBatch, widths: Sequence[int]) -> list[Span] | None:
    """Where each column's values are; None unless every row is one, value by value.

    ``widths``: the length that a column's values mostly have, 0 where there is none.
    """
    data = memoryview(batch.buffer).toreadonly()[: batch.stop]
    starts: Ints = np.asarray(batch.starts, np.int64)
    if not ((starts >= 0) & (starts + HEAD_SIZE <= len(data))).all():
        return None
    int32 = overlapping(data, "i")
    ends: Ints = starts + 1 + int32[starts + 1]
    rows = overlapping(data, "H")[starts + 5] == len(widths)
    rows &= np.frombuffer(data, np.uint8)[starts] == ROW_TAG
    if not (rows & (ends <= len(data))).all():
        return None
    at: Ints = starts + HEAD_SIZE
    spans: list[Span] = []
    for width in widths:
        if not (at + 4 <= ends).all():
            return None
        size = int32[at].astype(np.int32)
        at = at + 4
        spans.append((at, size))
        if width and (size == width).all():
            at = at + width
        elif (size < -1).any():
            return None
        else:
            at = at + np.maximum(size, 0)
    return spans if (at == ends).all() else None


def numbers(data: bytes, span: Span, code: str) -> list[Any]:
    """The values of a fixed-width column by its ``struct`` letter."""
    at, size = span
    every = overlapping(data, code)
    width = every.dtype.itemsize
    if (size == width).all():
        return list(every[at].tolist())
    null = size == -1
    if not (null | (size == width)).all():
        raise ValueError("a value of another width")
    # A NULL that ends the data has a position where no value would fit.
    values: list[Any] = every[np.minimum(at, len(every) - 1)].tolist()
    return _with_nulls(values, null)


def texts(data: bytes, span: Span) -> list[Any]:
    """The values of a UTF-8 column.

    Short ones are copied together, a NUL before each, decoded at once and split again.
    A value that itself holds a NUL makes more pieces than there are values.
    """
    at, size = span
    null = size == -1
    length: Ints = np.where(null, 0, size).astype(np.int64)
    ends = np.cumsum(length + 1)
    if ends[-1] > _GATHERED * len(at):
        return each(data, span, bytes.decode)
    firsts = ends - length - 1
    source = np.arange(ends[-1])
    source += np.repeat(at - 1 - firsts, length + 1)
    copied = np.frombuffer(data, np.uint8)[source]
    copied[firsts] = 0
    values: list[Any] = copied.tobytes().decode().split("\0")[1:]
    if len(values) != len(at):
        return each(data, span, bytes.decode)
    return _with_nulls(values, null)


def each(data: bytes, span: Span, decode: Decode) -> list[Any]:
    """The values of any column, one by one."""
    at, size = span
    firsts = at.tolist()
    if (size >= 0).all():
        return [
            decode(data[first:end]) for first, end in zip(firsts, (at + size).tolist(), strict=True)
        ]
    return [
        None if length < 0 else decode(data[first : first + length])
        for first, length in zip(firsts, size.tolist(), strict=True)
    ]


def _with_nulls(values: list[Any], null: npt.NDArray[np.bool_]) -> list[Any]:
    for row in np.flatnonzero(null).tolist():
        values[row] = None
    return values
