"""Reading a ``ColumnBuffer`` back, to compare it with values that were decoded singly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from rs_driver.ports.rows import ColumnBuffer
from rs_driver_fakeserver.conformance.claims import claim

_NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        **dict(zip("cCsSiIlLfg", "bBhHiIqQfd", strict=True)),
        **dict(zip("tdD tiM ttu tDu tsu: tsu:UTC".split(), "iiqqqq", strict=True)),
    }
)
"""Arrow's formats of numbers, dates and times to those of ``struct``."""
_VARIABLE: Mapping[str, Callable[[bytes], Any]] = MappingProxyType({"u": bytes.decode, "z": bytes})

_EXACT = Context(prec=39)


def column_values(buffer: ColumnBuffer) -> list[Any]:
    """The values of a column, None for NULL: numbers, booleans, text, bytes, decimals, and
    lists of these; dates, times, durations and intervals as the numbers that they are kept as.

    AssertionError for a buffer that is not in its type's layout.
    """
    validity = None if buffer.validity is None else bytes(memoryview(buffer.validity).cast("B"))
    claim(validity is None or len(validity) == buffer.length, "validity has one byte for each row")
    values = _values(buffer)
    claim(len(values) >= buffer.length, f"{len(values)} values for {buffer.length} rows")
    return [
        None if validity is not None and not validity[at] else values[at]
        for at in range(buffer.length)
    ]


def _values(buffer: ColumnBuffer) -> list[Any]:
    kind = buffer.type.format
    data = memoryview(buffer.data).cast("B")
    if kind in _NUMBERS:
        return [number for (number,) in struct.iter_unpack(f"={_NUMBERS[kind]}", data)]
    if kind == "b":
        claim(set(data) <= {0, 1}, "a boolean is a byte, 0 or 1")
        return [bool(flag) for flag in data]
    if kind in _VARIABLE:
        read = _VARIABLE[kind]
        return [read(bytes(data[start:stop])) for start, stop in pairwise(_offsets(buffer))]
    if kind == "+l":
        elements = column_values(buffer.children[0])
        return [elements[start:stop] for start, stop in pairwise(_offsets(buffer))]
    claim(kind.startswith("d:") or kind == "tin", f"{kind!r} is a format that the driver knows")
    wide = [data[at : at + 16] for at in range(0, len(data), 16)]
    if kind == "tin":
        return [struct.unpack("=iiq", parts) for parts in wide]
    scale = int(kind[2:].split(",")[1])
    numbers = [Decimal(int.from_bytes(one, "little", signed=True)) for one in wide]
    return [_EXACT.scaleb(number, -scale) for number in numbers]


def _offsets(buffer: ColumnBuffer) -> list[int]:
    claim(buffer.offsets is not None, "a variable-length format has offsets")
    offsets = list(
        memoryview(b"" if buffer.offsets is None else buffer.offsets).cast("B").cast("i")
    )
    claim(len(offsets) == buffer.length + 1, "there is one offset more than there are rows")
    claim(offsets == sorted(offsets) and not offsets[0], "offsets go from 0 upwards")
    return offsets
