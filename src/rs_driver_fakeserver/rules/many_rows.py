"""INSERTs of many rows, answered by rules about one row.

Drivers make one INSERT of many: ``insert into t values ($1,$2),($3,$4)``. Whoever tests a
program thinks of rows, and of the INSERT that stands in the program. So where no rule is about
the text as it came, each of its rows counts as a run of ``insert into t values ($1,$2)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rs_driver import oids
from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.rules.session import ScriptSession
from rs_driver_fakeserver.sql.text import Token, tokens

_OPEN = (0, oids.UNKNOWN)


class ManyRows(NamedTuple):
    """``one``: the INSERT of one row, with ``width`` parameters. ``rows``: how many there are."""

    one: str
    width: int
    rows: int

    def each(self, parameters: Sequence[object]) -> list[Sequence[object]]:
        """The parameters row by row."""
        width = self.width
        return [parameters[first : first + width] for first in range(0, self.rows * width, width)]


def many_rows(sql: str) -> ManyRows | None:
    """What an INSERT of several rows consists of, where all are the same but for the numbers
    of their parameters; None for any other text."""
    if sql.lstrip()[:6].lower() != "insert":
        return None
    found = list(tokens(sql))
    first, last = _first_row(found)
    row = _shape(found[first:last])
    width = max((number for _, number in row), default=0)
    rest = _shape(found[last:])
    size = len(row) + 1
    if not width or not rest or len(rest) % size:
        return None
    for at in range(0, len(rest), size):
        shift = width * (1 + at // size)
        here = [(text, number and number - shift) for text, number in rest[at + 1 : at + size]]
        if rest[at][0] != "," or here != row:
            return None
    one = "".join(token.text for token in found[:last])
    return ManyRows(one, width, 1 + len(rest) // size)


def _first_row(found: Sequence[Token]) -> tuple[int, int]:
    """Where the brackets behind VALUES open, and where they are closed again."""
    first = depth = 0
    behind = False
    for at, (kind, text) in enumerate(found):
        behind = behind or (kind == "word" and text.lower() == "values")
        if not behind or kind != "symbol" or text not in "()":
            continue
        if text == "(":
            first = at if not depth else first
            depth += 1
        elif depth == 1:
            return first, at + 1
        else:
            depth -= 1
    return 0, len(found)


def _shape(found: Sequence[Token]) -> list[tuple[str, int]]:
    """The tokens that count; a parameter is its number, anything else has none."""
    return [
        ("$", int(text[1:])) if kind == "parameter" else (text, 0)
        for kind, text in found
        if kind not in ("space", "comment")
    ]


class ByRow(ScriptSession):
    """A ``ScriptSession`` that is asked for many rows and answers row by row.

    Of what a rule's answer says before it (``delay``, ``expects``) that to the first row
    stands for all.
    """

    _asked: tuple[str, ManyRows | None] = ("", None)

    def _many(self, sql: str) -> ManyRows | None:
        """The rows of ``sql``, if it has many and no rule is about it as it is."""
        if sql != self._asked[0]:
            self._asked = (sql, many_rows(sql))
        many = self._asked[1]
        return None if many is None or super().knows(sql) else many

    def knows(self, sql: str) -> bool:
        many = self._many(sql)
        return super().knows(sql if many is None else many.one)

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        many = self._many(sql)
        if many is None:
            return super().describe(sql, parameter_oids)
        found = super().describe(many.one, parameter_oids[: many.width])
        given = [*parameter_oids, *[0] * (many.width * many.rows - len(parameter_oids))]
        resolved = found.parameter_oids * many.rows
        pairs = zip(given, resolved, strict=True)
        return Description(
            tuple([known if oid in _OPEN else oid for oid, known in pairs]), found.columns
        )

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        many = self._many(sql)
        if many is None:
            return super().expects(sql, parameters)
        return super().expects(many.one, parameters[: many.width])

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        many = self._many(sql)
        if many is None:
            return super().delay(sql, parameters)
        return super().delay(many.one, parameters[: many.width])

    def respond(self, sql: str, parameters: Sequence[object]) -> Result | None:
        many = self._many(sql)
        if many is None:
            return super().respond(sql, parameters)
        results: list[Result] = []
        for row in many.each(parameters):
            result = super().respond(many.one, row)
            if result is None and not results:
                return None
            if result is None:
                raise super().unmatched(many.one)
            results.append(result)
        return replace(results[-1], tag=_sum([result.tag for result in results]))

    def unmatched(self, sql: str) -> SqlError:
        many = self._many(sql)
        return super().unmatched(sql if many is None else many.one)


def _sum(tags: Sequence[str]) -> str:
    """The last tag, with the counts of all."""
    words, _, count = tags[-1].rpartition(" ")
    if not count.isdigit():
        return tags[-1]
    counts = [tag.rpartition(" ")[2] for tag in tags]
    return f"{words} {sum(int(each) for each in counts if each.isdigit())}"
