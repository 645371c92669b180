"""Scripted answers: the engine that returns what a test wrote down.

    script.when("select id from users where name = $1", params=["Ann"]).returns(["id"], [(7,)])
    script.when(re.compile(r"^copy ", re.I)).completes("COPY")
    script.when("select 1/0").raises("22012", "division by zero").once()

A text matches whatever differs only in layout, in the case of words, or in semicolons
at the end; ``matching`` has more. The newest rule that matches and is not used up
answers, so that a test can override what its fixtures scripted.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.rules.answers import Answer
from rs_driver_fakeserver.rules.calls import Call, Caller
from rs_driver_fakeserver.rules.index import Index
from rs_driver_fakeserver.rules.matchers import Given, matcher
from rs_driver_fakeserver.rules.parameters import Predicate, parameters
from rs_driver_fakeserver.rules.resolving import checked_types
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.sequence import StepSequence
from rs_driver_fakeserver.rules.sequences import Sequences
from rs_driver_fakeserver.rules.session import ScriptSession
from rs_driver_fakeserver.rules.when import When

__all__ = ["Script", "ScriptSession", "When"]


class RuleOf(When):
    """``when(...)``: the rule is added with its answer."""

    def __init__(self, script: Script, rule: Rule) -> None:
        super().__init__(script.dialect)
        self._script = script
        self._about = rule

    @property
    def about(self) -> Rule:
        """A rule with this half only."""
        return self._about

    def _add(self, answer: Answer) -> Rule:
        about = self._about
        rule = Rule(
            about.sql,
            about.params,
            answer,
            self._notices,
            delay=self._delay,
            types=about.types,
            user=about.user,
            database=about.database,
        )
        self._script.ended(self)
        self._script.add(rule)
        return rule


class Script:
    """The rules of one server, as an Engine. Rules may be added while clients are connected.

    ``dialect``: the server's; it says which types there are.
    """

    def __init__(self, dialect: Dialect | None = None) -> None:
        self.dialect = dialect or Dialect()
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._begun: dict[int, RuleOf] = {}
        self.index = Index()
        """The rules that are not used up."""
        self.sequences = Sequences()
        self.version = 0
        """Grows with every change of what answers: a rule more, a rule used up."""

    def when(
        self,
        sql: Given,
        params: Sequence[object] | Predicate | None = None,
        *,
        types: Sequence[str] | None = None,
        user: str | None = None,
        database: str | None = None,
    ) -> When:
        """Begin a rule: what to answer to ``sql``, as this user, in this database.

        ``sql``: the SQL up to its layout, a ``re.Pattern``, something of ``matching``, or
        a predicate, which is given the normal form. ``params``: values as ``same``
        compares them, with ``ANY`` for those that do not matter, or a predicate. None
        means any. ``types``: those of the parameters, such as ``["int8"]``, for a driver that
        asks (asyncpg); if not given, by casts in the SQL, or the values of ``params``.
        """
        about = matcher(sql)
        half = Rule(
            about,
            parameters(params, str(about)),
            None,
            types=checked_types(types, self.dialect),
            user=user,
            database=database,
        )
        begun = RuleOf(self, half)
        with self._lock:
            self._begun[id(begun)] = begun
        return begun

    def ended(self, begun: RuleOf) -> None:
        """A ``when`` got its answer."""
        with self._lock:
            self._begun.pop(id(begun), None)

    @property
    def begun(self) -> tuple[Rule, ...]:
        """What ``when`` was called for, and no answer given: to be told of, and no rules."""
        with self._lock:
            return tuple(begun.about for begun in self._begun.values())

    def sequence(self, *, strict: bool = False) -> StepSequence:
        """Statements that have to come in one order, see ``StepSequence``."""
        made = StepSequence(self.dialect, self._changed, strict=strict)
        self.sequences.add(made)
        return made

    def _changed(self) -> None:
        with self._lock:
            self.version += 1

    def add(self, rule: Rule) -> None:
        """Add a rule, which comes before all the others."""
        with self._lock:
            self._rules.append(rule)
            rule.serial = len(self._rules)
            self.index.add(rule)
            self.version += 1

    def take(
        self, rule: Rule, sql: str, parameters: Sequence[object], caller: Caller
    ) -> Call | None:
        """A rule is used; None where it was used up meanwhile."""
        call = rule.take(sql, parameters, caller)
        if not rule.live:
            with self._lock:
                self.index.discard(rule)
                self.version += 1
        return call

    def take_step(
        self, matched: Sequence[Rule], sql: str, parameters: Sequence[object], caller: Caller
    ) -> tuple[Rule, Call] | None:
        """A step of a sequence is used; see ``Sequences.take``."""
        taken = self.sequences.take(matched, sql, parameters, caller)
        if taken is not None and taken[0].answer is not None:
            self._changed()  # another step is due, with other columns perhaps
        return taken

    def unmet(self) -> list[str]:
        """What was expected and did not come: a text for each rule and each sequence."""
        with self._lock:
            rules = list(self._rules)
        found = [text for rule in rules if (text := rule.unmet()) is not None]
        return found + self.sequences.unmet()

    def clear(self) -> None:
        """Forget every rule and every sequence."""
        with self._lock:
            self._rules = []
            self._begun.clear()
            self.index = Index()
            self.sequences.clear()
            self.version += 1

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, newest first, also those that are used up."""
        with self._lock:
            return tuple(reversed(self._rules))

    def open_session(self, user: str, database: str) -> ScriptSession:
        return ScriptSession(self, user=user, database=database)

    def close(self) -> None:
        """Nothing to release."""
