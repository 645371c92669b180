"""Random rules and random statements, against a model that is too slow and too plain to be wrong.

The model asks every rule, newest first, each time, with its own idea of what each matcher
means, and counts in a list.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.rules import matching
from rs_driver_fakeserver.rules.matchers import Given
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.rules.session import ScriptSession

WORDS = ["a", "b", "'A'"]
SQL = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
PARAMETERS = st.lists(st.sampled_from([1, 2, None]), max_size=2)
USERS = ["alice", "bob"]

Matches = Callable[[str], bool]


def by_text(text: str) -> tuple[Given, Matches]:
    return text, lambda sql: sql == text


def by_glob(text: str) -> tuple[Given, Matches]:
    glob = text.replace("b", "*")
    return matching.glob(glob), lambda sql: fnmatch.fnmatchcase(sql, glob)


def by_contains(text: str) -> tuple[Given, Matches]:
    return matching.contains(text), lambda sql: text in sql


def by_pattern(text: str) -> tuple[Given, Matches]:
    return re.compile(f"^{text}"), lambda sql: sql.startswith(text)


def by_regex(text: str) -> tuple[Given, Matches]:
    return matching.regex(f"{text}$", 0), lambda sql: sql.endswith(text)


def by_function(text: str) -> tuple[Given, Matches]:
    return (lambda sql: len(sql) > len(text)), lambda sql: len(sql) > len(text)


ABOUT = st.sampled_from([by_text, by_text, by_glob, by_contains, by_pattern, by_regex, by_function])
PARAMS = st.none() | st.lists(st.sampled_from([1, 2, None, matching.ANY]), max_size=2)


@dataclass
class Plain:
    """What is to be known of a rule, and how often the model used it."""

    name: str
    matches: Matches
    params: Sequence[object] | None
    user: str | None
    stock: int | None
    least: int = 0
    most: int | None = None
    used: int = 0
    answers: list[str] = field(default_factory=list)

    def about(self, sql: str, user: str) -> bool:
        left = self.most is None or self.used < self.most
        return left and self.matches(sql) and self.user in (None, user)

    def takes(self, params: Sequence[object]) -> bool:
        if self.params is None:
            return True
        same = [want is matching.ANY or want == got for want, got in zip(self.params, params)]  # noqa: B905  (lengths are compared)
        return len(self.params) == len(params) and all(same)


@st.composite
def rules(draw: st.DrawFn, script: Script, name: str) -> tuple[Rule, Plain]:
    """A rule in the script, and the same for the model."""
    given_sql, matches = draw(ABOUT)(draw(SQL))
    params, user = draw(PARAMS), draw(st.sampled_from([None, None, *USERS]))
    when = script.when(given_sql, params, user=user)
    stock = draw(st.none() | st.integers(1, 3))
    plain = Plain(name, matches, params, user, stock, most=stock)
    if stock is None:
        rule = when.completes(name)
        plain.answers = [name]
    else:
        plain.answers = [f"{name} {n}" for n in range(stock)]
        rule = when.returns_each(None, plain.answers)
    expect(draw, rule, plain)
    return rule, plain


def expect(draw: st.DrawFn, rule: Rule, plain: Plain) -> None:
    count = draw(st.integers(1, plain.stock or 3))
    match draw(st.sampled_from(["", "", "once", "times", "at_least", "any_times", "optional"])):
        case "once":
            rule.once()
            plain.least = plain.most = 1
        case "times":
            rule.times(count)
            plain.least = plain.most = count
        case "at_least":
            rule.at_least(count)
            plain.least, plain.most = count, plain.stock
        case "any_times":
            rule.any_times()
        case "optional":
            rule.times(count).optional()
            plain.most = count


def model(plains: list[Plain], sql: str, params: Sequence[object], user: str) -> tuple[str, bool]:
    """The tag that comes, or an empty one; and whether the SQL alone is known."""
    about = [plain for plain in reversed(plains) if plain.about(sql, user)]
    for plain in about:
        if plain.takes(params):
            plain.used += 1
            return plain.answers[min(plain.used, len(plain.answers)) - 1], True
    return "", bool(about)


@given(st.data())
def test_rules_answer_as_the_model_does(data: st.DataObject) -> None:
    script, told = Script(), list[tuple[ProblemKind, str]]()
    sessions = {user: _session(script, user, told) for user in USERS}
    made: list[tuple[Rule, Plain]] = []
    for at in range(data.draw(st.integers(1, 15))):
        if data.draw(st.integers(0, 2)) == 0:
            made.append(data.draw(rules(script, f"R{at}")))
            continue
        sql, params = data.draw(SQL), data.draw(PARAMETERS)
        user = data.draw(st.sampled_from(USERS))
        before = len(told)
        plains = [plain for _, plain in made]
        known = any(plain.about(sql, user) for plain in plains)
        assert sessions[user].knows(sql) is known
        expected, about = model(plains, sql, params, user)
        assert about is known
        assert _run(sessions[user], sql, params) == expected
        assert len(told) - before == (expected == "")
    assert [rule.count for rule, _ in made] == [plain.used for _, plain in made]
    assert len(script.unmet()) == sum(plain.used < plain.least for _, plain in made)


def _session(script: Script, user: str, told: list[tuple[ProblemKind, str]]) -> ScriptSession:
    return ScriptSession(
        script, user=user, database="dev", report=lambda kind, text: told.append((kind, text))
    )


def _run(session: ScriptSession, sql: str, params: Sequence[object]) -> str:
    try:
        return session.execute(sql, params).tag
    except SqlError as error:
        return "" if error.sqlstate == "XX000" else str(error)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("1?*"), st.booleans()), max_size=5),
    st.lists(st.sampled_from("abcx"), max_size=12),
    st.booleans(),
)
def test_sequences(steps: list[tuple[str, str, bool]], statements: list[str], strict: bool) -> None:
    """Whose turn it is; read as a regular expression the steps match what came, if all came."""
    script = Script()
    sequence = script.sequence(strict=strict)
    for name, often, answered in steps:
        step = sequence.expect(name)
        if answered:
            step.completes(name.upper())
        if often == "?":
            step.rule.optional()
        elif often == "*":
            step.rule.any_times()
    session = ScriptSession(script)
    at, taken, came = 0, [0] * len(steps), ""
    for sql in statements:
        due = _due(steps, at, taken)
        place = next((n for n in due if steps[n][0] == sql), None)
        open_steps = any(steps[n][1] == "1" and not taken[n] for n in range(at, len(steps)))
        under_way = open_steps and any(taken)
        out_of_turn = any(
            steps[n][0] == sql and n not in due and (steps[n][1] == "*" or not taken[n])
            for n in range(0 if under_way else at, len(steps))
        )
        expected: str | None = None
        if place is not None:
            at, came = place, came + sql
            taken[place] += 1
            expected = sql.upper() if steps[place][2] else None
        elif out_of_turn or (strict and under_way):
            expected = "refused"
        assert _answer(session, sql) == expected
    whole = "".join(f"{name}{often.replace('1', '')}" for name, often, _ in steps)
    missing = any(steps[n][1] == "1" and not taken[n] for n in range(at, len(steps)))
    assert (script.unmet() != []) is missing
    assert missing or re.fullmatch(whole, came)


def _answer(session: ScriptSession, sql: str) -> str | None:
    try:
        answer = session.respond(sql, ())
    except SqlError as error:
        return "refused" if error.message.startswith(f"out of turn: {sql}; ") else str(error)
    return answer.tag if answer else None


def _due(steps: list[tuple[str, str, bool]], at: int, taken: list[int]) -> list[int]:
    found = []
    for n in range(at, len(steps)):
        often = steps[n][1]
        if often == "*" or not taken[n]:
            found.append(n)
        if often == "1" and not taken[n]:
            break
    return found
