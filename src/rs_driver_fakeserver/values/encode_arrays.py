"""Arrays in both formats, of elements in the format that their own encoders write.

Own code on purpose, like all encoders here: see ``encode_text``. A value is a list, nested
for more dimensions, or the text of a literal such as ``[0:1]={1,2}``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from rs_driver_fakeserver.values.arrays import Array, from_lists, literal, parsed
from rs_driver_fakeserver.values.encode_numbers import Encoder

_int32 = struct.Struct("!i")
_head = struct.Struct("!iiI")
_bound = struct.Struct("!ii")
_NULL = _int32.pack(-1)

Read = Callable[[str], object]
"""An element of a literal to the value that the element's encoder takes."""


def text(element: Encoder, read: Read) -> Encoder:
    """The encoder of arrays in text; ``element`` writes one element in text."""

    def encode(value: object) -> bytes:
        return literal(_array(value, read), lambda item: element(item).decode()).encode()

    return encode


def binary(element: Encoder, element_oid: int, read: Read) -> Encoder:
    """The encoder of arrays in binary; ``element`` writes one element in binary."""

    def encode(value: object) -> bytes:
        array = _array(value, read)
        parts = [_head.pack(len(array.lengths), None in array.elements, element_oid)]
        parts += map(_bound.pack, array.lengths, array.lower_bounds)
        for item in array.elements:
            if item is None:
                parts.append(_NULL)
            else:
                data = element(item)
                parts += _int32.pack(len(data)), data
        return b"".join(parts)

    return encode


def _array(value: object, read: Read) -> Array:
    if isinstance(value, str):
        return parsed(value, read)
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{value!r} is not a list")
    return from_lists(value)
