"""How the answer to a statement ends when all is well: CommandComplete, ReadyForQuery."""

from __future__ import annotations

import struct

READY = b"Z\0\0\0\5"
"""How ReadyForQuery begins, whose body is one byte."""

_STATUS = 6  # ReadyForQuery is so long
_head = struct.Struct("!ci")


def ending(data: memoryview) -> tuple[str, str] | None:
    """The command tag and the transaction's status, if ``data`` is just these two messages,
    each as it should be."""
    tail = bytes(data)
    command = tail[_head.size : -_STATUS]
    if tail[-_STATUS:-1] != READY or not command or command.find(b"\0") != len(command) - 1:
        return None
    status = chr(tail[-1])
    if status not in "ITE" or _head.unpack_from(tail) != (b"C", len(command) + 4):
        return None
    return command[:-1].decode("utf-8", "replace"), status
