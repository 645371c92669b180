from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.engine.port import Column, Result, SqlError
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.rules import matching
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.rules.session import ScriptSession


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def told() -> list[tuple[ProblemKind, str]]:
    return []


@pytest.fixture
def session(script: Script, told: list[tuple[ProblemKind, str]]) -> ScriptSession:
    return ScriptSession(
        script,
        user="alice",
        database="dev",
        connection=4,
        report=lambda kind, text: told.append((kind, text)),
    )


def error(session: ScriptSession, sql: str, *parameters: object) -> SqlError:
    with pytest.raises(SqlError) as caught:
        session.execute(sql, parameters)
    return caught.value


def test_what_is_known(script: Script, session: ScriptSession) -> None:
    assert not session.knows("a")
    script.when("a", params=[1]).completes().once()
    assert session.knows("A ;")
    session.execute("a", (1,))
    assert not session.knows("a")


def test_parameters(script: Script, session: ScriptSession) -> None:
    script.when("select $1").completes("ANY")
    script.when("select $1", params=[7]).completes("SEVEN")
    script.when("select $1", params=lambda params: params[0] is None).completes("NULL")
    asked = [session.execute("select $1", (value,)).tag for value in (7, 8, None)]
    assert asked == ["SEVEN", "ANY", "NULL"]


def test_who_called(script: Script, session: ScriptSession) -> None:
    rule = script.when("select $1").completes()
    session.execute("SELECT $1", (7,))
    (call,) = rule.calls
    assert (call.sql, call.params, call.user, call.database) == ("SELECT $1", (7,), "alice", "dev")
    assert (call.connection, call.number) == (4, 1)


def test_the_answer_is_none_where_the_server_is_to_give_it(
    script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
) -> None:
    script.when("a").completes()
    assert session.respond("b", ()) is None
    assert told == []


def test_a_function_may_change_its_mind(script: Script, session: ScriptSession) -> None:
    wanted = {"a"}
    script.when(lambda sql: sql in wanted).completes()
    assert session.knows("a")
    wanted.clear()
    assert not session.knows("a")


