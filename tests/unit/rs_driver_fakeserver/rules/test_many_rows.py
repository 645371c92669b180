from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules.many_rows import ByRow, ManyRows, many_rows
from rs_driver_fakeserver.rules.script import Script

ONE = "insert into t values ($1, $2)"
TWO = "insert into t values ($1, $2),($3, $4)"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (TWO, ManyRows(ONE, 2, 2)),
        (f"{TWO}, ( $5,$6 )", ManyRows(ONE, 2, 3)),
        (f" \n{TWO}", ManyRows(f" \n{ONE}", 2, 2)),
        (
            "INSERT INTO t (a) VALUES (cast($1 as numeric(9, 2))), (cast($2 as numeric(9, 2)))",
            ManyRows("INSERT INTO t (a) VALUES (cast($1 as numeric(9, 2)))", 1, 2),
        ),
        (
            "insert into t values ($2, '),(', $1), ($4, '),(', $3)",
            ManyRows("insert into t values ($2, '),(', $1)", 2, 2),
        ),
        (
            "insert into t values ($1, $1), ($2, $2)",
            ManyRows("insert into t values ($1, $1)", 1, 2),
        ),
    ],
)
def test_what_it_consists_of(sql: str, found: ManyRows) -> None:
    assert many_rows(sql) == found


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "select ($1), ($2)",
        ONE,
        "insert into t values (1), (2)",
        "insert into t values ($1), ($1)",
        "insert into t values ($1), ($3)",
        "insert into t values ($1, 'a'), ($2, 'b')",
        "insert into t values ($1), ($2) returning a",
        "insert into t values ($1), ($2), ",
        "insert into t values ($1) ($2)",
        "insert into t values ($1), (default)",
        "insert into t select $1, ($2), ($3)",
        "insert into t values (($1), ($2)",
        "insert",
    ],
)
def test_what_is_none(sql: str) -> None:
    assert many_rows(sql) is None


def test_the_parameters_of_each_row() -> None:
    assert ManyRows(ONE, 2, 2).each([1, 2, 3, 4]) == [[1, 2], [3, 4]]


@pytest.fixture
def script() -> Script:
    return Script(Dialect("redshift"))


def test_a_rule_about_one_row_answers_each(script: Script) -> None:
    rule = script.when(ONE).completes("INSERT 0 1")
    session = ByRow(script)
    assert session.knows(TWO)
    described = session.describe(TWO, [oids.INT4, 0, oids.INT4, oids.UNKNOWN])
    assert described.parameter_oids[0] == described.parameter_oids[2] == oids.INT4
    assert described.parameter_oids[1] == described.parameter_oids[3]
    assert described.columns is None
    assert session.delay(TWO, [1, "a", 2, "b"]) == 0
    assert session.expects(TWO, [1, "a", 2, "b"]) is not None
    result = session.respond(TWO, [1, "a", 2, "b"])
    assert result is not None
    assert result.tag == "INSERT 0 2"
    assert [(call.sql, call.params) for call in rule.calls] == [(ONE, (1, "a")), (ONE, (2, "b"))]


def test_a_rule_about_the_text_itself_comes_first(script: Script) -> None:
    one, two = script.when(ONE).completes("INSERT 0 1"), script.when(TWO).completes("INSERT 0 7")
    result = ByRow(script).respond(TWO, [1, "a", 2, "b"])
    assert result is not None
    assert (result.tag, len(one.calls), len(two.calls)) == ("INSERT 0 7", 0, 1)


def test_a_row_that_the_rule_refuses(script: Script) -> None:
    rule = script.when(ONE, params=[1, "a"]).completes("INSERT 0 1")
    script.when(ONE, params=[2, "b"]).raises("23505", "there is one")
    with pytest.raises(SqlError, match="there is one"):
        ByRow(script).respond(TWO, [1, "a", 2, "b"])
    assert len(rule.calls) == 1


def test_a_row_that_no_rule_takes(script: Script) -> None:
    script.when(ONE).completes("INSERT 0 1").times(1)
    with pytest.raises(SqlError, match="insert into t values"):
        ByRow(script).respond(TWO, [1, "a", 2, "b"])


def test_what_no_rule_is_about_is_left_to_others(script: Script) -> None:
    session = ByRow(script)
    assert not session.knows(TWO)
    assert session.respond(TWO, [1, "a", 2, "b"]) is None
    script.when("insert into u values ($1)").completes()
    told = str(session.unmatched(TWO))
    assert ONE in told
    assert TWO not in told


def test_a_tag_without_a_count(script: Script) -> None:
    script.when(ONE).completes("DONE")
    result = ByRow(script).respond(TWO, [1, "a", 2, "b"])
    assert result is not None
    assert result.tag == "DONE"
