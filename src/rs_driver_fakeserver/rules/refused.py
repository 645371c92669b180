"""What the rules say to a statement that none of them takes: to the client, and to the test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rs_driver_fakeserver.rules import hints
from rs_driver_fakeserver.rules.calls import Caller
from rs_driver_fakeserver.rules.failures import Told
from rs_driver_fakeserver.rules.parameters import shown
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import normalise

if TYPE_CHECKING:
    from rs_driver_fakeserver.rules.script import Script

_LONGEST = 1000
_MOST = 3


class Unmatched(Told):
    """No rule takes a statement."""


def unmatched(script: Script, sql: str, caller: Caller) -> Unmatched:
    """The error for SQL that no rule is about; its hint says which are near, and why not."""
    rules = script.rules
    notes = [*_almost([*script.begun, *rules], sql, caller), *_turns(script)]
    live = [rule.sql for rule in rules if rule.live and rule.serves(caller)]
    notes.append(hints.unmatched(sql, live))
    return Unmatched(f"no rule matches: {sql[:_LONGEST]}", None, "\n".join(notes))


def _almost(rules: Sequence[Rule], sql: str, caller: Caller) -> list[str]:
    """The rules that are about ``sql`` and do not answer all the same."""
    normal = normalise(sql)
    found: list[str] = []
    for rule in rules:
        if len(found) == _MOST:
            break
        if not rule.sql.pure or not rule.sql.matches(sql, normal):
            continue
        if rule.answer is None:
            found.append(f"when({_cut(str(rule))!r}) got no answer: .returns(...) or the like")
        elif not rule.live:
            found.append(f"A rule about it is used up: {_cut(repr(rule))}")
        elif not rule.serves(caller):
            found.append(
                f"A rule about it is for others: {_cut(str(rule))}; this is user "
                f"{caller.user!r} in database {caller.database!r}"
            )
    return found


def unanswered(step: Rule, sql: str) -> Unmatched:
    """The error for a step of a sequence that has come, and that nobody answers."""
    return Unmatched(
        f"a step of a sequence took it, and nothing answers it: {sql[:_LONGEST]}",
        None,
        f"The step has no answer: expect({_cut(str(step))!r}).completes() or .returns(...), or a "
        "rule beside the sequence.",
    )


def _turns(script: Script) -> list[str]:
    return [f"Of a sequence {_cut(text)}" for text in script.sequences.waiting()[:_MOST]]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def not_taken(sql: str, parameters: Sequence[object], rules: Sequence[Rule]) -> Unmatched:
    """The error for SQL that rules are about, but with other parameters."""
    got = [
        f"expected {rule.params}{_difference(rule, parameters)}"
        for rule in rules[:_MOST]
        if rule.params is not None
    ]
    return Unmatched(
        f"no rule matches the parameters of this statement: {sql[:_LONGEST]}",
        f"It came with {shown(parameters)}.",
        f"There are rules for it: {'; '.join(got)}.",
    )


def _difference(rule: Rule, parameters: Sequence[object]) -> str:
    """Where the values of a rule are others."""
    expected = () if rule.params is None else rule.params.expected
    if not expected:
        return ""
    if len(expected) != len(parameters):
        return f" ({len(expected)} values, not {len(parameters)})"
    return hints.different(expected, parameters)
