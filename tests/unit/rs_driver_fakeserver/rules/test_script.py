"""The rules of one server. What a client sees of them is in test_session."""

from __future__ import annotations

import re
import threading

import pytest

from rs_driver_fakeserver.engine.port import Engine, Result, SqlError
from rs_driver_fakeserver.rules import matching
from rs_driver_fakeserver.rules.calls import Caller
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.rules.session import ScriptSession


@pytest.fixture
def script() -> Script:
    return Script()


def opened(script: Script, user: str = "alice") -> ScriptSession:
    engine: Engine = script
    session = engine.open_session(user, "dev")
    assert isinstance(session, ScriptSession)
    return session


def tag(session: ScriptSession, sql: str, *parameters: object) -> str:
    return session.execute(sql, parameters).tag


def test_the_newest_rule_answers(script: Script) -> None:
    script.when("select 1").completes("OLD")
    session = opened(script)
    assert tag(session, "select 1") == "OLD"
    script.when(matching.glob("select *")).completes("NEW")
    assert tag(session, "select 1") == "NEW"
    script.clear()
    assert not session.knows("select 1")


def test_each_way_to_say_what_a_rule_is_about(script: Script) -> None:
    script.when("select  A\nfrom t;").completes("TEXT")
    script.when(re.compile(r"^copy\b", re.IGNORECASE)).completes("PATTERN")
    script.when(lambda sql: sql == "vacuum t").completes("FUNCTION")
    script.when(matching.contains("slow")).completes("CONTAINS")
    script.when(matching.regex("^drop|^create")).completes("REGEX")
    session = opened(script)
    asked = ("SELECT a FROM t", "COPY t", "VACUUM  t;", "select very_slow()", "DROP table t")
    assert [tag(session, sql) for sql in asked] == [
        *("TEXT", "PATTERN", "FUNCTION", "CONTAINS", "REGEX")
    ]


def test_users_and_databases(script: Script) -> None:
    script.when("a").completes("ANY")
    script.when("a", user="alice").completes("ALICE")
    script.when("a", user="alice", database="prod").completes("PROD")
    assert tag(opened(script, "alice"), "a") == "ALICE"
    assert tag(opened(script, "bob"), "a") == "ANY"


def test_a_used_up_rule_makes_way_for_an_older_one(script: Script) -> None:
    script.when("a").completes("OLD")
    newer = script.when("a").completes("NEW").times(2)
    session = opened(script)
    assert [tag(session, "a") for _ in range(4)] == ["NEW", "NEW", "OLD", "OLD"]
    assert newer.count == 2
    assert newer not in script.index.about("a", "a")
    assert newer in script.rules


def test_an_expectation_may_come_after_the_fact(script: Script) -> None:
    rule = script.when("a").completes()
    session = opened(script)
    session.execute("a", ())
    rule.once()
    assert not session.knows("a")


def test_what_did_not_come(script: Script) -> None:
    script.when("a").completes().once()
    script.when("b").completes()
    script.when("c", params=[matching.ANY]).completes().times(2)
    with script.sequence() as steps:
        steps.expect("begin")
    session = opened(script)
    session.execute("c", (1,))
    assert script.unmet() == [
        "a: should have come once, came not at all",
        "c (params=[ANY]): should have come twice, came once",
        "step 1 of 1 of a sequence, begin: should have come once, came not at all",
    ]
    session.execute("a", ())
    session.execute("c", (2,))
    assert session.respond("begin", ()) is None
    assert script.unmet() == []
    script.when("d").completes().once()
    script.clear()
    assert script.unmet() == []


def test_the_version_grows_with_every_change_of_what_answers(script: Script) -> None:
    versions = [script.version]

    def changed() -> bool:
        versions.append(script.version)
        return versions[-2] < versions[-1]

    rule = script.when("a").returns_each(["n"], [[(1,)], [(2,)]])
    assert changed()
    session = opened(script)
    session.execute("a", ())
    assert not changed()  # the same columns as ever
    session.execute("a", ())
    assert not rule.live
    assert changed()
    script.clear()
    assert changed()
    step = script.sequence().expect("a")
    assert changed()
    step.completes()
    assert changed()
    session.execute("a", ())
    assert changed()  # the next step may have other columns


def test_rules_may_be_made_directly(script: Script) -> None:
    script.add(Rule("a", (1,), Result(None, (), "DONE")))
    script.add(Rule(re.compile("^b"), None, SqlError("22012", "no")))
    session = opened(script)
    assert tag(session, "A", 1.0) == "DONE"
    with pytest.raises(SqlError, match="22012"):
        session.execute("b", ())


def test_thousands_of_rules(script: Script) -> None:
    for n in range(5000):
        script.when(f"select {n}").completes(str(n))
    assert tag(opened(script), "SELECT 4711") == "4711"
    assert len(script.rules) == 5000
    assert script.rules[0].foreseen() == Result(None, (), "4999")


def test_threads_share_what_there_is(script: Script) -> None:
    script.when("a").completes("OLD")
    script.when("a").returns_each(None, [str(n) for n in range(100)])
    found: list[str] = []

    def use() -> None:
        session = opened(script)
        found.extend([tag(session, "a") for _ in range(50)])

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted([*map(str, range(100)), *["OLD"] * 100])


def test_a_rule_is_taken_once(script: Script) -> None:
    rule = script.when("a").completes().once()
    assert script.take(rule, "a", (), Caller()) is not None
    assert script.take(rule, "a", (), Caller()) is None
    script.close()
