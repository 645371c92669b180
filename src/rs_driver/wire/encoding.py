"""Fields to bytes, checked: the writing counterpart of ``buffer.Reader``.

``what`` names the field in the LocalProtocolError that a value raises when it does not
fit its place on the wire. The error never holds the value itself, which may be a secret.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from rs_driver.errors import LocalProtocolError

MAX_COUNT = 32767
"""The most parameters, columns or format codes that a message can carry. The field is an
int16; PostgreSQL reads some of them as unsigned, Redshift does not."""

NULL = b"\xff\xff\xff\xff"
"""What stands in place of a value's length: -1."""
_NONE = b"\0\0"
_int8 = struct.Struct("!b")
_int16 = struct.Struct("!h")
_int32 = struct.Struct("!i")
_uint32 = struct.Struct("!I")
length = _int32.pack
"""An int32 as it is; struct.error where it does not fit."""


def cstring(data: bytes, what: str) -> bytes:
    """``data`` and a NUL, which must not be in ``data`` already."""
    if b"\0" in data:
        raise LocalProtocolError(f"{what} holds a NUL, which the protocol cannot carry")
    return data + b"\0"


def text(string: str, what: str, *, empty: bool = True) -> bytes:
    """``string`` in UTF-8 and a NUL. ``empty=False`` where an empty one would end a list."""
    if not string:
        if empty:
            return b"\0"
        raise LocalProtocolError(f"{what} is empty, which the protocol reads as the list's end")
    try:
        return cstring(string.encode(), what)
    except UnicodeEncodeError as error:
        raise LocalProtocolError(f"{what} cannot be encoded in UTF-8") from error


def int8(number: int, what: str) -> bytes:
    """``number`` as an int8."""
    return _number(_int8, number, what)


def int16(number: int, what: str) -> bytes:
    """``number`` as an int16."""
    return _number(_int16, number, what)


def int32(number: int, what: str) -> bytes:
    """``number`` as an int32."""
    return _number(_int32, number, what)


def uint32(number: int, what: str) -> bytes:
    """``number`` as a uint32."""
    return _number(_uint32, number, what)


def _number(layout: struct.Struct, number: int, what: str) -> bytes:
    try:
        return layout.pack(number)
    except struct.error as error:
        raise LocalProtocolError(f"{what} does not fit {layout.size * 8} bits") from error


def count16(items: Sequence[object], what: str) -> bytes:
    """How many ``items`` there are, as an int16."""
    if len(items) > MAX_COUNT:
        raise _too_many(len(items), what)
    return _int16.pack(len(items))


def _too_many(count: int, what: str) -> LocalProtocolError:
    return LocalProtocolError(f"{count} {what}: the protocol's limit is {MAX_COUNT}")


def int16s(numbers: Sequence[int], what: str) -> bytes:
    """A count and as many int16."""
    return _numbers("h", numbers, what)


def oids(numbers: Sequence[int], what: str) -> bytes:
    """A count and as many OIDs, which are uint32."""
    return _numbers("I", numbers, what)


def _numbers(code: str, numbers: Sequence[int], what: str) -> bytes:
    if not numbers:
        return _NONE
    if (count := len(numbers)) > MAX_COUNT:
        raise _too_many(count, what)
    try:
        return struct.pack(f"!h{count}{code}", count, *numbers)
    except struct.error as error:
        raise LocalProtocolError(f"one of the {what} does not fit its field") from error


def exactly(size: int, data: bytes, what: str) -> bytes:
    """``data``, which must be ``size`` bytes long."""
    if len(data) != size:
        raise LocalProtocolError(f"{what} has {len(data)} bytes instead of {size}")
    return data


def sized(data: bytes, what: str) -> bytes:
    """An int32 length and ``data``."""
    return int32(len(data), f"the length of {what}") + data


def value(data: bytes | None, what: str) -> bytes:
    """An int32 length and ``data``; None is NULL, of length -1."""
    return NULL if data is None else sized(data, what)


def values(items: Sequence[bytes | None], what: str) -> bytes:
    """An int16 count and as many values."""
    parts = [count16(items, what)]
    try:
        for item in items:
            if item is None:
                parts.append(NULL)
            else:
                parts.append(length(len(item)))
                parts.append(item)
    except struct.error as error:
        raise LocalProtocolError(f"one of the {what} is longer than 2 GiB") from error
    return b"".join(parts)
