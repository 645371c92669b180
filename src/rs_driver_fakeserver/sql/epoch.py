"""Since when a statement's description holds: counts changes of tables and of rules.

A real server learns of a table's new shape by its catalogue; here every DDL of any
session makes the server's count grow, and what was described before is described anew
when it is used next.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

_DDL = frozenset({"create", "alter", "drop"})


class Epoch(NamedTuple):
    """``tables``: how often they changed. ``rules``: how often the script did."""

    tables: int
    rules: int


def changes_tables(words: list[str]) -> bool:
    """Whether a statement with these first words is DDL."""
    return not _DDL.isdisjoint(words[:1])


class Changes:
    """How often the tables of a server have changed. Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self) -> None:
        """They have changed once more."""
        with self._lock:
            self.count += 1


class Watch:
    """One session's view; takes part in its transactions.

    A transaction may go on seeing the tables as they were when it began, so what is
    described in it counts as described then. Its own changes come true for the other
    sessions when it ends.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._began: int | None = None
        self._changed = False

    @property
    def now(self) -> int:
        """The server's count."""
        return self._changes.count

    @property
    def seen(self) -> int:
        """The count that what this session sees belongs to; perhaps an older one."""
        return self.now if self._began is None else self._began

    def changed(self) -> None:
        """The session ran a DDL."""
        self._changed = True
        self._changes.add()

    def begin(self) -> None:
        self._began = self.now

    def commit(self) -> None:
        self._end()

    def rollback(self) -> None:
        self._end()

    def _end(self) -> None:
        self._began = None
        if self._changed:
            self._changed = False
            self._changes.add()
