"""What a rule answers: one thing, one after the other, or what a function computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Result, SqlError
from rs_driver_fakeserver.rules import checks
from rs_driver_fakeserver.rules.calls import Call
from rs_driver_fakeserver.rules.failures import called, named
from rs_driver_fakeserver.rules.tags import default_tag

Outcome = Result | SqlError
"""A Result with an empty tag gets the usual one of the statement."""

Function = Callable[[Call], object]
"""A test's own function: rows, a command tag (where there are no columns), None or an
SqlError; it may also raise one."""


class Answer(Protocol):
    """The second half of a rule."""

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """What a statement is described with before it runs; None without rows."""

    @property
    def stock(self) -> int | None:
        """How many answers there are; None: no end of them."""

    def foreseen(self, number: int) -> Outcome:
        """What the call of this number will get; perhaps without its rows. Runs nothing."""

    def give(self, call: Call, about: str) -> Outcome:
        """The answer. FunctionFailed where a test's function raises; ``about``: the rule."""


@dataclass(frozen=True)
class Fixed:
    """Always the same."""

    outcome: Outcome
    stock = None

    @property
    def columns(self) -> tuple[Column, ...] | None:
        return self.outcome.columns if isinstance(self.outcome, Result) else None

    def foreseen(self, number: int) -> Outcome:  # noqa: ARG002  (the protocol)
        return self.outcome

    def give(self, call: Call, about: str) -> Outcome:  # noqa: ARG002  (the protocol)
        return tagged(self.outcome, call.sql)


@dataclass(frozen=True)
class Each:
    """One after the other, and then no more; all results have the same columns."""

    outcomes: Sequence[Outcome]
    columns: tuple[Column, ...] | None

    @property
    def stock(self) -> int:
        return len(self.outcomes)

    def foreseen(self, number: int) -> Outcome:
        return self.outcomes[min(number, len(self.outcomes)) - 1]

    def give(self, call: Call, about: str) -> Outcome:  # noqa: ARG002  (the protocol)
        return tagged(self.foreseen(call.number), call.sql)


@dataclass(frozen=True)
class Computed:
    """What a function makes of the call. ``tag``: the command tag, the usual one if empty."""

    function: Function
    columns: tuple[Column, ...] | None
    tag: str
    dialect: Dialect
    stock = None

    def foreseen(self, number: int) -> Outcome:  # noqa: ARG002  (the protocol)
        return Result(self.columns, (), self.tag)

    def give(self, call: Call, about: str) -> Outcome:
        name = f"the function {named(self.function)}"
        return called(lambda: tagged(self._outcome(call), call.sql), name, about)

    def _outcome(self, call: Call) -> Outcome:
        given = self.function(call)
        if isinstance(given, SqlError):
            return given
        if self.columns is None:
            if given is not None and not isinstance(given, str):
                raise TypeError(
                    "without columns= an answer is a command tag or None, "
                    f"not a {type(given).__name__}"
                )
            return Result(None, (), given or self.tag)
        if not hasattr(given, "__iter__"):
            raise TypeError(f"rows are a list of tuples, not a {type(given).__name__}")
        rows = checks.rows(cast("Sequence[Sequence[object]]", given))
        checks.widths(rows, len(self.columns))
        checks.values(self.columns, rows, self.dialect)
        return Result(self.columns, rows, self.tag)


def tagged(outcome: Outcome, sql: str) -> Outcome:
    """With the usual command tag of ``sql`` where there is none."""
    if isinstance(outcome, SqlError) or outcome.tag:
        return outcome
    return Result(outcome.columns, outcome.rows, default_tag(sql, len(outcome.rows)), outcome.copy)


def copied(error: SqlError) -> SqlError:
    """The error anew: raising one object twice would chain it to itself."""
    return SqlError(
        error.sqlstate,
        error.message,
        error.detail,
        error.hint,
        error.severity,
        error.position,
        error.routine,
    )
