"""Arrays as a server would put them on the wire, written without the code under test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from support.wire_values import number


def array_binary(
    oid: int,
    lengths: Sequence[int],
    elements: Sequence[bytes | None],
    has_null: int | None = None,
    lower: int = 1,
) -> bytes:
    """The binary form: ``elements`` of type ``oid`` in row-major order."""
    flag = int(None in elements) if has_null is None else has_null
    data = number(len(lengths), 4) + number(flag, 4) + oid.to_bytes(4, "big")
    for length in lengths:
        data += number(length, 4) + number(lower, 4)
    return data + b"".join(element_binary(element) for element in elements)


def element_binary(element: bytes | None) -> bytes:
    return number(-1, 4) if element is None else number(len(element), 4) + element


def array_text(value: Any) -> bytes:
    """The text form of (nested) lists of bytes and None. Every element is quoted."""
    if value is None:
        return b"NULL"
    if isinstance(value, bytes):
        return b'"' + b"".join(_SIGNS.get(sign, bytes((sign,))) for sign in value) + b'"'
    return b"{" + b",".join(array_text(item) for item in value) + b"}"


_SIGNS = {ord('"'): b'\\"', ord("\\"): b"\\\\"}


def leaves(value: Any) -> list[Any]:
    """What nested lists hold, in row-major order."""
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    """Nested lists with ``function`` applied to what they hold, but not to None."""
    if isinstance(value, list):
        return [mapped(item, function) for item in value]
    return None if value is None else function(value)


def lengths_of(value: Any) -> list[int]:
    """The length of the lists at each depth."""
    lengths = []
    while isinstance(value, list):
        lengths.append(len(value))
        value = value[0]
    return lengths
