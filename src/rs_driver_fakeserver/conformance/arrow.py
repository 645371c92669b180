"""Reading a ``ColumnBuffer`` back, to compare it with values that were decoded singly."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from rs_driver.ports.rows import ColumnBuffer
from rs_driver_fakeserver.conformance.claims import claim

_NUMBERS: Mapping[str, str] = MappingProxyType(dict(zip("cCsSiIlLfg", "bBhHiIqQfd", strict=True)))
"""Arrow's formats of numbers to those of ``struct``."""
_VARIABLE: Mapping[str, Callable[[bytes], Any]] = MappingProxyType({"u": bytes.decode, "z": bytes})


def column_values(buffer: ColumnBuffer) -> list[Any]:
    """The values of a column of numbers, of ``d:`` decimals, of text or bytes; None for NULL.

    AssertionError for another format, as its Python values are not Arrow's business.
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
    data = memoryview(buffer.data).cast("B")
    if buffer.format in _NUMBERS:
        return [number for (number,) in struct.iter_unpack(f"={_NUMBERS[buffer.format]}", data)]
    if buffer.format in _VARIABLE:
        claim(buffer.offsets is not None, "a variable-length format has offsets")
        offsets = list(memoryview(buffer.offsets or b"").cast("B").cast("i"))
        claim(len(offsets) == buffer.length + 1, "there is one offset more than there are rows")
        claim(offsets == sorted(offsets) and not offsets[0], "offsets go from 0 upwards")
        read = _VARIABLE[buffer.format]
        return [read(bytes(data[start:stop])) for start, stop in pairwise(offsets)]
    if buffer.format.startswith("d:"):
        scale = int(buffer.format[2:].split(",")[1])
        wide = [data[at : at + 16] for at in range(0, len(data), 16)]
        return [
            Decimal(int.from_bytes(number, "little", signed=True)).scaleb(-scale) for number in wide
        ]
    raise AssertionError(
        f"override column_values(buffer) to read columns of Arrow's format {buffer.format!r}"
    )
