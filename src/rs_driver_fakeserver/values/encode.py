"""Rows to DataRow messages: one encoder a column, chosen once a result."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values import encode_binary, encode_text
from rs_driver_fakeserver.values.types import WireType

TEXT, BINARY = 0, 1
"""The format codes of the protocol."""

Field = Callable[[object], bytes]
"""A value, or None, to a field of a DataRow: its int32 length and its bytes."""

_NULL = b"\xff\xff\xff\xff"
_length = struct.Struct("!i")
_header = struct.Struct("!cih")


def field_encoder(wire_type: WireType, format_code: int, dialect: Dialect) -> Field:
    """How a column's values become fields in ``format_code``."""
    if format_code not in (TEXT, BINARY):
        raise SqlError("22023", f"unsupported format code: {format_code}")
    module = encode_binary if format_code == BINARY else encode_text
    encode: Callable[[object], bytes] = module.encoder(wire_type, dialect)
    pack: Callable[[int], bytes] = _length.pack

    def field(value: object) -> bytes:
        if value is None:
            return _NULL
        data = encode(value)
        return pack(len(data)) + data

    return field


def data_rows(rows: Sequence[Sequence[object]], fields: Sequence[Field]) -> bytes:
    """The rows as DataRow messages, one after the other.

    SqlError XX000, naming the column, for a value that its column cannot hold; use
    ``sound_rows`` to learn how many rows come before it.
    """
    if not rows:
        return b""
    count = len(fields)
    try:
        columns = [
            [field(value) for value in values]
            for field, values in zip(fields, zip(*rows, strict=True), strict=True)
        ]
    except UNFIT as error:
        raise SqlError("XX000", f"the fake server cannot send a row: {error}") from error
    messages = []
    for row in zip(*columns, strict=True) if count else [()] * len(rows):
        body = b"".join(row)
        messages.append(_header.pack(b"D", len(body) + 6, count))
        messages.append(body)
    return b"".join(messages)


UNFIT = (ValueError, TypeError, ArithmeticError, AttributeError, struct.error)
"""What the encoders raise for a value of the wrong type or out of range."""


def sound_rows(rows: Sequence[Sequence[object]], fields: Sequence[Field]) -> int:
    """How many rows from the first on can be sent."""
    return next((at for at, row in enumerate(rows) if not _sound(row, fields)), len(rows))


def _sound(row: Sequence[object], fields: Sequence[Field]) -> bool:
    try:
        data_rows([row], fields)
    except SqlError:
        return False
    return True
