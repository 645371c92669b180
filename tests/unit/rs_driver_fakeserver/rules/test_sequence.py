from __future__ import annotations

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Notice, Result
from rs_driver_fakeserver.rules.calls import Caller
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.sequence import Step, StepSequence


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def sequence() -> StepSequence:
    return StepSequence(Dialect(), Counter())


def come(sequence: StepSequence, rule: Rule) -> None:
    assert rule in sequence.due()
    rule.take("a", (), Caller())
    sequence.came(rule)


def test_one_after_the_other(sequence: StepSequence) -> None:
    a, b = sequence.expect("a").rule, sequence.expect("b").rule
    assert (sequence.due(), sequence.left()) == ([a], [a, b])
    assert (sequence.out_of_turn([b]), sequence.out_of_turn([a])) == (True, False)
    come(sequence, a)
    assert (sequence.due(), sequence.left()) == ([b], [b])
    assert not sequence.out_of_turn([b])
    come(sequence, b)
    assert (sequence.due(), sequence.left()) == ([], [])


def test_one_that_may_be_left_out(sequence: StepSequence) -> None:
    a = sequence.expect("a").optional().rule
    b, c = sequence.expect("b").rule, sequence.expect("c").rule
    assert sequence.due() == [a, b]
    come(sequence, b)
    assert sequence.due() == [c]
    assert sequence.out_of_turn([a])  # too late
    come(sequence, c)
    assert not sequence.out_of_turn([a])  # nobody waits any more
    assert sequence.left() == []


def test_one_that_comes_often(sequence: StepSequence) -> None:
    a, b = sequence.expect("a").times(2).rule, sequence.expect("b").at_least(1).rule
    c = sequence.expect("c").rule
    come(sequence, a)
    assert sequence.due() == [a]
    come(sequence, a)
    assert sequence.due() == [b]
    come(sequence, b)
    assert sequence.due() == [b, c]
    come(sequence, b)
    come(sequence, c)
    assert sequence.due() == []


def test_it_is_under_way_from_the_first_step_to_the_last(sequence: StepSequence) -> None:
    a, b = sequence.expect("a").rule, sequence.expect("b").rule
    sequence.expect("c").any_times()
    found = [sequence.under_way]
    for step in (a, b):
        come(sequence, step)
        found.append(sequence.under_way)
    assert found == [False, True, False]


def test_in_words(sequence: StepSequence) -> None:
    a = sequence.expect("a").optional().rule
    b = sequence.expect("b", [7], user="alice").rule
    for name in "cdefg":
        sequence.expect(name)
    assert sequence.expected() == ("step 2 of 7 is due: a or b (params=[7], user='alice')")
    assert sequence.unmet() == (
        "step 2 of 7 of a sequence, b (params=[7], user='alice'): should have come once, "
        "came not at all, and then: c; d; e and 2 more"
    )
    assert a.count == 0
    come(sequence, b)
    assert (sequence.unmet() or "").startswith("step 3 of 7 of a sequence, c: ")


def test_when_all_have_come(sequence: StepSequence) -> None:
    come(sequence, sequence.expect("a").rule)
    assert (sequence.unmet(), sequence.expected()) == (None, "no step is left")


def test_the_block_ends_it(sequence: StepSequence) -> None:
    with sequence as steps:
        steps.expect("a")
    with pytest.raises(ValueError, match="takes no more steps"):
        steps.expect("b")


def test_an_empty_block(sequence: StepSequence) -> None:
    with pytest.raises(ValueError, match="a sequence has a step at least"), sequence:
        pass
    with pytest.raises(ZeroDivisionError), StepSequence(Dialect(), Counter()):
        raise ZeroDivisionError


def test_answers_of_a_step() -> None:
    changed = Counter()
    step: Step = StepSequence(Dialect(), changed).expect("a")
    assert (step.rule.answer, changed.count) == (None, 1)
    step.notices("x").delays(2)
    assert (step.rule.notices, step.rule.delay) == ((Notice("x"),), 2)
    assert step.replies("DONE", ["y"]) is step.rule
    assert step.rule.notices == (Notice("x"), Notice("y"))
    assert step.rule.foreseen() == Result(None, (), "DONE")
    assert changed.count == 2
    step.rule.take("a", (), Caller())
    assert (step.count, [call.sql for call in step.calls]) == (1, ["a"])


def test_as_many_answers_as_times(sequence: StepSequence) -> None:
    rule = sequence.expect("a").returns_each(None, ["A", "B"])
    found = [rule.missing]
    for _ in range(2):
        come(sequence, rule)
        found.append(rule.missing)
    assert found == [True, True, False]
    assert sequence.expect("b").once().rule.missing


def test_what_a_step_is_about(sequence: StepSequence) -> None:
    with pytest.raises(TypeError, match="a rule is about a str"):
        sequence.expect(7)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(TypeError, match="params= takes a list"):
        sequence.expect("a", "b")
    assert sequence.left() == []
