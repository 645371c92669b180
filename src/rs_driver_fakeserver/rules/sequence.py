"""Statements that have to come in one order.

    with server.sequence() as steps:
        steps.expect("begin")
        steps.expect(matching.glob("insert into orders *")).completes("INSERT 0 1")
        steps.expect("commit")

The order is that of the server as a whole, whichever connections the steps come by.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.rules.answers import Answer
from rs_driver_fakeserver.rules.calls import Call
from rs_driver_fakeserver.rules.matchers import Given, matcher
from rs_driver_fakeserver.rules.parameters import Predicate, parameters
from rs_driver_fakeserver.rules.resolving import checked_types
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.when import When

if TYPE_CHECKING:
    from typing_extensions import Self


class Step(When):
    """A statement that is due at its place in a sequence.

    One of the methods of ``When`` gives it an answer; without, the server answers by
    itself: its BEGIN, SET and COMMIT, another rule, its engine. It has to come once,
    where ``times`` and the like do not say otherwise.
    """

    def __init__(self, rule: Rule, dialect: Dialect, changed: Callable[[], None]) -> None:
        super().__init__(dialect)
        self.rule = rule
        self._changed = changed

    def notices(self, *texts: str, severity: str = "NOTICE", sqlstate: str = "00000") -> Self:
        """Say these before the answer, also before one that is not the step's own."""
        super().notices(*texts, severity=severity, sqlstate=sqlstate)
        self._take_over()
        return self

    def delays(self, seconds: float) -> Self:
        """Let time pass before the answer, also before one that is not the step's own."""
        super().delays(seconds)
        self._take_over()
        return self

    def _add(self, answer: Answer) -> Rule:
        self._take_over()
        self.rule.answer_with(answer)
        self._changed()
        return self.rule

    def _take_over(self) -> None:
        self.rule.notices = self._notices
        self.rule.delay = self._delay

    def once(self) -> Self:
        """As it is if nothing is said."""
        self.rule.once()
        return self

    def times(self, count: int) -> Self:
        """It must come so often before the next step may."""
        self.rule.times(count)
        return self

    def at_least(self, count: int) -> Self:
        """It must come so often before the next step may, and may come more often."""
        self.rule.at_least(count)
        return self

    def optional(self) -> Self:
        """It may be left out."""
        self.rule.optional()
        return self

    def any_times(self) -> Self:
        """It may be left out or come many times."""
        self.rule.any_times()
        return self

    @property
    def count(self) -> int:
        """How often it came."""
        return self.rule.count

    @property
    def calls(self) -> list[Call]:
        """When it came."""
        return self.rule.calls


class StepSequence:
    """Steps in their order. They count from the moment when they are added.

    ``strict``: nothing else may come from the first step to the last. The ``with`` block
    ends the list of steps; a sequence may also be used without one.
    """

    def __init__(
        self, dialect: Dialect, changed: Callable[[], None], *, strict: bool = False
    ) -> None:
        self.strict = strict
        self._dialect = dialect
        self._changed = changed
        self._steps: list[Rule] = []
        self._at = 0  # of the step that came last
        self._complete = False
        self._lock = threading.Lock()

    def expect(
        self,
        sql: Given,
        params: Sequence[object] | Predicate | None = None,
        *,
        types: Sequence[str] | None = None,
        user: str | None = None,
        database: str | None = None,
    ) -> Step:
        """The next step; the arguments are those of ``FakeServer.when``."""
        if self._complete:
            raise ValueError("the sequence has ended with its block, so it takes no more steps")
        about = matcher(sql)
        rule = Rule(
            about,
            parameters(params, str(about)),
            None,
            types=checked_types(types, self._dialect),
            user=user,
            database=database,
        )
        rule.once()
        with self._lock:
            self._steps.append(rule)
        self._changed()
        return Step(rule, self._dialect, self._changed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._complete = True
        if error is None and not self._steps:
            raise ValueError("a sequence has a step at least: sequence.expect(...)")

    def left(self) -> list[Rule]:
        """The steps that may still come, and while others must, those whose time is past."""
        first = 0 if self.under_way else self._at
        return [step for step in self._steps[first:] if step.live]

    def due(self) -> list[Rule]:
        """The steps that may come now: one, but for those that need not come."""
        found = []
        for step in self._steps[self._at :]:
            if step.live:
                found.append(step)
            if step.missing:
                break
        return found

    def came(self, step: Rule) -> None:
        """One of those that were due has come."""
        self._at = self._steps.index(step)

    def out_of_turn(self, matched: Collection[Rule]) -> bool:
        """Whether one of these is a step whose turn it is not yet, or no more."""
        due = self.due()
        return any(step in matched and step not in due for step in self.left())

    @property
    def under_way(self) -> bool:
        """A step has come, and one must still come."""
        missing = any(step.missing for step in self._steps[self._at :])
        return missing and any(step.count for step in self._steps)

    def expected(self) -> str:
        """What is due, for messages."""
        due = self.due()
        if not due:
            return "no step is left"
        place = f"step {self._steps.index(due[-1]) + 1} of {len(self._steps)}"
        return f"{place} is due: {' or '.join(str(step) for step in due)}"

    def unmet(self) -> str | None:
        """The first step that is missing and what would come then, in words."""
        missing = [step for step in self._steps[self._at :] if step.missing]
        if not missing:
            return None
        place = f"step {self._steps.index(missing[0]) + 1} of {len(self._steps)}"
        rest = f", and then: {'; '.join(map(str, missing[1:4]))}" if missing[1:] else ""
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        return f"{place} of a sequence, {missing[0].unmet()}{rest}{more}"
