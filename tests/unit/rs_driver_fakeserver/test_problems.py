from __future__ import annotations

import pytest

from rs_driver_fakeserver.problems import (
    KINDS,
    FakeServerError,
    Policy,
    Problem,
    ProblemKind,
    Problems,
    Verdict,
)


def test_usual_verdicts() -> None:
    policy = Policy()
    assert {kind for kind in KINDS if policy[kind] == "warn"} == {"statements", "farewell"}
    assert all(policy[kind] == "fail" for kind in KINDS if kind not in ("statements", "farewell"))


@pytest.mark.parametrize("verdict", ["fail", "warn", "ignore"])
def test_one_verdict_for_all(verdict: Verdict) -> None:
    assert {Policy(verdict)[kind] for kind in KINDS} == {verdict}


def test_some_verdicts() -> None:
    given: dict[ProblemKind, Verdict] = {"leaked": "ignore", "farewell": "fail"}
    policy = Policy(given)
    assert (policy["leaked"], policy["farewell"], policy["unmet"]) == ("ignore", "fail", "fail")
    policy["unmet"] = "warn"
    other = policy.copy()
    policy["unmet"] = "ignore"
    assert other["unmet"] == "warn"


@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        ({"leak": "ignore"}, ValueError, "no problem of kind 'leak'; there are unmatched, unmet"),
        ({"leaked": "off"}, ValueError, "'off' is no verdict; there are fail, warn, ignore"),
        ("strict", ValueError, "'strict' is no verdict"),
        (True, TypeError, "policy= takes a verdict or a dict, not bool"),
    ],
)
def test_wrong_policies(given: object, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        Policy(given)  # type: ignore[arg-type]  # as a user may write it


def test_problems_are_kept_in_order_and_told_apart() -> None:
    problems = Problems()
    problems.add("unmatched", "select 1", 1)
    problems.add("unmatched", "select 1", 1)
    problems.add("unmatched", "select 1", 2)
    problems.add("unmet", "a rule")
    assert [str(problem) for problem in problems.found] == [
        "unmatched (connection 1): select 1",
        "unmatched (connection 2): select 1",
        "unmet: a rule",
    ]
    problems.clear()
    assert problems.found == ()


def test_there_is_a_bound() -> None:
    problems = Problems()
    for number in range(3000):
        problems.add("violation", f"number {number}")
    assert len(problems.found) == 1000


def test_the_error_says_everything() -> None:
    error = FakeServerError([Problem("unmet", "select 1"), Problem("leaked", "it", 3)], "1\tF Sync")
    assert isinstance(error, AssertionError)
    assert len(error.problems) == 2
    assert str(error).splitlines() == [
        "unmet: select 1",
        "leaked (connection 3): it",
        "The conversation:",
        "1\tF Sync",
    ]
