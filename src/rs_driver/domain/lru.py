"""A mapping that forgets what was used least recently, bounded in number and in size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Lru"]

V = TypeVar("V")


class Lru(Generic[V]):
    """At most ``max_entries`` values of at most ``max_size`` in all.

    The unit of size is the caller's. A value of more than a quarter of ``max_size`` is
    not kept, as it would drive out too much. Not safe for threads without a lock.
    """

    def __init__(self, max_entries: int, max_size: int) -> None:
        self._entries: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self.max_entries = max_entries
        self._max_size = max_size
        self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """The size of all that is kept."""
        return self._size

    def get(self, key: Hashable) -> V | None:
        """The value of ``key``, which is thereby the latest used; None if there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, value: V, size: int) -> list[V]:
        """Keep ``value`` and forget others as the bounds ask; what was forgotten, an older
        value of ``key`` included."""
        gone = [] if (older := self.pop(key)) is None else [older]
        if size > self._max_size // 4 or not self.max_entries:
            return gone
        self._entries[key] = (value, size)
        self._size += size
        while len(self._entries) > self.max_entries or self._size > self._max_size:
            _, (oldest, freed) = self._entries.popitem(last=False)
            self._size -= freed
            gone.append(oldest)
        return gone

    def pop(self, key: Hashable) -> V | None:
        """Forget ``key``; its value, None if there was none."""
        if (entry := self._entries.pop(key, None)) is None:
            return None
        self._size -= entry[1]
        return entry[0]
