"""How the answer to a statement ends when all is well: CommandComplete, ReadyForQuery."""

from __future__ import annotations

import struct
from typing import NamedTuple

READY = b"Z\0\0\0\5"
"""How ReadyForQuery begins, whose body is one byte."""

_STATUS = 6  # ReadyForQuery is so long
_head = struct.Struct("!ci")


class Ending(NamedTuple):
    """``command``: the command tag. ``status``: of the transaction, as ReadyForQuery's."""

    command: str
    status: str


def ending(data: memoryview) -> Ending | None:
    """What ``data`` says, if it is just these two messages, each as it should be."""
    tail = bytes(data)
    command = tail[_head.size : -_STATUS]
    if tail[-_STATUS:-1] != READY or not command or command.find(b"\0") != len(command) - 1:
        return None
    status = chr(tail[-1])
    if status not in "ITE" or _head.unpack_from(tail) != (b"C", len(command) + 4):
        return None
    return Ending(command[:-1].decode("utf-8", "replace"), status)
