"""The careful path: one DataRow's spans, and the error for a batch that did not decode.

The row decoders' loops check no more than they must to be sound. When one of them meets
anything unexpected it comes here, so that the error is the same whoever found it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from rs_driver.errors import DataError, Error, RemoteProtocolError
from rs_driver.ports.codec import Decode
from rs_driver.wire.results import FieldDescription

ROW_TAG = ord("D")
HEAD_SIZE = 7
"""Bytes before a DataRow's first value: tag, int32 length, int16 count."""

_head = struct.Struct("!BiH")
_length = struct.Struct("!i")


def spans(data: bytes | memoryview, start: int, columns: int) -> tuple[list[tuple[int, int]], int]:
    """Where the values of the DataRow at ``start`` lie, and where the message ends.

    Position and length in bytes for each value, length -1 for NULL. RemoteProtocolError
    for a message that is not a DataRow of ``columns`` values that fill it exactly.
    """
    if start < 0 or start + HEAD_SIZE > len(data):
        raise _malformed("it is incomplete")
    tag, length, count = _head.unpack_from(data, start)
    stop = start + 1 + length
    if tag != ROW_TAG or stop > len(data):
        raise _malformed("it is incomplete")
    if count != columns:
        raise _malformed(f"{count} values where {columns} were described")
    at = start + HEAD_SIZE
    found = []
    for _ in range(columns):
        if at + _length.size > stop:
            raise _malformed("it ends before its last value")
        (size,) = _length.unpack_from(data, at)
        at += _length.size
        if size < -1 or at + max(size, 0) > stop:
            raise _malformed(f"a value claims {size} bytes, {stop - at} are left")
        found.append((at, size))
        at += max(size, 0)
    if at != stop:
        raise _malformed(f"{stop - at} bytes too many")
    return found, stop


def explain(
    data: bytes | memoryview,
    starts: Iterable[int],
    fields: Sequence[FieldDescription],
    decoders: Sequence[Decode],
) -> Error | None:
    """The error for rows that did not decode, None where nothing is wrong with them.

    A row that is no row comes first: its RemoteProtocolError, else the first value's
    DataError by row and column.
    """
    starts = list(starts)
    try:
        for start in starts:
            spans(data, start, len(fields))
        for start in starts:
            row = zip(spans(data, start, len(fields))[0], fields, decoders, strict=True)
            for (at, size), field, decode in row:
                if size >= 0:
                    _decode(decode, bytes(data[at : at + size]), field)
    except Error as error:
        return error
    return None


def fickle() -> DataError:
    """The error for rows that did not decode although nothing is wrong with them."""
    return DataError("a codec failed on a value that it read when asked again")


def _decode(decode: Decode, data: bytes, field: FieldDescription) -> None:
    try:
        decode(data)
    except (Error, MemoryError):
        raise
    except Exception as error:  # a codec of the user's own may raise anything
        raise DataError(
            f'column "{field.name}": its codec failed with {type(error).__name__}: {error}'
        ) from error


def _malformed(problem: str) -> RemoteProtocolError:
    return RemoteProtocolError(f"malformed DataRow message: {problem}")
