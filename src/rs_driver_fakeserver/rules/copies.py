"""What a rule says in a COPY by the protocol, as the data messages of a server."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
MOST_COLUMNS = 1600
"""As many as a table of a server can have."""


def chunks(given: str | bytes | Iterable[str | bytes], *, binary: bool) -> tuple[bytes, ...]:
    """The data of each CopyData: a line each for a text, as servers send them.

    A list gives the messages as they are; a str in it is UTF-8. TypeError for what is no
    text.
    """
    if isinstance(given, (str, bytes, bytearray)):
        data = _bytes(given)
        return (data,) if binary else tuple(_LINE.findall(data))
    if not isinstance(given, Iterable):
        raise TypeError(f"COPY's data is str, bytes or a list of them, not {type(given).__name__}")
    return tuple(_bytes(chunk) for chunk in given)


def _bytes(given: object) -> bytes:
    if isinstance(given, str):
        return given.encode()
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    raise TypeError(f"COPY's data is str or bytes, not {type(given).__name__}")


def column_count(data: tuple[bytes, ...], *, binary: bool) -> int:
    """How many columns there seem to be, by the first row; 1 where there is none."""
    whole = b"".join(data[:2])
    if not binary:
        return whole.split(b"\n", 1)[0].count(b"\t") + 1
    if not whole.startswith(_SIGNATURE) or len(whole) < _HEADER:
        return 1
    at = _HEADER + int.from_bytes(whole[_HEADER - 4 : _HEADER], "big")
    return max(1, int.from_bytes(whole[at : at + 2], "big", signed=True))


def checked_columns(count: object) -> int:
    """``columns=`` of a COPY. TypeError or ValueError for what is no number of columns."""
    if not isinstance(count, int) or isinstance(count, bool):
        raise TypeError(f"columns= of a COPY is their number, not {type(count).__name__}")
    if not 0 <= count <= MOST_COLUMNS:
        raise ValueError(f"a COPY has 0 to {MOST_COLUMNS} columns, not {count}")
    return count
