"""Statements or portals by name: which are there, as far as the client can know it."""

from __future__ import annotations

import hashlib
from typing import Generic, TypeVar

_T = TypeVar("_T")

_MOST = 10_000
"""Names that are kept track of; a client that makes more is believed whatever it says."""
_LONGEST = 200


def _key(name: str) -> str:
    """The name, or something of bounded length in its place."""
    if len(name) <= _LONGEST:
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


class Names(Generic[_T]):
    """What the server holds by name.

    A name may be in doubt: the message that would have made or closed it failed or was
    skipped, and a client that pipelines had said more before it could hear of that. It
    may be vague for good: SQL (PREPARE, DECLARE) has to do with it, or the manual and
    servers disagree. Neither is held against the client.
    """

    def __init__(self) -> None:
        self._there: dict[str, _T] = {}
        self._doubted: set[str] = set()
        self._vague: set[str] = set()
        self._gone: dict[str, str] = {}
        self._unknown = False

    def __len__(self) -> int:
        return len(self._there)

    @property
    def all(self) -> dict[str, _T]:
        """What is there, by name (a long name by its digest)."""
        return dict(self._there)

    def get(self, name: str) -> _T | None:
        """What is there under the name, if it is known."""
        return self._there.get(_key(name))

    def add(self, name: str, item: _T) -> None:
        """The server has made it."""
        key = _key(name)
        if len(self._there) >= _MOST and key not in self._there:
            self._unknown = True
            return
        self._there[key] = item
        self._doubted.discard(key)
        self._gone.pop(key, None)

    def remove(self, name: str, why: str) -> _T | None:
        """It is gone, by the protocol's rules; ``why`` ends a sentence."""
        key = _key(name)
        self._doubted.discard(key)
        return self._drop(key, why)

    def clear(self, why: str) -> None:
        """All are gone."""
        self._doubted.clear()
        for key in list(self._there):
            self._drop(key, why)

    def _drop(self, key: str, why: str) -> _T | None:
        item = self._there.pop(key, None)
        if item is not None:
            self._gone[key] = why
            if len(self._gone) > _MOST:
                del self._gone[next(iter(self._gone))]
        return item

    def doubt(self, name: str) -> None:
        """The client may believe otherwise than is true, until it has ``settled``."""
        if len(self._doubted) < _MOST:
            self._doubted.add(_key(name))
        else:
            self._unknown = True

    def settle(self) -> None:
        """The client knows what became of all that it sent."""
        self._doubted.clear()

    def blur(self, name: str | None) -> None:
        """From here on nobody can say about this name; None: about any."""
        if name is None or len(self._vague) >= _MOST:
            self._unknown = True
        else:
            self._vague.add(_key(name))

    def missing(self, name: str) -> str | None:
        """Why the name certainly stands for nothing; None if that is not certain."""
        key = _key(name)
        if key in self._there or self._uncertain(key):
            return None
        return self._gone.get(key, "nothing has made it")

    def exists(self, name: str) -> bool:
        """Whether the name certainly stands for something."""
        key = _key(name)
        return key in self._there and not self._uncertain(key)

    def _uncertain(self, key: str) -> bool:
        return self._unknown or key in self._doubted or key in self._vague
