from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from rs_driver.adapters.codecs.decimals import ScaledDecimals, ScaledFloats
from rs_driver.ports.rows import ColumnSlice
from rs_driver_fakeserver.conformance.arrow import column_values
from support.wire_values import number


def sliced(size: int, *numbers: int | None) -> ColumnSlice:
    buffer = b"".join(b"" if value is None else number(value, size) for value in numbers)
    lengths = [0 if value is None else size for value in numbers]
    positions = [sum(lengths[:at]) for at in range(len(lengths))]
    nulls = [value is None for value in numbers]
    return ColumnSlice(buffer, positions, lengths, nulls if any(nulls) else None)


NUMBERS = (0, 1, -1, 2**63 - 1, -(2**63), None)


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("scale", [0, 2, 20])
def test_decimals(size: int, scale: int) -> None:
    decimals = ScaledDecimals(scale, size, 38)
    expected = [n if n is None else Decimal(n).scaleb(-scale) for n in NUMBERS]
    found = decimals.values(sliced(size, *NUMBERS))
    assert found == expected
    assert list(map(str, found)) == list(map(str, expected))
    assert column_values(decimals.buffer(sliced(size, *NUMBERS))) == expected


def test_beyond_64_bits() -> None:
    values = (2**64, -(2**64) - 1, 10**38 - 1, -(10**38) + 1, 5)
    decimals = ScaledDecimals(0, 16, 38)
    assert decimals.values(sliced(16, *values)) == list(map(Decimal, values))
    assert column_values(decimals.buffer(sliced(16, *values))) == list(map(Decimal, values))


def test_the_other_width_than_was_thought() -> None:
    assert ScaledDecimals(2, 16, 38).values(sliced(8, 150)) == [Decimal("1.50")]
    assert ScaledDecimals(2, 8, 18).values(sliced(16, 150)) == [Decimal("1.50")]


@pytest.mark.parametrize("size", [4, 9])
def test_no_such_width(size: int) -> None:
    with pytest.raises(ValueError, match="not 8 or 16"):
        ScaledDecimals(2, 8, 18).values(sliced(size, 1))


def test_brought_together() -> None:
    fixed = np.array([1, 2], ">i8").view("V8")
    nowhere = np.zeros(2, np.int64)
    column = ColumnSlice(b"", nowhere, nowhere, None, fixed)  # type: ignore[arg-type]
    assert ScaledDecimals(1, 8, 18).values(column) == [Decimal("0.1"), Decimal("0.2")]


def test_floats_are_rounded_once() -> None:
    floats = ScaledFloats(20, 16)
    value = 10**38 - 1
    assert floats.values(sliced(16, value, None)) == [value / 10**20, None]
    assert column_values(floats.buffer(sliced(16, 30, None))) == [3e-19, None]
