from __future__ import annotations

import re

from rs_driver_fakeserver.engine.port import Result
from rs_driver_fakeserver.rules.index import Index
from rs_driver_fakeserver.rules.matchers import Given, Where, matcher
from rs_driver_fakeserver.rules.rule import Rule

DONE = Result(None, (), "DONE")


def filled(*given: Given) -> tuple[Index, list[Rule]]:
    index, rules = Index(), [Rule(matcher(one), None, DONE) for one in given]
    for serial, rule in enumerate(rules, 1):
        rule.serial = serial
        index.add(rule)
    return index, rules


def test_the_newest_come_first_whatever_they_are() -> None:
    index, rules = filled("a", re.compile("a"), "b", "a", re.compile("."))
    assert index.about("a", "a") == [rules[4], rules[3], rules[1], rules[0]]
    assert index.about("b", "b") == [rules[4], rules[2]]
    assert index.about("c", "c") == [rules[4]]


def test_what_is_gone() -> None:
    index, rules = filled("a", "a", re.compile("a"))
    for rule in (rules[1], rules[2], rules[1]):
        index.discard(rule)
    assert index.about("a", "a") == [rules[0]]
    index.discard(rules[0])
    assert index.about("a", "a") == []
    assert not index


def test_functions_are_to_be_asked_each_time() -> None:
    assert filled("a", re.compile("a"))[0].pure
    assert not filled("a", Where(lambda sql: sql))[0].pure


def test_texts_are_looked_up_and_not_compared() -> None:
    index, rules = filled(*(f"select {n}" for n in range(1000)))
    asked: list[str] = []

    class Counting(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            asked.append(self)
            return str(self) == other

        __hash__ = str.__hash__

    assert index.about("select 7", Counting("select 7")) == [rules[7]]
    assert len(asked) < 5
