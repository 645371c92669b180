from __future__ import annotations

import re
import threading

import pytest

from rs_driver_fakeserver.engine.port import Column, CopyIn, Result, SqlError
from rs_driver_fakeserver.rules.answers import Each
from rs_driver_fakeserver.rules.calls import Call, Caller
from rs_driver_fakeserver.rules.kept import MOST_BYTES, MOST_KEPT
from rs_driver_fakeserver.rules.parameters import ANY
from rs_driver_fakeserver.rules.rule import Rule

DONE = Result(None, (), "DONE")
ALICE = Caller("alice", "dev", 3)


def taken(rule: Rule) -> Call | None:
    return rule.take("a", (), ALICE)


def test_texts_are_compared_in_normal_form_and_patterns_searched() -> None:
    rule = Rule("select 1", None, DONE)
    assert rule.sql.matches("SELECT 1;", "select 1")
    assert not rule.sql.matches("select 1", "select 2")
    pattern = Rule(re.compile("^SEL"), None, DONE)
    assert pattern.sql.matches("SELECT 1", "")
    assert not pattern.sql.matches("select 1", "SELECT 1")


def test_parameters() -> None:
    assert Rule("a", None, DONE).takes([1, 2])
    rule = Rule("a", (1, [2], ANY), DONE)
    assert rule.takes([1.0, [2], None])
    assert not rule.takes([1])
    assert not rule.takes([1, [3], None])


def test_clients() -> None:
    rule = Rule("a", None, DONE, user="alice", database="dev")
    assert rule.serves(Caller("alice", "dev"))
    assert not rule.serves(Caller("bob", "dev"))
    assert not rule.serves(Caller("alice", "prod"))
    assert Rule("a", None, DONE).serves(Caller("bob", "prod"))


def test_without_an_expectation_it_is_never_used_up_and_never_missing() -> None:
    rule = Rule("a", None, DONE)
    for _ in range(3):
        assert taken(rule) is not None
    assert (rule.count, rule.live, rule.missing, rule.unmet()) == (3, True, False, None)


def test_once() -> None:
    rule = Rule("a", (7,), DONE, user="alice").once()
    assert rule.unmet() == "a (params=[7], user='alice'): should have come once, came not at all"
    assert taken(rule) is not None
    assert (rule.live, rule.unmet()) == (False, None)
    assert taken(rule) is None
    assert rule.count == 1


def test_times() -> None:
    rule = Rule("a", None, DONE).times(3)
    taken(rule)
    taken(rule)
    assert rule.unmet() == "a: should have come 3 times, came twice"
    taken(rule)
    assert (rule.live, rule.unmet()) == (False, None)


def test_at_least() -> None:
    rule = Rule("a", None, DONE).at_least(2)
    taken(rule)
    assert rule.unmet() == "a: should have come at least twice, came once"
    taken(rule)
    taken(rule)
    assert (rule.count, rule.live, rule.unmet()) == (3, True, None)


def test_optional() -> None:
    rule = Rule("a", None, DONE).once().optional()
    assert rule.unmet() is None
    taken(rule)
    assert not rule.live
    assert rule.any_times().live


def test_answers_one_after_the_other_are_a_stock() -> None:
    rule = Rule("a", None, Each([DONE, DONE], None))
    assert rule.unmet() is None
    taken(rule)
    taken(rule)
    assert not rule.live
    with pytest.raises(ValueError, match="the rule has 2 answers, so it cannot come 3 times"):
        rule.times(3)


def test_the_calls() -> None:
    rule = Rule("a", None, DONE)
    assert rule.take("A", [1, None], ALICE) == Call("A", (1, None), "alice", "dev", 3, 1)
    rule.take("a ", [2], Caller("bob", "prod", 4))
    assert [(call.sql, call.params, call.number) for call in rule.calls] == [
        ("A", (1, None), 1),
        ("a ", (2,), 2),
    ]


def test_not_every_call_is_kept() -> None:
    rule = Rule("a", None, DONE)
    for _ in range(MOST_KEPT + 5):
        taken(rule)
    assert rule.count == MOST_KEPT + 5
    assert len(rule.calls) == MOST_KEPT
    assert rule.calls[-1].number == rule.count


def test_large_statements_are_not_kept_for_good() -> None:
    rule = Rule("a", None, DONE)
    for _ in range(5):
        rule.take("x" * (MOST_BYTES // 2), (), ALICE)
    assert [call.number for call in rule.calls] == [4, 5]


def test_threads_do_not_use_it_more_often_than_it_may_be() -> None:
    rule, lucky = Rule("a", None, DONE).times(50), []

    def use() -> None:
        lucky.extend([call for _ in range(100) if (call := taken(rule))])

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(call.number for call in lucky) == list(range(1, 51))


def test_the_answer() -> None:
    error, rows = SqlError("22012", "no"), Result((Column("n"),), (("x",),), "")
    rule = Rule("a", None, Each([error, rows], rows.columns))
    assert rule.foreseen() is error
    first, second = taken(rule), rule.foreseen()
    assert first is not None
    assert rule.give(first) is error
    assert second is rows
    assert Rule("a", None, None).foreseen() is None


def test_what_a_client_sends_is_kept() -> None:
    rule = Rule("copy t from stdin", None, Result(None, (), "COPY", CopyIn(2)))
    for data in (b"1\t2\n", b""):
        call = taken(rule)
        assert call is not None
        result = rule.give(call)
        assert isinstance(result, Result)
        assert isinstance(result.copy, CopyIn)
        assert result.copy.columns == 2
        result.copy.receive(data)
    assert rule.received == [b"1\t2\n", b""]


def test_for_people() -> None:
    assert repr(Rule("a", None, DONE)) == "<Rule a: any number of times, came not at all>"
    assert str(Rule(re.compile("^a"), (1,), DONE, database="dev")) == (
        "/^a/ (params=[1], database='dev')"
    )
