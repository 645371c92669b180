"""Columns of Redshift's binary NUMERIC: two's complement integers of 8 or 16 bytes.

Importing this module imports numpy, as ``columns`` does.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import repeat
from typing import Any

import numpy as np

from rs_driver.adapters.codecs.columns import Array, gathered, validity, width_of, with_nulls
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType

_INT128_DIGITS = 39
_PAIR = np.dtype([("high", ">i8"), ("low", ">u8")])


class _Scaled:
    """``scale``: digits after the point. ``width``: of the values, if all goes well."""

    def __init__(self, scale: int, width: int) -> None:
        self._scale = scale
        self.width = width

    def _numbers(self, column: ColumnSlice) -> list[int]:
        """The integers; anything where NULL."""
        high, low = _halves(column)
        if high is None:
            numbers: list[int] = low.tolist()
            return numbers
        if (high == low.astype(np.int64) >> 63).all():  # 64 bits are enough, as often
            short: list[int] = low.astype(np.int64).tolist()
            return short
        return [(first << 64) | last for first, last in zip(high.tolist(), low.tolist())]  # noqa: B905


def _halves(column: ColumnSlice) -> tuple[Array | None, Array]:
    """The upper 64 bits, None where there are none, and the lower ones."""
    width = width_of(column)
    if width == 16:
        pairs = gathered(column, "V16").view(_PAIR)
        return pairs["high"].astype(np.int64), pairs["low"].astype(np.uint64)
    if width not in (0, 8):
        raise ValueError(f"{width} bytes, not 8 or 16")
    return None, gathered(column, ">i8").astype(np.int64)


class ScaledDecimals(_Scaled):
    """Decimals, in Python and as Arrow's decimal128. ``precision``: digits at most."""

    def __init__(self, scale: int, width: int, precision: int) -> None:
        super().__init__(scale, width)
        self._precision = precision
        self.type = ColumnType(f"d:{precision},{scale}")
        # The traps make a rounded result impossible, rather than merely unexpected.
        self._multiply = Context(prec=_INT128_DIGITS, traps=[Inexact, InvalidOperation]).multiply
        self._unit = Decimal((0, (1,), -scale))

    def values(self, column: ColumnSlice) -> list[Any]:
        # That takes ints as they are, in less time than to make Decimals of them first.
        decimals = map(self._multiply, self._numbers(column), repeat(self._unit))
        return with_nulls(list(decimals), column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        high, low = _halves(column)
        halves = np.empty((len(low), 2), "<u8")
        halves[:, 0] = low.view(np.uint64)
        if high is None:
            high = low >> 63
        halves[:, 1] = high.view(np.uint64)
        there = validity(column.nulls)
        self._check(high, low.view(np.uint64), there)
        return ColumnBuffer(self.type, len(low), halves.reshape(-1), None, there)

    def _check(self, high: Array, low: Array, there: Array | None) -> None:
        """ValueError for more digits than the type has: Arrow's readers rely on it."""
        top, rest = divmod(10**self._precision, 2**64)
        negative = high < 0
        # The absolute value, in two halves.
        lower = np.where(negative, ~low + np.uint64(1), low)
        upper = np.where(negative, ~high + (low == 0), high).view(np.uint64)
        large = (upper > top) | ((upper == top) & (lower >= np.uint64(rest)))
        if there is not None:
            large &= there != 0
        if large.any():
            raise ValueError("more digits than the type has")


class ScaledFloats(_Scaled):
    """The nearest floats: an integer divided by a power of ten, and rounded once."""

    type = ColumnType("g")

    def values(self, column: ColumnSlice) -> list[Any]:
        divisor = 10**self._scale
        floats: list[Any] = [number / divisor for number in self._numbers(column)]
        return with_nulls(floats, column.nulls)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        divisor = 10**self._scale
        floats = np.array([number / divisor for number in self._numbers(column)], np.float64)
        return ColumnBuffer(self.type, len(floats), floats, None, validity(column.nulls))
