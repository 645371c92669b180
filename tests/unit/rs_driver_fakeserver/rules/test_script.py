from __future__ import annotations

import re

import pytest

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Engine, Notice, Result, SqlError
from rs_driver_fakeserver.rules.script import Script, ScriptSession


@pytest.fixture
def script() -> Script:
    return Script()


def opened(script: Script) -> ScriptSession:
    engine: Engine = script
    session = engine.open_session("user", "dev")
    assert isinstance(session, ScriptSession)
    return session


def error(session: ScriptSession, sql: str, *parameters: object) -> SqlError:
    with pytest.raises(SqlError) as caught:
        session.execute(sql, parameters)
    return caught.value


def test_layout_does_not_matter(script: Script) -> None:
    script.when("select  A\nfrom t;").returns(["a"], [(1,)])
    session = opened(script)
    assert session.execute("SELECT a FROM t", ()).rows == ((1,),)
    assert session.knows("select a from t -- really")
    assert not session.knows("select 'A' from t")


def test_patterns(script: Script) -> None:
    script.when(re.compile(r"^copy\b", re.IGNORECASE)).completes("COPY")
    assert opened(script).execute("COPY t FROM 's3://x'", ()).tag == "COPY"


def test_columns_can_be_given_in_three_ways(script: Script) -> None:
    script.when("a").returns({"n": "int8", "s": "varchar(5)"}, [(1, "x")])
    script.when("b").returns(["n", "s"], [(1, "x"), (None, None)])
    script.when("c").returns(["n", Column("s", "text")], [(1, "x")])
    script.when("d").returns([Column("n", "int2")])
    session = opened(script)
    assert session.execute("a", ()).columns == (Column("n", "int8"), Column("s", "varchar(5)"))
    assert session.execute("b", ()).columns == (Column("n", "int4"), Column("s", "varchar"))
    assert session.execute("c", ()).columns == (Column("n", "int4"), Column("s", "text"))
    assert session.execute("d", ()) == Result((Column("n", "int2"),), (), "D")


@pytest.mark.parametrize("columns", [{"a": "int4"}, ["a"], [Column("a", "int4")]])
def test_rows_must_fit_the_columns(script: Script, columns: list[str]) -> None:
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        script.when("a").returns(columns, [(1, 2)])
    assert script.rules == ()


@pytest.mark.parametrize(
    ("sql", "rows", "tag"),
    [
        ("select 1", 2, "SELECT"),
        ("with a as (select 1) select 1", 1, "SELECT"),
        ("values (1)", 1, "SELECT"),
        ("insert into t values (1) returning a", 2, "INSERT 0 2"),
        ("update t set a = 1", 1, "UPDATE 1"),
        ("delete from t", 0, "DELETE 0"),
        ("show tables", 1, "SHOW"),
        ("(select 1)", 1, "SELECT"),
    ],
)
def test_tags(script: Script, sql: str, rows: int, tag: str) -> None:
    script.when(sql).returns(["a"], [(1,)] * rows)
    assert opened(script).execute(sql, ()).tag == tag


def test_a_tag_can_be_given(script: Script) -> None:
    script.when("x").returns(["a"], [(1,)], tag="FETCH")
    script.when("insert into t values (1)").completes()
    assert opened(script).execute("x", ()).tag == "FETCH"
    assert opened(script).execute("insert into t values (1)", ()) == Result(None, (), "INSERT 0 0")


def test_parameters(script: Script) -> None:
    script.when("select $1").returns(["a"], [("any",)])
    script.when("select $1", params=[7]).returns(["a"], [("seven",)])
    session = opened(script)
    assert session.execute("select $1", (7,)).rows == (("seven",),)
    assert session.execute("select $1", (8,)).rows == (("any",),)


def test_parameters_without_a_rule(script: Script) -> None:
    script.when("select $1", params=[7]).returns(["a"], [(1,)])
    found = error(opened(script), "select $1", 8)
    assert found.sqlstate == "XX000"
    assert "[8]" in (found.detail or "")
    assert "[7]" in (found.hint or "")


def test_the_newest_rule_answers(script: Script) -> None:
    script.when("select 1").returns(["a"], [(1,)])
    session = opened(script)
    assert session.execute("select 1", ()).rows == ((1,),)
    script.when("select 1").raises("57014", "cancelled")
    assert error(session, "select 1").sqlstate == "57014"
    script.clear()
    assert not session.knows("select 1")


def test_errors_are_new_each_time(script: Script) -> None:
    script.when("a").raises("22012", "no", detail="d", hint="h", severity="FATAL")
    first, second = error(opened(script), "a"), error(opened(script), "a")
    assert first is not second
    assert (second.sqlstate, second.message) == ("22012", "no")
    assert (second.detail, second.hint, second.severity) == ("d", "h", "FATAL")


