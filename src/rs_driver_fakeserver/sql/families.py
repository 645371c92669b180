"""Statements that the session answers by itself: cursors, two-phase commit, NOTIFY ..."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rs_driver_fakeserver.engine.port import Description, Result
from rs_driver_fakeserver.sql.text import first_words


class Command(Protocol):
    """One statement, understood.

    ``joins``: it belongs to the transaction, if only to the implicit one. ``volatile``:
    its columns are those of the moment, whatever was told when it was prepared.
    """

    @property
    def joins(self) -> bool:
        """See above."""

    @property
    def volatile(self) -> bool:
        """See above."""

    def describe(self, parameter_oids: Sequence[int]) -> Description:
        """What it takes and gives."""

    def delay(self, parameters: Sequence[object]) -> float:
        """Seconds that pass before it runs."""

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:
        """Run it."""


class Plain:
    """A ``Command`` without parameters, rows, or delay; the base of most."""

    joins = True
    volatile = False

    def describe(self, parameter_oids: Sequence[int]) -> Description:
        return Description(tuple(parameter_oids), None)

    def delay(self, parameters: Sequence[object]) -> float:  # noqa: ARG002  (the protocol)
        return 0.0


class Family(Protocol):
    """Some commands that belong together."""

    @property
    def first(self) -> frozenset[str]:
        """The words by which they may begin."""

    def parse(self, sql: str) -> Command | None:
        """The command that ``sql`` is, None where it is none of these; SqlError 42601."""


class Families:
    """Finds a statement's command."""

    def __init__(self, families: Iterable[Family] = ()) -> None:
        self._by_word: dict[str, list[Family]] = {}
        for family in families:
            for word in family.first:
                self._by_word.setdefault(word, []).append(family)

    def find(self, sql: str) -> Command | None:
        """The command that ``sql`` is, if it is one."""
        for word in first_words(sql, 1):
            for family in self._by_word.get(word, ()):
                if (command := family.parse(sql)) is not None:
                    return command
        return None
