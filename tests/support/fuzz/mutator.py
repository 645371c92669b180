"""Bytes that are nearly right: what is valid, with a few things changed. Seeded, so the
same every time."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

LONGEST = 64 * 1024
_LIES = (-1, -2, 0, 1, 2, 4, 127, 128, 255, 256, 2**15 - 1, 2**15, 2**16 - 1, 2**26)
_HUGE_LIES = (2**30, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63)
_DIGITS = re.compile(rb"[0-9]+")
_NUMBERS = (b"0", b"00", b"1", b"9", b"60", b"256", b"10000", b"2147483648", b"9" * 20, b"9" * 400)


class Mutator:
    """Gives one input after the other; ``corpus`` may grow meanwhile."""

    def __init__(self, seeds: Sequence[bytes], words: Sequence[bytes], seed: object) -> None:
        self.corpus = list(seeds) or [b""]
        self._words = words
        self._random = random.Random(repr(seed))
        changes: list[Callable[[bytearray], None]] = [
            self._flip, self._set, self._delete, self._insert, self._repeat, self._truncate,
            self._lie, self._lie, self._number, self._splice,
        ]  # fmt: skip
        self._changes = [*changes, *[self._word] * 3] if words else changes

    def next(self) -> bytes:
        """A valid input with one to four changes; they are few more often than many."""
        data = bytearray(self._random.choice(self.corpus))
        for _ in range(min(self._random.randint(1, 4), self._random.randint(1, 4))):
            self._random.choice(self._changes)(data)
        return bytes(data[:LONGEST])

    def _place(self, data: bytearray) -> int:
        return self._random.randint(0, len(data))

    def _some(self) -> int:
        """A small number of bytes, now and then a larger one."""
        return self._random.choice((1, 1, 2, 3, 4, 8, 16, 64))

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self._random.randrange(len(data))] ^= 1 << self._random.randrange(8)

    def _set(self, data: bytearray) -> None:
        if data:
            data[self._random.randrange(len(data))] = self._random.randrange(256)

    def _delete(self, data: bytearray) -> None:
        at = self._place(data)
        del data[at : at + self._some()]

    def _insert(self, data: bytearray) -> None:
        at = self._place(data)
        data[at:at] = self._random.randbytes(self._some())

    def _repeat(self, data: bytearray) -> None:
        """A piece of it once more, or very often."""
        at = self._place(data)
        piece = data[at : at + self._some()]
        data[at:at] = piece * self._random.choice((1, 1, 2, 8, 100))

    def _truncate(self, data: bytearray) -> None:
        del data[self._place(data) :]

    def _lie(self, data: bytearray) -> None:
        """A length or a count that is another, in two, four or eight bytes."""
        size = self._random.choice((2, 4, 4, 4, 8))
        at = self._place(data)
        told = int.from_bytes(data[at : at + size], "big")
        lie = self._random.choice((*_LIES, *_HUGE_LIES, told - 1, told + 1, len(data) - at))
        data[at : at + size] = (lie % 256**size).to_bytes(size, "big")

    def _number(self, data: bytearray) -> None:
        """A number in digits that is another."""
        found = list(_DIGITS.finditer(data))
        if found:
            start, stop = self._random.choice(found).span()
            data[start:stop] = self._random.choice(_NUMBERS)

    def _word(self, data: bytearray) -> None:
        at = self._place(data)
        data[at : at + self._random.choice((0, 0, self._some()))] = self._random.choice(self._words)

    def _splice(self, data: bytearray) -> None:
        """The head of it, the tail of another."""
        other = self._random.choice(self.corpus)
        data[self._place(data) :] = other[self._random.randint(0, len(other)) :]
