from __future__ import annotations

import time
from collections import OrderedDict, deque
from enum import Enum
from typing import Any

import pytest

from rs_driver.domain.operations.call import call_parameters, call_statement
from rs_driver.domain.parameters import rewrite
from rs_driver.errors import InterfaceError, ProgrammingError


class Procedure(str, Enum):
    """Strings that some Pythons format as ``Procedure.REFRESH``."""

    REFRESH = "refresh"


@pytest.mark.parametrize(
    "name",
    [
        *("p", "refresh_all", "_p1$", "etl.load", "db.etl.load", "größe", "P"),
        *('"Load Users"', 'etl."Load Users"', '"a""b"', '"db"."x.y"."z;--"', '"?:1%s"'),
    ],
)
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert call_statement(name, []) == f"CALL {name}()"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "p()", "p ", " p", "p;drop table t", "a b", "1p", "$p", "a-b", "a..b", ".a"),
        *("a.", "a.b.c.d", '"', '""', '"a', 'a"b', '"a"b', '"a"""b"', "'p'", "p--", "p/**/", "p\n"),
        *('"\0"', "a\0", '"a"."b"."c"."d"', "a.1b"),
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ProgrammingError, match="double quotes"):
        call_statement(name, [])


@pytest.mark.parametrize("name", [None, 7, b"p", ["p"]])
def test_a_name_is_a_str(name: Any) -> None:
    with pytest.raises(InterfaceError, match=type(name).__name__):
        call_statement(name, [])


def test_a_str_of_another_class_is_its_text() -> None:
    statement = call_statement(Procedure.REFRESH, [])
    assert statement == "CALL refresh()"
    assert type(statement) is str


def test_placeholders_are_numeric() -> None:
    assert call_statement("p", [1]) == "CALL p(:1)"
    assert call_statement("p", "abc") == "CALL p(:1, :2, :3)"


@pytest.mark.parametrize("name", ["p", 'etl."Load :1 ?"', '"a"":2"'])
def test_a_name_holds_no_placeholder(name: str) -> None:
    arranged = rewrite(call_statement(name, "ab"), "numeric")
    assert arranged.text == f"CALL {name}($1, $2)"
    assert arranged.count == 2


def test_a_long_name_takes_no_longer() -> None:
    began = time.process_time()
    for name in ('"' + '""' * 200_000, "a" * 400_000 + "!", '"' + "a" * 400_000):
        with pytest.raises(ProgrammingError):
            call_statement(name, [])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("given", [(1, "a"), [1, "a"], deque([1, "a"])])
def test_parameters_are_a_sequence(given: Any) -> None:
    assert call_parameters(given) == [1, "a"]


def test_the_parameters_are_a_list_of_their_own() -> None:
    given = [1, 2]
    taken = call_parameters(given)
    taken.append(3)
    assert given == [1, 2]
    assert call_parameters(()) == []
    assert call_parameters(None) == []


@pytest.mark.parametrize(
    "given",
    [
        *("ab", b"ab", bytearray(b"ab"), memoryview(b"ab"), {"a": 1}, OrderedDict(a=1), {1, 2}),
        *(frozenset((1,)), 7, iter([1]), (n for n in (1, 2))),
    ],
)
def test_anything_else_is_no_sequence_of_parameters(given: Any) -> None:
    with pytest.raises(InterfaceError, match=f"not {type(given).__name__}"):
        call_parameters(given)
