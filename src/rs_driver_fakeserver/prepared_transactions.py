"""Transactions that were prepared to be committed: they belong to no connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from rs_driver_fakeserver.engine.port import EngineSession, SqlError


@dataclass(frozen=True)
class PreparedTransaction:
    """One of them. ``prepared``: when, in UTC. ``owner``: the user who did it.

    ``number``: from 1, in the order in which they were prepared.
    """

    gid: str
    owner: str
    database: str
    prepared: datetime
    number: int = 0
    session: EngineSession | None = field(default=None, repr=False, compare=False)
    """What waits with the open transaction; None where no engine is."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


class PreparedTransactions:
    """Those of one server, by their identifiers. Used from several threads."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, PreparedTransaction] = {}
        self._count = 0

    @property
    def all(self) -> tuple[PreparedTransaction, ...]:
        """Those that there are, oldest first."""
        with self._lock:
            return tuple(self._known.values())

    def add(
        self, gid: str, owner: str, database: str, take: Callable[[], EngineSession | None]
    ) -> None:
        """Keep a transaction; ``take`` gives its session. SqlError 42710 for a name in use."""
        with self._lock:
            if gid in self._known:
                raise SqlError("42710", f'transaction identifier "{gid}" is already in use')
            self._count += 1
            self._known[gid] = PreparedTransaction(
                gid, owner, database, self._now(), self._count, take()
            )

    def take(self, gid: str, check: Callable[[PreparedTransaction], None]) -> PreparedTransaction:
        """Give one out, to be finished. SqlError 42704, or what ``check`` raises."""
        with self._lock:
            found = self._known.get(gid)
            if found is None:
                raise SqlError(
                    "42704", f'prepared transaction with identifier "{gid}" does not exist'
                )
            check(found)
            return self._known.pop(gid)

    def clear(self) -> None:
        """Roll all of them back."""
        with self._lock:
            found = list(self._known.values())
            self._known.clear()
        for transaction in found:
            if transaction.session is not None:
                transaction.session.close()
