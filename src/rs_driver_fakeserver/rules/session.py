"""The rules as one client sees them: what is known of a statement, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rs_driver_fakeserver.engine.port import Description, Notice, Result, SqlError
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.rules import refused
from rs_driver_fakeserver.rules.answers import copied
from rs_driver_fakeserver.rules.calls import Call, Caller
from rs_driver_fakeserver.rules.failures import Told
from rs_driver_fakeserver.rules.resolving import resolved
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import normalise

if TYPE_CHECKING:
    from rs_driver_fakeserver.rules.script import Script

Report = Callable[[ProblemKind, str], None]


@dataclass(frozen=True)
class _Claim:
    """What a run uses: a step of a sequence, the rule that answers, or both."""

    sql: str
    used: tuple[tuple[Rule, Call], ...]


class ScriptSession:
    """The rules for one client; without transactions of their own. Used by one thread at a time.

    ``notify`` says the notices of a rule that answers; ``report`` is told what the test
    should know. ``connection`` counts from 1.
    """

    def __init__(
        self,
        script: Script,
        notify: Callable[[Notice], None] | None = None,
        *,
        user: str = "",
        database: str = "",
        connection: int = 0,
        report: Report | None = None,
    ) -> None:
        self._script = script
        self._notify = notify
        self._report = report
        self._caller = Caller(user, database, connection)
        self._claim: _Claim | None = None
        self._bare: tuple[str, Rule] | None = None
        """The SQL that a step without an answer took last, and the step."""
        self._normal = ("", "")
        self._last: tuple[int, str, list[Rule]] = (-1, "", [])

    def _tell(self, error: Told) -> Told:
        """What goes wrong here is a problem of the test's, too."""
        if self._report is not None:
            self._report(error.kind, error.text)
        return error

    def _normalised(self, sql: str) -> str:
        """The normal form; the last one is kept, as each statement asks several times."""
        if self._normal[0] != sql:
            self._normal = (sql, normalise(sql))
        return self._normal[1]

    def _rules(self, sql: str) -> list[Rule]:
        """The rules about ``sql`` that are not used up, newest first."""
        index, version = self._script.index, self._script.version
        if not index:
            return []
        if self._last[:2] != (version, sql) or not index.pure:
            found = index.about(sql, self._normalised(sql))
            self._last = (version, sql, [one for one in found if one.serves(self._caller)])
        return [rule for rule in self._last[2] if rule.live]

    def _steps(self, sql: str) -> list[Rule]:
        """The steps of sequences about ``sql`` that may still come, those that are due first."""
        sequences = self._script.sequences
        return sequences.about(sql, self._normalised(sql), self._caller) if sequences else []

    def knows(self, sql: str) -> bool:
        """Whether a rule or a step with an answer is about ``sql``, whatever the parameters."""
        if self._claimed(sql):
            return True
        try:
            answering = any(step.answer is not None for step in self._steps(sql))
            return answering or bool(self._rules(sql))
        except Told as error:
            self._tell(error)
            raise

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What it takes and gives. An error of class 42 comes here, and counts as its run."""
        try:
            claimed = self._claimed(sql)
            steps = [step for step in self._steps(sql) if step.answer is not None]
            rules = self._rules(sql)
            if not (claimed or steps or rules):
                raise self._refusal(sql)
            if not claimed:
                self._stumble(sql, steps, rules)
        except Told as error:
            self._tell(error)
            raise
        candidates = claimed + steps + rules
        gives = next((rule.answer for rule in candidates if _has_result(rule)), None)
        return Description(
            resolved(sql, parameter_oids, candidates, self._script.dialect),
            None if gives is None else gives.columns,
        )

    def _stumble(self, sql: str, steps: list[Rule], rules: list[Rule]) -> None:
        """SqlError of class 42 where that is what comes: no statement can be prepared for it."""
        due = self._script.sequences.due(steps)
        present = rules if due is None else [due, *rules]
        error = present[0].foreseen() if present else None
        if not isinstance(error, SqlError) or error.sqlstate[:2] != "42" or present[0].delay:
            return
        if present[0].params is not None and len(present) > 1:
            return  # other parameters may have another answer
        if due is not None:
            taken = self._script.take_step([due], sql, (), self._caller)
        else:
            call = self._script.take(rules[0], sql, (), self._caller)
            taken = None if call is None else (rules[0], call)
        if taken is not None:
            self._answer(_Claim(sql, (taken,)))

    def _foreseen(self, sql: str, parameters: Sequence[object]) -> list[Rule]:
        """What a run would use: a step, then a rule if the step has no answer."""
        steps = [step for step in self._steps(sql) if step.takes(parameters)]
        due = self._script.sequences.due(steps)
        if due is not None and due.answer is not None:
            return [due]
        taking = next((rule for rule in self._rules(sql) if rule.takes(parameters)), None)
        return [rule for rule in (due, taking) if rule is not None]

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """What ``execute`` would answer, perhaps without rows; None where that is an error."""
        try:
            used = self._foreseen(sql, parameters)
        except Told as error:
            self._tell(error)
            raise
        outcome = used[-1].foreseen() if used else None
        return outcome if isinstance(outcome, Result) else None

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        """Seconds that pass before the answer; asked before each run, and only once.

        A run that has to wait has begun: it counts even if it is cancelled then.
        """
        self._claim = None
        try:
            if not any(rule.delay for rule in self._foreseen(sql, parameters)):
                return 0.0
            self._claim = self._used(sql, parameters)
        except Told as error:
            self._tell(error)
            raise
        return sum(rule.delay for rule, _ in self._claim.used)

    def give_up(self) -> None:
        """The run that ``delay`` began does not come to its answer."""
        self._claim = None

    def _claimed(self, sql: str) -> list[Rule]:
        """What answers the run of ``sql`` that is waiting, although it may be used up by it."""
        if self._claim is None or self._claim.sql != sql:
            return []
        return [rule for rule, _ in self._claim.used if rule.answer is not None]

    def _used(self, sql: str, parameters: Sequence[object]) -> _Claim:
        """A run begins: count it. SqlError where it must not come, or nothing takes it."""
        script, caller = self._script, self._caller
        steps = [step for step in self._steps(sql) if step.takes(parameters)]
        step = script.take_step(steps, sql, parameters, caller) if script.sequences else None
        if step is not None and step[0].answer is not None:
            return _Claim(sql, (step,))
        before = () if step is None else (step,)
        about = self._rules(sql)
        for rule in about:
            if rule.takes(parameters) and (call := script.take(rule, sql, parameters, caller)):
                return _Claim(sql, (*before, (rule, call)))
        if any(rule.live for rule in about):
            raise refused.not_taken(sql, parameters, about)
        self._bare = None if step is None else (sql, step[0])
        return _Claim(sql, before)

    def respond(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """The answer to one run; None where the server is to answer by itself.

        SqlError where that is the answer, and where the run comes out of turn or no rule
        takes its parameters.
        """
        claim = self._claim
        try:
            if claim is None or claim.sql != sql:
                claim = self._used(sql, parameters)
            else:
                self._claim = None
            return self._answer(claim)
        except Told as error:
            self._tell(error)
            raise

    def _answer(self, claim: _Claim) -> Result | None:
        """Say the notices, then give the answer, or raise it."""
        if self._notify is not None:
            for notice in [notice for rule, _ in claim.used for notice in rule.notices]:
                self._notify(notice)
        for rule, call in claim.used[-1:]:
            outcome = rule.give(call)
            if isinstance(outcome, SqlError):
                raise copied(outcome)
            return outcome
        return None

    def execute(
        self,
        sql: str,
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),  # noqa: ARG002  (the port)
    ) -> Result:
        result = self.respond(sql, parameters)
        if result is None:
            raise self.unmatched(sql)
        return result

    def unmatched(self, sql: str) -> SqlError:
        """The error for a statement that nothing answers; the test is told of it."""
        return self._tell(self._refusal(sql))

    def _refusal(self, sql: str) -> refused.Unmatched:
        """Nothing answers; a step without an answer may have taken it, or be about to."""
        if self._bare is not None and self._bare[0] == sql:
            return refused.unanswered(self._bare[1], sql)
        steps = [step for step in self._steps(sql) if step.answer is None]
        if steps:
            return refused.unanswered(steps[0], sql)
        return refused.unmatched(self._script, sql, self._caller)

    def begin(self) -> None:
        """A script has nothing to roll back."""

    def commit(self) -> None:
        """As ``begin``."""

    def rollback(self) -> None:
        """As ``begin``."""

    def cancel(self) -> None:
        """What a rule delays is cut short by whoever lets the time pass."""

    def close(self) -> None:
        """Nothing to release."""


def _has_result(rule: Rule) -> bool:
    """Whether a statement can be described by it: it is not an error and nothing else."""
    outcome = rule.foreseen()
    columns = None if rule.answer is None else rule.answer.columns
    return isinstance(outcome, Result) or columns is not None
