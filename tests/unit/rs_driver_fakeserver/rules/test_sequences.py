from __future__ import annotations

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules.calls import Caller
from rs_driver_fakeserver.rules.sequence import StepSequence
from rs_driver_fakeserver.rules.sequences import OutOfTurn, Sequences

ALICE = Caller("alice", "dev")


def made(*steps: str, strict: bool = False) -> StepSequence:
    sequence = StepSequence(Dialect(), lambda: None, strict=strict)
    for step in steps:
        sequence.expect(step)
    return sequence


def holding(*given: StepSequence) -> Sequences:
    sequences = Sequences()
    for sequence in given:
        sequences.add(sequence)
    return sequences


def come(sequences: Sequences, sql: str, caller: Caller = ALICE) -> bool:
    taken = sequences.take(sequences.about(sql, sql, caller), sql, (), caller)
    return taken is not None


def test_steps_in_their_order() -> None:
    sequences = holding(made("a", "b", "a"))
    assert [come(sequences, sql) for sql in ("a", "x", "b", "a", "a")] == [
        *(True, False, True, True, False)
    ]
    assert sequences.unmet() == []


def test_a_step_that_comes_too_early() -> None:
    sequences = holding(made("a", "b"))
    with pytest.raises(OutOfTurn, match="out of turn: b; step 1 of 2 is due: a") as caught:
        come(sequences, "b")
    assert isinstance(caught.value, SqlError)
    assert caught.value.sqlstate == "XX000"
    assert come(sequences, "a")  # it does not move on
    assert come(sequences, "b")


def test_nothing_else_between_the_steps_of_a_strict_one() -> None:
    sequences = holding(made("a", "b", strict=True))
    assert not come(sequences, "x")
    come(sequences, "a")
    with pytest.raises(OutOfTurn, match="out of turn: x; step 2 of 2 is due: b"):
        come(sequences, "x")
    with pytest.raises(OutOfTurn, match="out of turn: a"):
        come(sequences, "a")
    come(sequences, "b")
    assert not come(sequences, "x")


def test_two_at_once() -> None:
    sequences = holding(made("a", "b"), made("b", "c", "a"))
    assert [come(sequences, sql) for sql in ("b", "a", "b", "c", "a", "a")] == [
        *(True, True, True, True, True, False)
    ]
    assert sequences.unmet() == []


def test_what_is_due_comes_first() -> None:
    one = StepSequence(Dialect(), lambda: None)
    steps = [one.expect("a").rule, one.expect("b").rule, one.expect("a").rule]
    sequences = holding(one)
    assert sequences.about("a", "a", ALICE) == [steps[0], steps[2]]
    older = made("a")
    sequences = holding(older, one)
    assert sequences.about("a", "a", ALICE) == [steps[0], *older.left(), steps[2]]
    assert sequences.due([steps[2]]) is None
    assert sequences.due(steps) is steps[0]


def test_who_asks() -> None:
    one = StepSequence(Dialect(), lambda: None)
    one.expect("a", user="bob")
    sequences = holding(one)
    assert not come(sequences, "a")
    assert come(sequences, "a", Caller("bob", "dev"))


def test_what_is_missing() -> None:
    sequences = holding(made("a"), made("b", "c"))
    assert sequences.waiting() == ["step 1 of 2 is due: b", "step 1 of 1 is due: a"]
    come(sequences, "b")
    assert sequences.unmet() == [
        "step 1 of 1 of a sequence, a: should have come once, came not at all",
        "step 2 of 2 of a sequence, c: should have come once, came not at all",
    ]
    sequences.clear()
    assert (sequences.unmet(), bool(sequences)) == ([], False)


def test_long_sql_is_cut() -> None:
    sequences = holding(made("a", "b" * 10_000))
    with pytest.raises(OutOfTurn) as caught:
        come(sequences, "b" * 10_000)
    assert len(caught.value.text) < 2500
