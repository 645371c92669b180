"""A fake server whose answers name their question, so that a stale row is seen at once.

Every statement asks by a number of its own, and each row of its answer carries that number
and its place: ``(7, 0, "...")``, ``(7, 1, "...")``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from rs_driver.wire.control import ReadyForQuery
from rs_driver_fakeserver import FakeServer, SqlError, matching
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.rules.calls import Call
from support.policies import BROKEN_OFF

Row = tuple[int, int, str]

COLUMNS = {"asked": "int8", "place": "int4", "padding": "varchar"}
FAILURE = "22012"
_ARGUMENTS = re.compile(r"numbers\((\d+), (\d+), (\d+)\)")
_FAILING = re.compile(r"failing\((\d+)\)")


@dataclass(frozen=True)
class Question:
    """``count`` rows are asked for, with so many characters of ``padding`` each."""

    number: int
    count: int = 1
    padding: int = 0

    def row(self, place: int) -> Row:
        return (self.number, place, chr(ord("a") + self.number % 26) * self.padding)

    def rows(self, start: int = 0, stop: int | None = None) -> list[Row]:
        """Those from ``start`` on, up to ``stop`` or the last."""
        end = self.count if stop is None else min(stop, self.count)
        return [self.row(place) for place in range(start, end)]

    def sql(self, function: str = "numbers") -> str:
        return f"select * from {function}({self.number}, {self.count}, {self.padding})"

    @property
    def arguments(self) -> tuple[int, int, int]:
        return (self.number, self.count, self.padding)


PARAMETRISED = "select * from numbers(%s, %s, %s)"
FAILING = "select * from failing({})"
UNKNOWN = "select * from nowhere({})"
INSERT = "insert into t values (%s)"


class NumberedServer(FakeServer):
    """``slow``: the seconds that ``slow_numbers`` takes. ``ran``: how often each number was
    asked for."""

    def __init__(self, kind: ServerKind, slow: float) -> None:
        super().__init__(server=kind, policy=BROKEN_OFF)
        self.ran: Counter[int] = Counter()
        self.when("select * from numbers($1, $2, $3)").answers(self._numbered, COLUMNS)
        self.when(matching.contains(" numbers(")).answers(self._numbered, COLUMNS)
        self.when(matching.contains(" slow_numbers(")).delays(slow).answers(self._numbered, COLUMNS)
        self.when(matching.contains(" failing(")).answers(_failed, COLUMNS)
        self.when(matching.contains(" nowhere(")).raises("42P01", "there is no nowhere")
        self.when("insert into t values ($1)").completes("INSERT 0 1")

    def _numbered(self, call: Call) -> list[Row]:
        found = _ARGUMENTS.search(call.sql)
        asked = found.groups() if found else call.params
        question = Question(*[int(str(one)) for one in asked])
        self.ran[question.number] += 1
        return question.rows()

    def status(self, connection: int) -> str:
        """The transaction status that this connection was told last."""
        for entry in reversed(self.log.entries):
            if entry.connection == connection and isinstance(entry.message, ReadyForQuery):
                return entry.message.status
        return "I"


def _failed(call: Call) -> SqlError:
    found = _FAILING.search(call.sql)
    return SqlError(FAILURE, f"failing {found.group(1) if found else '?'}")
