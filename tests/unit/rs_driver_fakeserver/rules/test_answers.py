from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, CopyOut, Result, SqlError
from rs_driver_fakeserver.rules.answers import Computed, Each, Fixed, Function, copied, tagged
from rs_driver_fakeserver.rules.calls import Call
from rs_driver_fakeserver.rules.failures import FunctionFailed

COLUMNS = (Column("n", "int4"),)
ERROR = SqlError("22012", "no")


def called(number: int = 1, sql: str = "select 1") -> Call:
    return Call(sql, (7,), "alice", "dev", 1, number)


def computed(function: Function, columns: Any = COLUMNS, tag: str = "") -> Computed:
    return Computed(function, columns, tag, Dialect())


def test_always_the_same() -> None:
    rows = Result(COLUMNS, ((1,),), "")
    answer = Fixed(rows)
    assert answer.give(called(), "x") == Result(COLUMNS, ((1,),), "SELECT")
    assert answer.give(called(9, "insert into t"), "x") == Result(COLUMNS, ((1,),), "INSERT 0 1")
    assert (answer.columns, answer.stock, answer.foreseen(1)) == (COLUMNS, None, rows)
    assert (Fixed(ERROR).columns, Fixed(ERROR).give(called(), "x")) == (None, ERROR)


def test_one_after_the_other() -> None:
    one, two = Result(COLUMNS, ((1,),), "A"), Result(COLUMNS, (), "B")
    answer = Each([one, ERROR, two], COLUMNS)
    assert answer.stock == 3
    assert [answer.give(called(number), "x") for number in (1, 2, 3)] == [one, ERROR, two]
    assert answer.foreseen(2) is ERROR
    assert answer.foreseen(4) is two  # used up; the rule says so


def test_computed_rows() -> None:
    answer = computed(lambda call: [(call.number,), (call.params[0],)])
    assert answer.give(called(5), "x") == Result(COLUMNS, ((5,), (7,)), "SELECT")
    assert answer.foreseen(1) == Result(COLUMNS, (), "")
    assert computed(lambda _: iter([(1,)]), tag="FETCH").give(called(), "x") == (
        Result(COLUMNS, ((1,),), "FETCH")
    )


def test_computed_tags() -> None:
    assert computed(lambda _: "COPY", None).give(called(), "x") == Result(None, (), "COPY")
    assert computed(lambda _: None, None).give(called(), "x") == Result(None, (), "SELECT")
    assert computed(lambda _: None, None, "VACUUM").give(called(), "x") == (
        Result(None, (), "VACUUM")
    )


def test_computed_errors() -> None:
    def fails(_: Call) -> object:
        raise ERROR

    assert computed(lambda _: ERROR).give(called(), "x") is ERROR
    with pytest.raises(SqlError, match="22012"):
        computed(fails).give(called(), "x")


@pytest.mark.parametrize(
    ("given", "columns", "text"),
    [
        ([("x",)], COLUMNS, 'row 1, column "n": int4 does not hold'),
        ([(1, 2)], COLUMNS, "row 1 has 2 values for 1 columns"),
        ([1], COLUMNS, "row 1 is a int"),
        (None, COLUMNS, "rows are a list of tuples, not a NoneType"),
        ([(1,)], None, "without columns= an answer is a command tag or None, not a list"),
    ],
)
def test_what_could_not_be_sent(given: Any, columns: Any, text: str) -> None:
    with pytest.raises(FunctionFailed) as caught:
        computed(lambda _: given, columns).give(called(), "select 1")
    assert text in caught.value.text
    assert "of the rule about select 1" in caught.value.text


def test_the_usual_tag_is_for_those_without_one() -> None:
    copy = CopyOut((b"1\n",))
    assert tagged(Result(None, (), "", copy), "copy t") == Result(None, (), "COPY", copy)
    assert tagged(Result(None, (), "X"), "copy t").tag == "X"  # type: ignore[union-attr]  # a Result
    assert tagged(ERROR, "copy t") is ERROR


def test_a_copy_of_an_error() -> None:
    error = SqlError("22012", "no", "d", "h", "FATAL", 3, "int4div")
    other = copied(error)
    assert other is not error
    assert vars(other) == vars(error)
