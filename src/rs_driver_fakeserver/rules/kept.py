"""What a rule remembers of its runs, within bounds: a client may come without end."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

_T = TypeVar("_T")

MOST_KEPT = 10_000
MOST_BYTES = 16 * 1024 * 1024


class Kept(Generic[_T]):
    """The newest things, up to ``MOST_KEPT`` and, but for the last, ``MOST_BYTES``."""

    def __init__(self) -> None:
        self._things: deque[tuple[_T, int]] = deque()
        self._size = 0

    def add(self, thing: _T, size: int) -> None:
        """Keep one more, of about so many bytes; let go of the oldest."""
        self._things.append((thing, size))
        self._size += size
        while len(self._things) > MOST_KEPT or (self._size > MOST_BYTES and len(self._things) > 1):
            self._size -= self._things.popleft()[1]

    def all(self) -> list[_T]:
        """Those that are left, the oldest first."""
        return [thing for thing, _ in self._things]
