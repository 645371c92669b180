"""What went wrong between a client and the fake server, and what becomes of it.

Everything that a test should not have to look for: a statement that no rule answers, an
expectation that nothing met, a client that broke the protocol. They are collected while
clients talk, and judged by a policy when the server ends or ``verify`` is called.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

ProblemKind = Literal[
    "unmatched", "unmet", "violation", "leaked", "statements", "farewell", "internal"
]
"""``unmatched``: SQL without a rule, or a step of a sequence out of turn. ``unmet``: an
expectation that was not met. ``violation``: the client broke the protocol. ``leaked``: a
connection left open. ``statements``: prepared statements or portals left behind.
``farewell``: a client that went without Terminate. ``internal``: an exception inside the
server, an engine, or a test's own predicate."""

Verdict = Literal["fail", "warn", "ignore"]
"""``fail``: an AssertionError at the end. ``warn``: a FakeServerWarning. ``ignore``: neither."""

KINDS: tuple[ProblemKind, ...] = get_args(ProblemKind)
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_MILD = frozenset({"statements", "farewell"})
DEFAULT_POLICY: Mapping[ProblemKind, Verdict] = MappingProxyType(
    {kind: "warn" if kind in _MILD else "fail" for kind in KINDS}
)
_MOST = 1000
"""Problems that are kept; a client in a loop would make them without end."""
_LONGEST = 10_000
"""Characters of a text that are kept; SQL may be in it."""


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong. ``connection`` counts from 1; None: none in particular."""

    kind: ProblemKind
    text: str
    connection: int | None = None

    def __str__(self) -> str:
        where = "" if self.connection is None else f" (connection {self.connection})"
        return f"{self.kind}{where}: {self.text}"


class FakeServerError(AssertionError):
    """A client did what its test did not allow. ``problems`` are all of them."""

    __module__ = "rs_driver_fakeserver"

    def __init__(self, problems: Iterable[Problem], transcript: str = "") -> None:
        self.problems = tuple(problems)
        self.transcript = transcript
        said = "\n".join(str(problem) for problem in self.problems)
        shown = f"\nThe conversation:\n{transcript}" if transcript else ""
        super().__init__(said + shown)


class FakeServerWarning(UserWarning):
    """A problem that the policy only warns of."""

    __module__ = "rs_driver_fakeserver"


class Policy:
    """The verdict on each kind of problem; settable by ``policy["leaked"] = "ignore"``.

    ``given``: one verdict for all, or those that differ from the usual ones. ValueError
    or TypeError for a kind or a verdict that does not exist.
    """

    def __init__(self, given: Verdict | Mapping[ProblemKind, Verdict] | None = None) -> None:
        self._verdicts: dict[ProblemKind, Verdict] = dict(DEFAULT_POLICY)
        if isinstance(given, str):
            given = dict.fromkeys(KINDS, given)
        elif given is not None and not isinstance(given, Mapping):
            raise TypeError(f"policy= takes a verdict or a dict, not {type(given).__name__}")
        for kind, verdict in (given or {}).items():
            self[kind] = verdict
        self._given = dict(self._verdicts)

    def become(self, given: Policy | Verdict | Mapping[ProblemKind, Verdict] | None) -> None:
        """Judge as another one does, until ``reset``."""
        other = given if isinstance(given, Policy) else Policy(given)
        self._verdicts.update({kind: other[kind] for kind in KINDS})

    def reset(self) -> None:
        """Be as when it was made."""
        self._verdicts.update(self._given)

    def __getitem__(self, kind: ProblemKind) -> Verdict:
        return self._verdicts[kind]

    def __setitem__(self, kind: ProblemKind, verdict: Verdict) -> None:
        if kind not in KINDS:
            raise ValueError(f"there is no problem of kind {kind!r}; there are {', '.join(KINDS)}")
        if verdict not in _VERDICTS:
            raise ValueError(f"{verdict!r} is no verdict; there are {', '.join(_VERDICTS)}")
        self._verdicts[kind] = verdict

    def copy(self) -> Policy:
        """The same verdicts, to be changed on their own."""
        return Policy(self._verdicts)


class Problems:
    """The problems of one server so far, in the order in which they were found."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._found: list[Problem] = []
        self._counts: Counter[ProblemKind] = Counter()

    def add(self, kind: ProblemKind, text: str, connection: int | None = None) -> None:
        """One more; the same one again, and what comes after a thousand of its kind, is let go.

        Of a text that is very long the end is left out.
        """
        if len(text) > _LONGEST:
            text = f"{text[:_LONGEST]}... ({len(text) - _LONGEST} characters more)"
        problem = Problem(kind, text, connection)
        with self._lock:
            if self._counts[kind] < _MOST and problem not in self._found[-10:]:
                self._counts[kind] += 1
                self._found.append(problem)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._found.clear()
            self._counts.clear()

    @property
    def found(self) -> tuple[Problem, ...]:
        """All of them so far."""
        with self._lock:
            return tuple(self._found)
