"""A scripted rule: what SQL it is about, from whom, with which parameters, and its answer."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rs_driver_fakeserver.engine.port import CopyIn, Notice, Result, SqlError
from rs_driver_fakeserver.rules.answers import Answer, Fixed, Outcome
from rs_driver_fakeserver.rules.calls import Call, Caller, call
from rs_driver_fakeserver.rules.kept import Kept
from rs_driver_fakeserver.rules.matchers import Matcher, Pattern, Text
from rs_driver_fakeserver.rules.parameters import Exactly, Parameters
from rs_driver_fakeserver.rules.quota import Quota, times

if TYPE_CHECKING:
    from typing_extensions import Self

_LONGEST = 500
"""Characters of a rule's SQL in messages."""


_BEFORE = frozenset({"delays", "notices"})
_ANSWERS = frozenset({"returns", "completes", "raises", "answers", "replies"})


class Rule:
    """One rule, as ``when(...)`` made it. Used from several threads.

    ``sql``: a matcher, a pattern, or a text in normal form; ``params`` None matches any
    parameters; ``user`` and ``database`` None match any. ``answer`` None: the server's own
    answer. ``notices`` are said, and ``delay`` seconds pass, before the answer. ``types``: the
    OIDs of parameters whose types a client leaves open.
    """

    def __init__(
        self,
        sql: str | re.Pattern[str] | Matcher,
        params: tuple[object, ...] | Parameters | None,
        answer: Outcome | Answer | None,
        notices: tuple[Notice, ...] = (),
        *,
        delay: float = 0.0,
        types: tuple[int, ...] = (),
        user: str | None = None,
        database: str | None = None,
    ) -> None:
        self.sql = _matcher(sql)
        self.params = Exactly(params) if isinstance(params, tuple) else params
        self.answer: Answer | None = None
        self.notices = notices
        self.delay = delay
        self.types = types
        self.user = user
        self.database = database
        self.serial = 0
        """Which rule of its script it is; a newer one has a higher number."""
        self._lock = threading.Lock()
        self._quota = Quota()
        self._count = 0
        self._calls = Kept[Call]()
        self._received = Kept[bytes]()
        self.answer_with(answer)

    if not TYPE_CHECKING:  # where a checker says it better

        def __getattr__(self, name: str) -> object:
            if name in _BEFORE:
                raise AttributeError(
                    f"{name}() comes before the answer: when(...).{name}(...).returns(...)",
                    name=name,
                )
            if name in _ANSWERS:
                raise AttributeError(f"this rule has its answer already: {name}()", name=name)
            raise AttributeError(f"a rule has no {name!r}", name=name)

    def answer_with(self, answer: Outcome | Answer | None) -> None:
        """From now on this is the answer."""
        if isinstance(answer, (Result, SqlError)):
            answer = Fixed(answer)
        self.answer = answer
        if answer is not None and answer.stock is not None:
            self._quota = self._quota.stocked(answer.stock)

    def once(self) -> Self:
        """It must come exactly once; then it is used up, and no rule any more."""
        return self.times(1)

    def times(self, count: int) -> Self:
        """It must come exactly so often. ValueError for less than once."""
        return self._set(self._quota.times(count))

    def at_least(self, count: int) -> Self:
        """It must come so often, or more often."""
        return self._set(self._quota.at_least(count))

    def optional(self) -> Self:
        """It need not come at all: ``.once().optional()`` may come once."""
        return self._set(self._quota.optional())

    def any_times(self) -> Self:
        """It may come any number of times, or never; so it is if nothing is said."""
        return self._set(self._quota.any_times())

    def _set(self, quota: Quota) -> Self:
        with self._lock:
            self._quota = quota
        return self

    @property
    def count(self) -> int:
        """How often it came."""
        return self._count

    @property
    def calls(self) -> list[Call]:
        """When it came: SQL, parameters, who asked. Only the last 10,000, within 16 MB."""
        with self._lock:
            return self._calls.all()

    @property
    def received(self) -> list[bytes]:
        """What clients sent in COPY FROM STDIN, all bytes of a run together; as ``calls``."""
        with self._lock:
            return self._received.all()

    @property
    def live(self) -> bool:
        """It is not used up."""
        return self._quota.most is None or self._count < self._quota.most

    @property
    def missing(self) -> bool:
        """It has not come as often as it must."""
        return self._count < self._quota.least

    def unmet(self) -> str | None:
        """What is missing, in words."""
        if not self.missing:
            return None
        return f"{self}: should have come {self._quota}, came {times(self._count)}"

    def serves(self, caller: Caller) -> bool:
        """Whether it is for this client."""
        return self.user in (None, caller.user) and self.database in (None, caller.database)

    def takes(self, parameters: Sequence[object]) -> bool:
        """Whether it is for these parameters. FunctionFailed where a test's function raises."""
        return self.params is None or self.params.take(parameters)

    def foreseen(self) -> Outcome | None:
        """What it would answer now, perhaps without rows; None: the server's own answer."""
        return None if self.answer is None else self.answer.foreseen(self._count + 1)

    def take(self, sql: str, parameters: Sequence[object], caller: Caller) -> Call | None:
        """It is used once more; None where it was used up meanwhile."""
        with self._lock:
            if not self.live:
                return None
            self._count += 1
            made = call(sql, parameters, caller, self._count)
            self._calls.add(made, made.size)
            return made

    def give(self, made: Call) -> Outcome | None:
        """The answer to a call; None: the server's own. FunctionFailed as for ``takes``."""
        if self.answer is None:
            return None
        outcome = self.answer.give(made, str(self))
        if isinstance(outcome, Result) and isinstance(outcome.copy, CopyIn):
            heard = dataclasses.replace(outcome.copy, receive=self._receive)
            return dataclasses.replace(outcome, copy=heard)
        return outcome

    def _receive(self, data: bytes) -> None:
        with self._lock:
            self._received.add(data, len(data))

    def __str__(self) -> str:
        limits = [f"{name}={value!r}" for name, value in self._clients() if value is not None]
        if self.params is not None:
            limits.insert(0, f"params={self.params}")
        sql = str(self.sql)
        sql = sql if len(sql) <= _LONGEST else f"{sql[:_LONGEST]}..."
        return f"{sql} ({', '.join(limits)})" if limits else sql

    def _clients(self) -> tuple[tuple[str, str | None], ...]:
        return ("user", self.user), ("database", self.database)

    def __repr__(self) -> str:
        return f"<Rule {self}: {self._quota}, came {times(self._count)}>"


def _matcher(sql: str | re.Pattern[str] | Matcher) -> Matcher:
    if isinstance(sql, str):
        return Text(sql)
    return Pattern(sql) if isinstance(sql, re.Pattern) else sql