class TestDescribe:
    def test_columns_and_parameters(self, script: Script, session: ScriptSession) -> None:
        script.when("select $1, $2", params=[7, "x"]).returns({"a": "int4"}, [(1,)])
        described = session.describe("select $1, $2", [0])
        assert described.parameter_oids == (oids.INT4, oids.TEXT)
        assert described.columns == (Column("a", "int4"),)

    def test_without_rows(self, script: Script, session: ScriptSession) -> None:
        script.when("vacuum").completes()
        script.when("select 1/0").raises("22012", "division by zero")
        assert session.describe("vacuum", []).columns is None
        assert session.describe("select 1/0", []).columns is None

    def test_the_columns_of_what_comes_after_an_error(
        self, script: Script, session: ScriptSession
    ) -> None:
        script.when("a").returns({"n": "int4"}, [(1,)])
        script.when("a").raises("57014", "cancelled").once()
        assert session.describe("a", []).columns == (Column("n", "int4"),)
        script.when("a").returns_each({"m": "int8"}, [SqlError("57014", "no"), [(1,)]])
        assert session.describe("a", []).columns == (Column("m", "int8"),)

    def test_it_does_not_count(self, script: Script, session: ScriptSession) -> None:
        rule = script.when("a").returns(["n"], [(1,)]).once()
        session.describe("a", [])
        assert session.expects("a", ()) == Result((Column("n", "int4"),), ((1,),), "")
        assert session.knows("a")
        assert session.delay("a", ()) == 0.0
        assert rule.count == 0

    def test_no_rule(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        with pytest.raises(SqlError, match="no rule matches: select 1"):
            session.describe("select 1", [])
        assert told == [("unmatched", "no rule matches: select 1\nThere are no rules.")]


class TestErrorsOfClass42:
    """They come when a statement is prepared: it never runs, so this is their run."""

    def test_they_count(self, script: Script, session: ScriptSession) -> None:
        script.when("selec").completes("OLD")
        rule = script.when("selec").notices("hm").raises("42601", "syntax error").once()
        with pytest.raises(SqlError, match="42601"):
            session.describe("selec", [])
        assert rule.count == 1
        assert session.execute("selec", ()).tag == "OLD"

    def test_in_a_simple_query_they_come_when_it_runs(
        self, script: Script, session: ScriptSession
    ) -> None:
        rule = script.when("selec").raises("42601", "syntax error")
        assert error(session, "selec").sqlstate == "42601"
        assert rule.count == 1

    def test_not_if_other_parameters_have_another_answer(
        self, script: Script, session: ScriptSession
    ) -> None:
        script.when("select $1").completes("OLD")
        script.when("select $1", params=[1]).raises("42704", "no such type")
        session.describe("select $1", [])
        assert session.execute("select $1", (2,)).tag == "OLD"
        assert error(session, "select $1", 1).sqlstate == "42704"

    def test_the_only_rule_is_asked_for_whatever_parameters(
        self, script: Script, session: ScriptSession
    ) -> None:
        script.when("select $1", params=[1]).raises("42704", "no such type")
        with pytest.raises(SqlError, match="42704"):
            session.describe("select $1", [])

    def test_not_if_it_takes_time(self, script: Script, session: ScriptSession) -> None:
        script.when("selec").delays(5).raises("42601", "syntax error")
        session.describe("selec", [])
        assert session.delay("selec", ()) == 5
        assert error(session, "selec").sqlstate == "42601"


class TestExpects:
    def test_a_result(self, script: Script, session: ScriptSession) -> None:
        script.when("select $1", params=[7]).returns(["a"], [(7,)])
        script.when("select $1", params=[8]).raises("22012", "no")
        found = session.expects("select $1", (7,))
        assert found is not None
        assert found.rows == ((7,),)
        assert session.expects("select $1", (8,)) is None
        assert session.expects("select $1", (9,)) is None
        assert session.expects("select 2", ()) is None

    def test_of_several_the_one_that_is_next(self, script: Script, session: ScriptSession) -> None:
        script.when("a").returns_each(["n"], [[(1,)], SqlError("22012", "no")])
        assert session.expects("a", ()) is not None
        session.execute("a", ())
        assert session.expects("a", ()) is None


class TestDelays:
    def test_a_run_that_waits_has_begun(self, script: Script, session: ScriptSession) -> None:
        rule = script.when("a").delays(5).completes("SLOW").once()
        assert session.delay("a", ()) == 5
        assert (rule.count, rule.live) == (1, False)
        assert session.knows("a")  # until it has run
        assert session.execute("a", ()).tag == "SLOW"
        assert rule.count == 1
        assert not session.knows("a")

    def test_one_that_was_cancelled_counts_and_is_forgotten(
        self, script: Script, session: ScriptSession
    ) -> None:
        script.when("a").completes("OLD")
        rule = script.when("a").delays(5).completes("SLOW").times(2)
        assert session.delay("a", ()) == 5
        assert session.delay("b", ()) == 0.0
        assert session.delay("a", ()) == 5
        assert session.execute("a", ()).tag == "SLOW"
        assert rule.count == 2
        assert session.delay("a", ()) == 0.0
        assert session.execute("a", ()).tag == "OLD"

    def test_what_was_cancelled_answers_nobody_later(
        self, script: Script, session: ScriptSession
    ) -> None:
        script.when("a").completes("OLD")
        script.when("a").delays(5).completes("SLOW").once()
        assert session.delay("a", ()) == 5
        assert session.delay("a", ()) == 0.0
        assert session.execute("a", ()).tag == "OLD"

    def test_the_last_run_of_a_rule_has_its_columns_until_it_is_given_up(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.when("a").delays(5).returns(["n"], [(1,)]).once()
        session.delay("a", ())
        described = session.describe("a", ())
        assert [column.name for column in described.columns or ()] == ["n"]
        session.give_up()
        assert told == []
        assert not session.knows("a")

    def test_by_parameters(self, script: Script, session: ScriptSession) -> None:
        script.when("select $1").completes()
        script.when("select $1", params=[1]).delays(2).completes()
        assert session.delay("select $1", (1,)) == 2
        assert session.delay("select $1", (2,)) == 0


class TestFailingFunctions:
    def test_about_the_sql(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.when(lambda sql: sql[100]).completes()
        found = error(session, "select 1")
        assert found.sqlstate == "XX000"
        assert "raised IndexError: string index out of range" in found.message
        with pytest.raises(SqlError, match="IndexError"):
            session.knows("select 1")
        with pytest.raises(SqlError, match="IndexError"):
            session.describe("select 1", [])
        assert {kind for kind, _ in told} == {"internal"}
        assert "lambda at test_session.py:" in told[0][1]

    def test_about_the_parameters(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        rule = script.when("select $1", params=lambda params: params[1]).completes()
        assert session.knows("select $1")
        assert "IndexError" in error(session, "select $1", 1).message
        assert [kind for kind, _ in told] == ["internal"]
        assert rule.count == 0

    def test_of_the_answer(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        rule = script.when("a").answers(lambda call: 1 // 0)
        assert "ZeroDivisionError" in error(session, "a").message
        assert [kind for kind, _ in told] == ["internal"]
        assert rule.count == 1


class TestUnmatched:
    def test_a_step_that_nobody_answers(self, script: Script, session: ScriptSession) -> None:
        with script.sequence() as steps:
            steps.expect("begin")
            steps.expect("insert into t values ($1)")
            steps.expect("commit")
        assert session.respond("begin", ()) is None  # the server's own answer
        for asked in (
            lambda: session.describe("insert into t values ($1)", ()),
            lambda: session.execute("insert into t values ($1)", (1,)),
        ):
            with pytest.raises(SqlError, match="a step of a sequence took it") as caught:
                asked()
            assert ".completes()" in (caught.value.hint or "")
        assert error(session, "else").message == "no rule matches: else"

    def test_by_the_sql(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.when("select * from orders").completes()
        found = error(session, "select * from order")
        assert (found.sqlstate, found.message) == ("XX000", "no rule matches: select * from order")
        ((kind, text),) = told
        assert kind == "unmatched"
        assert "select * from [-orders-]{+order+}" in text

    def test_by_the_parameters(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.when("select $1", params=[7]).completes()
        found = error(session, "select $1", 8)
        assert found.sqlstate == "XX000"
        assert found.detail == "It came with [8]."
        assert found.hint == "There are rules for it: expected [7] ($1 is 8, not 7)."
        assert [kind for kind, _ in told] == ["unmatched"]

    def test_without_a_listener(self, script: Script) -> None:
        assert error(ScriptSession(script), "select 1").sqlstate == "XX000"


class TestSteps:
    def test_answers_and_the_servers_own(self, script: Script, session: ScriptSession) -> None:
        with script.sequence() as steps:
            steps.expect("begin")
            steps.expect(matching.glob("insert*")).completes("INSERT 0 1")
            last = steps.expect("commit").notices("hm")
        assert not session.knows("begin")
        assert session.knows("insert into t")
        assert session.respond("begin", ()) is None
        assert session.execute("insert into t", ()).tag == "INSERT 0 1"
        assert session.respond("commit", ()) is None
        assert last.calls[0].sql == "commit"
        assert script.unmet() == []

    def test_the_answer_of_a_rule_will_do(self, script: Script, session: ScriptSession) -> None:
        rule = script.when("a").delays(1).completes("RULE")
        script.sequence().expect("a").delays(2)
        assert session.delay("a", ()) == 3
        assert session.execute("a", ()).tag == "RULE"
        assert rule.count == 1
        assert script.unmet() == []

    def test_out_of_turn(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.when("commit").completes()
        with script.sequence() as steps:
            steps.expect("a").completes("A")
            steps.expect("commit")
        found = error(session, "commit")
        assert (found.sqlstate, found.message) == (
            "XX000",
            "out of turn: commit; step 1 of 2 is due: a",
        )
        assert told == [("unmatched", found.message)]
        assert session.execute("a", ()).tag == "A"
        assert session.execute("commit", ()).tag == "COMMIT"

    def test_out_of_turn_nothing_is_foreseen(self, script: Script, session: ScriptSession) -> None:
        with script.sequence() as steps:
            steps.expect("a").completes()
            steps.expect("b").delays(3).returns(["n"])
        assert session.describe("b", []).columns == (Column("n"),)
        assert session.expects("b", ()) is None
        assert session.delay("b", ()) == 0.0
        session.execute("a", ())
        assert session.expects("b", ()) is not None
        assert session.delay("b", ()) == 3

    def test_an_error_of_class_42_is_a_steps_run(
        self, script: Script, session: ScriptSession
    ) -> None:
        with script.sequence() as steps:
            steps.expect("a").raises("42P01", "no such table")
            steps.expect("a").returns({"n": "int4"}, [(1,)])
        with pytest.raises(SqlError, match="42P01"):
            session.describe("a", [])
        assert session.describe("a", []).columns == (Column("n", "int4"),)
        assert session.execute("a", ()).rows == ((1,),)

    def test_without_any_answer(
        self, script: Script, session: ScriptSession, told: list[tuple[ProblemKind, str]]
    ) -> None:
        script.sequence().expect("a")
        assert "nothing answers it: a" in error(session, "a").message
        assert script.unmet() == []
        assert [kind for kind, _ in told] == ["unmatched"]


def test_notices_are_for_those_who_listen(script: Script, session: ScriptSession) -> None:
    script.when("a").notices("x").completes("A")
    assert session.execute("a", ()).tag == "A"


def test_transactions_are_nothing_to_a_script(session: ScriptSession) -> None:
    session.begin()
    session.commit()
    session.begin()
    session.rollback()
    session.cancel()
    session.close()
