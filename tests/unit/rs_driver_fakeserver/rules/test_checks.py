"""Each fault of a rule is told by the line that makes the rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Notice, Result, SqlError
from rs_driver_fakeserver.rules import checks
from rs_driver_fakeserver.rules.script import Script, When


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        ({"n": "integr"}, [], 'column "n": type "integr" does not exist on Redshift; near it: int'),
        ({"n": "integr"}, [], "integer"),
        ({"n": "uuid"}, [], 'column "n": type "uuid" does not exist on Redshift'),
        ({"n": "varchar(0)"}, [], 'column "n": invalid length for type varchar on Redshift'),
        ({"n": "int4"}, [(1,), (1, 2)], "row 2 has 2 values for 1 columns"),
        (["n", "m"], [(1,)], "row 1 has 1 values for 2 columns"),
        ({"n": "int4"}, [(1,), ("x",)], "row 2, column \"n\": int4 does not hold 'x'"),
        ({"n": "int2"}, [(99999,)], "int2 does not hold 99999 (99999 does not fit int2)"),
        ({"n": "numeric(9,2)"}, [(Decimal("1.005"),)], "hold Decimal('1.005') (Inexact)"),
        ({"a": "int4", "d": "date"}, [(1, "soon")], 'row 1, column "d": date does not hold'),
        (["n"], [(1,), ("x",)], 'column "n": no column type holds int4, varchar together'),
        (["n"], [(object(),)], 'column "n": no column type for a object'),
    ],
)
def test_what_could_not_be_sent(script: Script, columns: Any, rows: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        script.when("select 1").returns(columns, rows)
    assert script.rules == ()


@pytest.mark.parametrize(
    ("columns", "rows", "message"),
    [
        (["n"], [{"n": 1}], "row 1 is a dict: write a row as a tuple"),
        (["n"], [(1,), "a"], "row 2 is a str"),
        (["n"], [7], "row 1 is a int"),
        (["n"], {"n": 1}, "rows are a list of tuples, not a dict"),
        (["n"], 1, "rows are a list of tuples, not a int"),
        ("n", [(1,)], "columns are a dict or a list, such as ['n'], not a str"),
        (7, [(1,)], "columns are a dict or a list, such as ['id'], not a int"),
        ([(1,)], [], "(1,) is no name of a column; the columns come before the rows"),
        ({"n": int}, [(1,)], "<class 'int'> is no SQL type, such as 'int4'"),
    ],
)
def test_what_is_no_rows_or_columns(script: Script, columns: Any, rows: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        script.when("select 1").returns(columns, rows)


@pytest.mark.parametrize("code", ["42P0", "42p01", "42P011", "42 01", "", "٤٢٠٠١"])
def test_what_is_no_sqlstate(script: Script, code: str) -> None:
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        script.when("select 1").raises(code, "no")
    assert script.rules == ()


@pytest.mark.parametrize("word", ["info", "text of the notice", "ERROR", "", "DEBUG6"])
def test_what_is_no_severity(script: Script, word: str) -> None:
    with pytest.raises(ValueError, match="is no severity of a notice: WARNING, NOTICE, INFO"):
        script.when("select 1").notices("x", severity=word)


@pytest.mark.parametrize(
    ("said", "notice"),
    [
        ("x", Notice("x")),
        (("INFO", "x"), Notice("x", "INFO")),
        (Notice("x", "DEBUG2", "01000"), Notice("x", "DEBUG2", "01000")),
    ],
)
def test_notices(said: Any, notice: Notice) -> None:
    assert checks.notice(said) == notice


@pytest.mark.parametrize("said", [("INFO",), ("INFO", 7), ("x", "INFO"), Notice("INFO", "x")])
def test_what_is_no_notice(said: Any) -> None:
    with pytest.raises(ValueError, match="notice"):
        checks.notice(said)
    with pytest.raises(TypeError, match="a notice is a Notice or a str, not int"):
        checks.notice(7)  # type: ignore[arg-type]  # what is tested


def test_notices_are_a_list(script: Script) -> None:
    with pytest.raises(TypeError, match=r"notices= takes a list, such as \['Load ok'\]"):
        script.when("copy").replies("COPY", "Load ok")


def test_what_comes_one_after_the_other() -> None:
    assert checks.some(iter([1, 2])) == [1, 2]
    with pytest.raises(ValueError, match="there must be an answer at least"):
        checks.some([])
    for given in ("ab", {"a": 1}, 7):
        with pytest.raises(TypeError, match="answers are a list, one for each run, not a"):
            checks.some(given)  # type: ignore[arg-type]  # what is tested


@pytest.mark.parametrize("params", ["ab", b"ab", {"a": 1}, 7])
def test_what_are_no_parameters(script: Script, params: Any) -> None:
    with pytest.raises(TypeError, match=r"params= takes a list such as \[7, 'Ann'\]"):
        script.when("select $1", params)


def test_what_no_rule_is_about(script: Script) -> None:
    begin: Callable[..., When] = script.when
    with pytest.raises(TypeError, match=r"a rule is about a str, a re\.Pattern, .* not bytes"):
        begin(b"select 1")


def test_the_server_decides_which_types_there_are() -> None:
    Script(Dialect("postgres")).when("a").returns({"n": "jsonb", "u": "uuid"}, [({}, None)])
    with pytest.raises(ValueError, match='type "super" does not exist on PostgreSQL'):
        Script(Dialect("postgres")).when("a").returns({"n": "super"})


def test_the_values_of_very_many_rows_are_not_looked_at() -> None:
    columns, bad = (Column("n", "int2"),), ("x",)
    with pytest.raises(ValueError, match=f"row {checks.MOST_ROWS}, "):
        checks.values(columns, [(1,)] * (checks.MOST_ROWS - 1) + [bad], Dialect())
    checks.values(columns, [(1,)] * checks.MOST_ROWS + [bad], Dialect())


def test_what_is_right_passes(script: Script) -> None:
    rule = script.when("select 1").returns({"n": "int4", "s": "text"}, ([n, None] for n in (1, 2)))  # type: ignore[arg-type]  # any iterable will do
    result = rule.foreseen()
    assert isinstance(result, Result)
    assert result.rows == ((1, None), (2, None))
    assert checks.parameters(None) is None
    assert checks.parameters([1, "a"]) == (1, "a")
    checks.sqlstate("42P01")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"sqlstate": 42601}, TypeError, "a SQLSTATE is a str, not int"),
        ({"message": 7}, TypeError, "the message of an error is a str, not int"),
        ({"hint": b"h"}, TypeError, "the hint of an error is a str, not bytes"),
        ({"detail": "a\0b"}, ValueError, "the detail of an error ends at a NUL character"),
        ({"severity": "NOTICE"}, ValueError, "no severity of an error: ERROR, FATAL, PANIC"),
        ({"position": "1"}, TypeError, "position= takes a number of characters, not str"),
        ({"position": 0}, ValueError, "position= counts characters from 1, not 0"),
    ],
)
def test_what_is_no_error(
    script: Script, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    given = {"sqlstate": "XX000", "message": "no", **options}
    with pytest.raises(kind, match=re.escape(message)):
        script.when("a").raises(**given)
    with pytest.raises(kind, match=re.escape(message)):
        script.when("a").returns_each(["n"], [SqlError(**given)])
    with pytest.raises(kind, match=re.escape(message)):
        script.when("a").copies_in(fails_after=SqlError(**given))


@pytest.mark.parametrize(
    "make",
    [
        lambda when: when.completes(3),
        lambda when: when.replies(3),
        lambda when: when.returns(["n"], [], 3),
        lambda when: when.returns_each(["n"], [[]], 3),
        lambda when: when.answers(print, {"n": "int4"}, 3),
        lambda when: when.copies_in(tag=3),
    ],
)
def test_what_is_no_tag(script: Script, make: Callable[[When], object]) -> None:
    with pytest.raises(TypeError, match="a command tag, such as 'INSERT 0 3', is a str, not int"):
        make(script.when("a"))


def test_the_halves_of_a_rule_have_their_order(script: Script) -> None:
    when: Any = script.when("a")
    with pytest.raises(AttributeError, match=r"once comes after the answer: when\("):
        when.once()
    rule: Any = when.completes()
    with pytest.raises(AttributeError, match=r"delays\(\) comes before the answer"):
        rule.delays(1)
    with pytest.raises(AttributeError, match=r"this rule has its answer already: raises\(\)"):
        rule.raises("XX000", "x")
    for half in (when, rule):
        with pytest.raises(AttributeError, match="a rule has no 'foo'"):
            half.foo()
