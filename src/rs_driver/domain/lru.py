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
        self._max_entries = max_entries
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

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keep ``value`` in place of an older one, and forget others as the bounds ask."""
        older = self._entries.pop(key, None)
        if older is not None:
            self._size -= older[1]
        if size > self._max_size // 4:
            return
        self._entries[key] = (value, size)
        self._size += size
        while len(self._entries) > self._max_entries or self._size > self._max_size:
            _, (_, gone) = self._entries.popitem(last=False)
            self._size -= gone
