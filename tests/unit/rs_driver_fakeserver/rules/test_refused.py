from __future__ import annotations

import pytest

from rs_driver_fakeserver.rules.calls import Caller
from rs_driver_fakeserver.rules.matching import where
from rs_driver_fakeserver.rules.refused import not_taken, unmatched
from rs_driver_fakeserver.rules.script import Script

ALICE = Caller("alice", "dev")


@pytest.fixture
def script() -> Script:
    return Script()


def hint(script: Script, sql: str) -> str:
    return unmatched(script, sql, ALICE).hint or ""


def test_no_rule_at_all(script: Script) -> None:
    error = unmatched(script, "select 1", ALICE)
    assert (error.sqlstate, error.message) == ("XX000", "no rule matches: select 1")
    assert error.text == "no rule matches: select 1\nThere are no rules."


def test_the_nearest_rules(script: Script) -> None:
    for name in ("customers", "orders", "custom"):
        script.when(f"select * from {name}").returns(["a"])
    assert "select * from [-customers-]{+customer+}" in hint(script, "select * from customer")


def test_a_rule_that_is_used_up(script: Script) -> None:
    rule = script.when("a", params=[1]).completes().once()
    script.take(rule, "a", (1,), ALICE)
    assert hint(script, "A;").splitlines() == [
        "A rule about it is used up: <Rule a (params=[1]): once, came once>",
        "There are no rules.",
    ]


def test_a_rule_for_others(script: Script) -> None:
    script.when("a", user="bob").completes()
    assert hint(script, "a").splitlines()[0] == (
        "A rule about it is for others: a (user='bob'); this is user 'alice' in database 'dev'"
    )


def test_a_rule_that_was_begun(script: Script) -> None:
    script.when("a").delays(3)
    assert "when('a') got no answer: .returns(...) or the like" in hint(script, "a")
    assert "got no answer" not in hint(script, "b")


def test_sequences(script: Script) -> None:
    script.sequence().expect("begin")
    assert "Of a sequence step 1 of 1 is due: begin" in hint(script, "a")


def test_functions_are_not_asked(script: Script) -> None:
    script.when(where(lambda sql: 1 // 0), user="bob").completes()
    assert "ZeroDivisionError" not in hint(script, "a")


def test_parameters(script: Script) -> None:
    def even(params: object) -> object:
        return params

    for params in ([7, "x"], [7], even):
        script.when("select $1, $2", params=params).completes()
    error = not_taken("select $1, $2", (7, "y"), list(reversed(script.rules)))
    assert error.detail == "It came with [7, 'y']."
    assert error.hint == (
        "There are rules for it: expected [7, 'x'] ($2 is 'y', not 'x'); "
        "expected [7] (1 values, not 2); expected even."
    )
    assert error.text.startswith("no rule matches the parameters of this statement: select $1")


def test_everything_is_bounded(script: Script) -> None:
    rule = script.when("a" * 50_000, params=["b" * 50_000] * 500).completes().once()
    error = not_taken("a" * 50_000, ("c" * 50_000,) * 500, [rule])
    assert len(error.text) < 5000
    script.take(rule, "", (), ALICE)
    assert len(unmatched(script, "a" * 50_000, ALICE).text) < 10_000
