"""What makes a hostile stream of a sound one: lies, damage, and messages out of place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

_HEADER = 5
_COUNT_AT = {ord("T"): 5, ord("D"): 5, ord("t"): 5, ord("G"): 6, ord("H"): 6}
"""Where the int16 count of a message is, by its type."""


@dataclass(frozen=True)
class Mutation(ABC):
    """One change. ``message``: which one is meant, counted round and round."""

    message: int

    def apply(self, pieces: list[bytes]) -> list[bytes]:
        """The messages afterwards."""
        if not pieces:
            return pieces
        at = self.message % len(pieces)
        return [*pieces[:at], *self.changed(pieces[at], pieces[at + 1 :])]

    @abstractmethod
    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        """What the message and those behind it become."""


@dataclass(frozen=True)
class Length(Mutation):
    """The length field says ``length``, or the right one plus ``add``."""

    length: int | None = None
    add: int = 0

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        length = len(piece) - 1 + self.add if self.length is None else self.length
        return [piece[:1] + _int32(length) + piece[_HEADER:], *rest]


@dataclass(frozen=True)
class Count(Mutation):
    """The count of columns, values or formats is ``count``; another message stays."""

    count: int

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        at = _COUNT_AT.get(piece[0]) if piece else None
        if at is None or len(piece) < at + 2:
            return [piece, *rest]
        return [piece[:at] + self.count.to_bytes(2, "big", signed=True) + piece[at + 2 :], *rest]


@dataclass(frozen=True)
class Number(Mutation):
    """Four bytes of the body, at ``offset``, are another number, as of a value's length."""

    offset: int
    number: int

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        room = len(piece) - _HEADER - 3
        if room <= 0:
            return [piece, *rest]
        at = _HEADER + self.offset % room
        return [piece[:at] + _int32(self.number) + piece[at + 4 :], *rest]


@dataclass(frozen=True)
class Flip(Mutation):
    """The bits of ``mask`` of one byte are inverted."""

    offset: int
    mask: int

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        if not piece:
            return rest
        at = self.offset % len(piece)
        return [piece[:at] + bytes([piece[at] ^ self.mask]) + piece[at + 1 :], *rest]


@dataclass(frozen=True)
class Tag(Mutation):
    """The message is of another type, known or not."""

    tag: int

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        return [bytes([self.tag]) + piece[1:], *rest]


@dataclass(frozen=True)
class Shorten(Mutation):
    """The end of the body is missing; ``adjust``: the length field says so."""

    by: int
    adjust: bool

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        left = piece[: max(_HEADER, len(piece) - self.by)]
        if self.adjust:
            left = left[:1] + _int32(len(left) - 1) + left[_HEADER:]
        return [left, *rest]


@dataclass(frozen=True)
class End(Mutation):
    """The stream ends after so many bytes of the message."""

    after: int

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:  # noqa: ARG002  (cut off)
        return [piece[: self.after % max(len(piece), 1)]]


@dataclass(frozen=True)
class Insert(Mutation):
    """Other bytes in the message, or in front of it."""

    offset: int
    data: bytes

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        at = self.offset % (len(piece) + 1)
        return [piece[:at] + self.data + piece[at:], *rest]


@dataclass(frozen=True)
class Remove(Mutation):
    """The message does not come."""

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:  # noqa: ARG002  (left out)
        return rest


@dataclass(frozen=True)
class Repeat(Mutation):
    """The message comes twice."""

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        return [piece, piece, *rest]


@dataclass(frozen=True)
class Swap(Mutation):
    """The message comes after the next one."""

    def changed(self, piece: bytes, rest: list[bytes]) -> list[bytes]:
        return [*rest[:1], piece, *rest[1:]]


def mutated(pieces: list[bytes], mutations: Iterable[Mutation]) -> list[bytes]:
    """The messages of a stream after all of these changes, in order."""
    for mutation in mutations:
        pieces = mutation.apply(pieces)
    return pieces


def _int32(number: int) -> bytes:
    """``number``, or what is left of it in four bytes."""
    return (number % (1 << 32)).to_bytes(4, "big")
