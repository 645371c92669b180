"""A statement as it came, and the record of one that a rule answered."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """Who asks. ``connection`` counts from 1; 0: none in particular."""

    user: str = ""
    database: str = ""
    connection: int = 0


@dataclass(frozen=True)
class Call:
    """One run of a statement that a rule answered.

    ``sql`` is as it came; ``params`` are the Python values of its parameters. ``number``
    counts the calls of this rule, from 1; ``connection`` those of the server.
    """

    sql: str
    params: tuple[object, ...]
    user: str
    database: str
    connection: int
    number: int

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.sql) + sum(sys.getsizeof(value) for value in self.params)


def call(sql: str, params: Sequence[object], caller: Caller, number: int) -> Call:
    """The record of a run."""
    return Call(sql, tuple(params), caller.user, caller.database, caller.connection, number)
