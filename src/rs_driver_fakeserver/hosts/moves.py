"""What a host does with the bytes of one connection, one step after the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Send:
    """Let the client have these bytes, in one piece where the medium allows it."""

    data: bytes


@dataclass(frozen=True)
class Wait:
    """Let time pass: real on a socket, virtual in memory."""

    seconds: float


@dataclass(frozen=True)
class Close:
    """Hang up at once, as a process that dies does."""


@dataclass(frozen=True)
class Reset:
    """Break the connection off: RST on a socket, ConnectionResetError in memory."""


@dataclass(frozen=True)
class HalfClose:
    """Say no more (FIN), and go on reading."""


@dataclass(frozen=True)
class Stall:
    """Neither read nor write any more, until somebody else ends the connection."""


Move = Send | Wait | Close | Reset | HalfClose | Stall
