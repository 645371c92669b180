"""The binary form of arrays.

int32 dimensions, int32 1 where there are NULLs, uint32 OID of the elements; for each
dimension int32 length and int32 lower bound; then the elements, each an int32 length (-1
for NULL) and its bytes. Source: PostgreSQL's ``array_send``, which Redshift shares.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

from rs_driver.adapters.codecs.array_text import MAX_DIMENSIONS
from rs_driver.ports.codec import Decode

Elements = Callable[[bytes, int, int], list[Any]]
"""Reads so many elements from an offset on, up to the end of the bytes."""

_head = struct.Struct("!iiI")
_dimension = struct.Struct("!ii")
_length = struct.Struct("!i")
_NULL = _length.pack(-1)


def parse(data: bytes, elements_of: Callable[[int], Elements]) -> list[Any]:
    """The array as a list, of lists where it has several dimensions; NULL is None.

    ``elements_of`` gets the elements' OID. Lower bounds are dropped. An array with a length
    of 0 is the empty list. ValueError or struct.error for what is no array.
    """
    dimensions, has_null, oid = _head.unpack_from(data)
    if not 0 <= dimensions <= MAX_DIMENSIONS:
        raise ValueError(f"{dimensions} dimensions, not 0 to {MAX_DIMENSIONS}")
    if has_null not in (0, 1):
        raise ValueError("the flag for NULLs is neither 0 nor 1")
    start = _head.size + _dimension.size * dimensions
    lengths = struct.unpack_from(f"!{2 * dimensions}i", data, _head.size)[::2]
    if any(length < 0 for length in lengths):
        raise ValueError("a dimension of negative length")
    count = math.prod(lengths) if lengths else 0
    # Before anything is allocated by it: each element has its length at least.
    if count * _length.size > len(data) - start:
        raise ValueError(f"{count} elements announced, {len(data) - start} bytes for them")
    values = elements_of(oid)(data, start, count)
    for length in reversed(lengths[1:] if count else ()):
        values = [values[at : at + length] for at in range(0, len(values), length)]
    return values


def elements(decode: Decode, struct_code: str = "") -> Elements:
    """The ``Elements`` that reads each by ``decode``.

    ``struct_code``: the letter by which ``struct`` reads the whole value, big-endian; then
    an array without NULLs is read at once.
    """
    fixed = struct.Struct("!i" + struct_code)
    width = fixed.size - _length.size

    def read(data: bytes, start: int, count: int) -> list[Any]:
        if width and len(data) - start == count * fixed.size:
            pairs = list(fixed.iter_unpack(memoryview(data)[start:]))
            if all(length == width for length, _ in pairs):
                return [value for _, value in pairs]
        return _one_by_one(data, start, count, decode)

    return read


def _one_by_one(data: bytes, start: int, count: int, decode: Decode) -> list[Any]:
    values: list[Any] = []
    length_at = _length.unpack_from
    at, end = start, len(data)
    for _ in range(count):
        (length,) = length_at(data, at)
        at += _length.size
        if length == -1:
            values.append(None)
            continue
        if not 0 <= length <= end - at:
            raise ValueError("an element's length leads out of the array")
        values.append(decode(data[at : at + length]))
        at += length
    if at != end:
        raise ValueError(f"{end - at} bytes after the last element")
    return values


def pack(oid: int, values: Sequence[bytes | None], lengths: Sequence[int]) -> bytes:
    """The array of ``values`` of type ``oid`` in row-major order, None for NULL.

    ``lengths``: of the lists at each depth. Lower bounds are 1.
    """
    parts = [_head.pack(len(lengths), int(None in values), oid)]
    parts += [_dimension.pack(length, 1) for length in lengths]
    for value in values:
        parts += (_NULL,) if value is None else (_length.pack(len(value)), value)
    return b"".join(parts)
