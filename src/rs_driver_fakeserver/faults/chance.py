"""Randomness that is the same in every run, on every machine, for the same seed."""

from __future__ import annotations

import hashlib


class Chance:
    """A stream of octets that follows from ``seed`` alone."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._asked = 0

    def octets(self, count: int) -> bytes:
        """The next ``count`` octets."""
        self._asked += 1
        return hashlib.shake_256(f"{self._seed}/{self._asked}".encode()).digest(count)

    def below(self, stop: int) -> int:
        """A number from 0 to ``stop`` - 1."""
        return int.from_bytes(self.octets(8), "big") % stop

    def happens(self, probability: float) -> bool:
        """Whether what has this probability happens now."""
        return probability >= 1 or self.below(2**53) < probability * 2**53
