"""What each of the answers looks like to an engine's caller; bad arguments are in test_checks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rs_driver_fakeserver.engine.port import (
    Column,
    CopyIn,
    CopyOut,
    Notice,
    Result,
    SqlError,
)
from rs_driver_fakeserver.rules.calls import Call
from rs_driver_fakeserver.rules.script import Script

N = (Column("n", "int4"),)


@pytest.fixture
def script() -> Script:
    return Script()


def run(script: Script, sql: str = "a", *parameters: object) -> Result:
    return script.open_session("alice", "dev").execute(sql, parameters)


def error(script: Script, sql: str = "a") -> SqlError:
    with pytest.raises(SqlError) as caught:
        run(script, sql)
    return caught.value


def test_columns_can_be_given_in_three_ways(script: Script) -> None:
    script.when("a").returns({"n": "int8", "s": "varchar(5)"}, [(1, "x")])
    script.when("b").returns(["n", "s"], [(1, "x"), (None, None)])
    script.when("d").returns([Column("n", "int2")])
    assert run(script, "a").columns == (Column("n", "int8"), Column("s", "varchar(5)"))
    assert run(script, "b").columns == (Column("n", "int4"), Column("s", "varchar"))
    assert run(script, "d") == Result((Column("n", "int2"),), (), "D")


def test_columns_that_are_like_a_list(script: Script) -> None:
    names = {"n": 1, "s": 2}.keys()  # as pandas' columns, which are no Sequence either
    script.when("a").returns(names, [(1, "x")])  # type: ignore[arg-type]  # what is tested
    assert run(script, "a").columns == (Column("n", "int4"), Column("s", "varchar"))


def test_types_follow_the_servers_kind() -> None:
    from rs_driver_fakeserver.dialect import Dialect

    script = Script(Dialect("postgres"))
    script.when("a").returns(["b", "d", "l"], [(b"x", {}, [[1], [None]])])
    assert [column.type for column in run(script).columns or ()] == ["bytea", "jsonb", "int4[]"]


def test_a_tag_can_be_given(script: Script) -> None:
    script.when("a").returns(["a"], [(1,)], tag="FETCH")
    script.when("b").completes("VACUUM")
    script.when("insert into t values (1)").completes()
    assert run(script, "a").tag == "FETCH"
    assert run(script, "b").tag == "VACUUM"
    assert run(script, "insert into t values (1)") == Result(None, (), "INSERT 0 0")


class TestReturnsEach:
    def test_rows_and_errors(self, script: Script) -> None:
        rule = script.when("a").returns_each(
            ["n"], [[(1,)], SqlError("40001", "again"), [], [(2,), (3,)]], tag="X"
        )
        assert run(script) == Result(N, ((1,),), "X")
        assert error(script).sqlstate == "40001"
        assert run(script) == Result(N, (), "X")
        assert run(script) == Result(N, ((2,), (3,)), "X")
        assert "A rule about it is used up" in (error(script).hint or "")
        assert rule.count == 4

    def test_all_share_their_columns(self, script: Script) -> None:
        script.when("a").returns_each(["n"], [[(1,)], [(1 << 40,)]])
        assert run(script).columns == (Column("n", "int8"),)
        with pytest.raises(ValueError, match="no column type holds"):
            script.when("a").returns_each(["n"], [[(1,)], [("x",)]])

    def test_without_rows(self, script: Script) -> None:
        script.when("insert").returns_each(None, ["INSERT 0 7", None, SqlError("23505", "no")])
        assert [run(script, "insert").tag, run(script, "insert").tag] == [
            "INSERT 0 7",
            "INSERT 0 0",
        ]
        assert error(script, "insert").sqlstate == "23505"

    def test_the_last_is_not_said_again(self, script: Script) -> None:
        script.when("a").completes("OLDER")
        script.when("a").returns_each(["n"], [[(1,)]])
        assert [run(script).tag, run(script).tag, run(script).tag] == ["A", "OLDER", "OLDER"]

    @pytest.mark.parametrize(
        ("columns", "answers"),
        [
            (["n"], [(1,)]),
            (["n"], ["x"]),
            (["n"], [None]),
            (["n"], SqlError("22012", "no")),
            (["n"], "x"),
            (None, [[(1,)]]),
            ("n", [[(1,)]]),
        ],
    )
    def test_what_is_no_answer(self, script: Script, columns: Any, answers: Any) -> None:
        with pytest.raises(TypeError):
            script.when("a").returns_each(columns, answers)
        assert script.rules == ()


class TestAnswers:
    def test_the_call(self, script: Script) -> None:
        heard: list[Call] = []

        def answer(call: Call) -> object:
            heard.append(call)
            return [(call.number,)]

        script.when("select $1").answers(answer, {"n": "int4"})
        run(script, "SELECT $1", 7)
        assert run(script, "select $1", 8).rows == ((2,),)
        assert heard[0] == Call("SELECT $1", (7,), "alice", "dev", 0, 1)

    def test_describing_runs_nothing(self, script: Script) -> None:
        heard: list[Call] = []
        script.when("a").answers(heard.append, {"n": "int4"})
        session = script.open_session("alice", "dev")
        assert session.describe("a", []).columns == N
        assert session.expects("a", ()) == Result(N, (), "")
        assert heard == []

    def test_columns_need_types(self, script: Script) -> None:
        with pytest.raises(TypeError, match=r"write columns=\{'n': 'int4'\}"):
            script.when("a").answers(lambda _: [(1,)], ["n"])
        with pytest.raises(TypeError, match=r"answers\(\) takes a function, not list"):
            script.when("a").answers([(1,)])  # type: ignore[arg-type]  # what is tested

    def test_without_columns(self, script: Script) -> None:
        script.when("a").answers(lambda call: f"INSERT 0 {call.number}")
        assert run(script) == Result(None, (), "INSERT 0 1")


class TestNotices:
    def heard(self, script: Script) -> list[Notice]:
        from rs_driver_fakeserver.rules.session import ScriptSession

        found: list[Notice] = []
        ScriptSession(script, found.append).execute("a", ())
        return found

    def test_before_any_answer(self, script: Script) -> None:
        script.when("a").notices("one", "two").notices("w", severity="WARNING").completes()
        assert self.heard(script) == [Notice("one"), Notice("two"), Notice("w", "WARNING")]

    def test_replies(self, script: Script) -> None:
        loaded = Notice("Load completed", "INFO", "01000")
        script.when("a").notices("first").replies("COPY", ["plain", ("INFO", "x"), loaded])
        assert run(script).tag == "COPY"
        assert self.heard(script) == [
            Notice("first"),
            Notice("plain"),
            Notice("x", "INFO"),
            loaded,
        ]
        script.when("a").replies()
        assert self.heard(script) == []

    def test_they_need_a_sqlstate(self, script: Script) -> None:
        with pytest.raises(ValueError, match="is not a SQLSTATE"):
            script.when("a").notices("x", sqlstate="1")
        with pytest.raises(ValueError, match="is not a SQLSTATE"):
            script.when("a").replies(notices=[Notice("x", sqlstate="1")])


class TestDelays:
    def test_they_add_up(self, script: Script) -> None:
        rule = script.when("a").delays(1).delays(0.5).completes()
        assert rule.delay == 1.5
        assert script.open_session("alice", "dev").delay("a", ()) == 1.5

    @pytest.mark.parametrize("seconds", [-1, math.nan, math.inf])
    def test_no_such_time(self, script: Script, seconds: float) -> None:
        with pytest.raises(ValueError, match="a delay is 0 or more seconds"):
            script.when("a").delays(seconds)

    @pytest.mark.parametrize("seconds", ["1", True, None])
    def test_no_time_at_all(self, script: Script, seconds: Any) -> None:
        with pytest.raises(TypeError, match=r"delays\(\) takes seconds"):
            script.when("a").delays(seconds)


class TestRaises:
    def test_all_fields(self, script: Script) -> None:
        script.when("a").raises("22012", "no", detail="d", hint="h", severity="FATAL", position=3)
        found = error(script)
        assert (found.sqlstate, found.message, found.detail) == ("22012", "no", "d")
        assert (found.hint, found.severity, found.position) == ("h", "FATAL", 3)
        assert error(script) is not found  # anew each time

    def test_an_error_as_it_is(self, script: Script) -> None:
        given = SqlError("57014", "cancelled", hint="h", routine="r")
        script.when("a").raises(given)
        assert vars(error(script)) == vars(given)

    def test_one_way_or_the_other(self, script: Script) -> None:
        when = script.when("a")
        with pytest.raises(TypeError, match="a message after the SQLSTATE"):
            when.raises("22012")
        with pytest.raises(TypeError, match="or an SqlError"):
            when.raises(SqlError("22012", "no"), "no")
        with pytest.raises(ValueError, match="is not a SQLSTATE"):
            when.raises(SqlError("no", "no"))
        assert script.rules == ()


class TestCopies:
    def test_in(self, script: Script) -> None:
        failing = SqlError("22P04", "extra data")
        rule = script.when("a").copies_in(3, tag="COPY 2", fails_after=failing)
        result = run(script)
        assert (result.columns, result.tag) == (None, "COPY 2")
        assert result.copy == CopyIn(3, tag="COPY 2", fails_after=failing)
        assert isinstance(result.copy, CopyIn)
        result.copy.receive(b"1\n")
        assert rule.received == [b"1\n"]

    def test_out(self, script: Script) -> None:
        script.when("a").copies_out("1\tx\n2\ty\n")
        assert run(script) == Result(None, (), "COPY", CopyOut((b"1\tx\n", b"2\ty\n"), columns=2))
        script.when("a").copies_out([b"\0", "ä"], binary=True, columns=7, tag="COPY 1")
        assert run(script).copy == CopyOut((b"\0", "ä".encode()), 7, True, "COPY 1")

    def test_what_could_not_be_sent(self, script: Script) -> None:
        with pytest.raises(ValueError, match="a COPY has 0 to 1600 columns"):
            script.when("a").copies_out("x", columns=10_000)
        with pytest.raises(TypeError, match="columns= of a COPY is their number"):
            script.when("a").copies_in(["a"])  # type: ignore[arg-type]  # what is tested
        assert script.rules == ()


def test_a_rule_without_an_answer_is_none(script: Script) -> None:
    begun = script.when("a", params=[7]).delays(1)
    assert script.rules == ()
    assert "when('a (params=[7])') got no answer" in (error(script).hint or "")
    begun.completes()
    assert script.begun == ()