def test_the_position_of_an_error(script: Script) -> None:
    script.when("selec 1").raises("42601", "syntax error", position=1)
    assert error(opened(script), "selec 1").position == 1


def test_notices_come_before_the_answer(script: Script) -> None:
    script.when("a").notices("one", "two").notices("w", severity="WARNING").completes("A")
    script.when("b").notices("about to fail", sqlstate="01000").raises("22012", "no")
    heard: list[Notice] = []
    session = ScriptSession(script, heard.append)
    session.describe("a", [])
    assert heard == []
    assert session.execute("a", ()).tag == "A"
    assert heard == [Notice("one"), Notice("two"), Notice("w", "WARNING")]
    assert error(session, "b").sqlstate == "22012"
    assert heard[-1] == Notice("about to fail", sqlstate="01000")
    assert opened(script).execute("a", ()).tag == "A"  # nobody listens


def test_notices_need_a_sqlstate(script: Script) -> None:
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        script.when("a").notices("x", sqlstate="1")


def test_what_a_statement_would_answer(script: Script) -> None:
    script.when("select $1", params=[7]).returns(["a"], [(7,)])
    script.when("select $1", params=[8]).raises("22012", "no")
    session = opened(script)
    found = session.expects("select $1", (7,))
    assert found is not None
    assert found.rows == ((7,),)
    assert session.expects("select $1", (8,)) is None
    assert session.expects("select $1", (9,)) is None
    assert session.expects("select 2", ()) is None


def test_the_version_grows_with_every_change(script: Script) -> None:
    versions = [script.version]
    for change in (lambda: script.when("a").completes(), script.clear):
        change()
        versions.append(script.version)
    assert versions == sorted(set(versions))


def test_types_follow_the_servers_kind() -> None:
    script = Script(Dialect("postgres"))
    script.when("a").returns(["b", "d", "l"], [(b"x", {}, [[1], [None]])])
    columns = opened(script).execute("a", ()).columns or ()
    assert [column.type for column in columns] == ["bytea", "jsonb", "int4[]"]


def test_no_rule_at_all(script: Script) -> None:
    found = error(opened(script), "select 1")
    assert (found.sqlstate, found.hint) == ("XX000", "There are no rules.")
    assert "select 1" in found.message


def test_the_nearest_rules_are_named(script: Script) -> None:
    for name in ("customers", "orders", "custom"):
        script.when(f"select * from {name}").returns(["a"])
    found = error(opened(script), "select * from customer")
    assert (found.hint or "").startswith("The nearest rules: select * from custom")
    script.clear()
    script.when(re.compile("^vacuum")).completes("VACUUM")
    assert "/^vacuum/" in (error(opened(script), "select 1").hint or "")


class TestDescribe:
    def test_columns_and_parameters(self, script: Script) -> None:
        script.when("select $1, $2", params=[7, "x"]).returns({"a": "int4"}, [(1,)])
        described = opened(script).describe("select $1, $2", [0])
        assert described.parameter_oids == (oids.INT4, oids.TEXT)
        assert described.columns == (Column("a", "int4"),)

    def test_the_clients_oids_count(self, script: Script) -> None:
        script.when("select $1, $2", params=[7, 7]).returns({"a": "int4"}, [(1,)])
        described = opened(script).describe("select $1, $2", [oids.INT8, oids.UNKNOWN])
        assert described.parameter_oids == (oids.INT8, oids.INT4)

    def test_what_nobody_knows_is_text(self, script: Script) -> None:
        script.when("select $1").returns({"a": "int4"})
        assert opened(script).describe("select $1", []).parameter_oids == (oids.TEXT,)

    def test_without_rows(self, script: Script) -> None:
        script.when("vacuum").completes()
        script.when("select 1/0").raises("22012", "division by zero")
        assert opened(script).describe("vacuum", []).columns is None
        assert opened(script).describe("select 1/0", []).columns is None

    def test_syntax_errors_come_when_preparing(self, script: Script) -> None:
        script.when("selec").raises("42601", "syntax error")
        with pytest.raises(SqlError) as caught:
            opened(script).describe("selec", [])
        assert caught.value.sqlstate == "42601"

    def test_no_rule(self, script: Script) -> None:
        with pytest.raises(SqlError) as caught:
            opened(script).describe("select 1", [])
        assert caught.value.sqlstate == "XX000"


def test_transactions_are_nothing_to_a_script(script: Script) -> None:
    session = opened(script)
    session.begin()
    session.commit()
    session.begin()
    session.rollback()
    session.cancel()
    session.close()
    script.close()
