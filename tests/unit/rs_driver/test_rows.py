"""What a fetched row is: the factories by themselves. Cursors use them in domain/test_cursor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

import pytest

from rs_driver import oids, rows
from rs_driver.constructors import NUMBER, STRING
from rs_driver.errors import InterfaceError, ProgrammingError
from rs_driver.rows import (
    Column,
    dataclass_row,
    dict_row,
    list_row,
    namedtuple_row,
    tuple_row,
)


def columns(*names: str) -> list[Column]:
    return [Column(name, oids.TEXT, None, None, None, None, None) for name in names]


def test_public_names() -> None:
    assert sorted(rows.__all__) == rows.__all__
    assert all(hasattr(rows, name) for name in rows.__all__)


def test_a_column_is_a_tuple_of_seven() -> None:
    column = Column("price", oids.NUMERIC, None, 8, 18, 2, True)
    assert len(column) == 7
    name, type_code, display_size, internal_size, precision, scale, null_ok = column
    assert (name, display_size, internal_size) == ("price", None, 8)
    assert (precision, scale, null_ok) == (18, 2, True)
    assert type_code == NUMBER
    assert type_code != STRING
    assert (column.name, column.type_code, column.scale) == ("price", oids.NUMERIC, 2)


# -- tuples, lists, dicts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "row"),
    [
        (tuple_row, (1, None)),
        (list_row, [1, None]),
        (dict_row, {"a": 1, "b": None}),
    ],
)
def test_plain_rows(factory: Callable[[Sequence[Column]], Any], row: Any) -> None:
    made = factory(columns("a", "b"))((1, None))
    assert made == row
    assert type(made) is type(row)


@pytest.mark.parametrize("factory", [tuple_row, list_row, dict_row, namedtuple_row])
def test_a_result_without_columns(factory: Callable[[Sequence[Column]], Any]) -> None:
    assert len(factory([])(())) == 0


def test_a_list_is_the_rows_own() -> None:
    make = list_row(columns("a"))
    values = (1,)
    first, second = make(values), make(values)
    first.append(2)
    assert second == [1]


def test_a_dict_is_in_the_order_of_the_columns() -> None:
    assert list(dict_row(columns("z", "a", "?column?", ""))((1, 2, 3, 4))) == [
        "z",
        "a",
        "?column?",
        "",
    ]


@pytest.mark.parametrize(
    "names", [["a", "a"], ["a", "b", "a"], ["?column?", "?column?"], ["b", "b", "a", "a"], ["", ""]]
)
def test_a_dict_loses_no_column(names: list[str]) -> None:
    with pytest.raises(ProgrammingError, match="several columns are called") as caught:
        dict_row(columns(*names))
    assert repr(names[0]) in str(caught.value)
    assert "AS" in str(caught.value)


def test_names_that_differ_in_case_are_different() -> None:
    assert dict_row(columns("a", "A"))((1, 2)) == {"a": 1, "A": 2}


# -- named tuples ---------------------------------------------------------------------------


def test_a_named_tuple() -> None:
    row = namedtuple_row(columns("id", "name"))((7, "Ann"))
    assert tuple(row) == (7, "Ann") == row
    assert (row.id, row.name) == (7, "Ann")
    assert row._fields == ("id", "name")
    assert row._asdict() == {"id": 7, "name": "Ann"}
    assert repr(row) == "Row(id=7, name='Ann')"


@pytest.mark.parametrize(
    ("names", "fields"),
    [
        (["?column?", "n"], ["_0", "n"]),
        (["n", "class", "None", "async"], ["n", "_1", "_2", "_3"]),
        (["a", "a", "b", "a"], ["a", "_1", "b", "_3"]),
        (["_private", "__init__", "_make"], ["_0", "_1", "_2"]),
        (["", " ", "1a", "a b", "a-b", "a;b", "a\nb", "a\0b"], [f"_{at}" for at in range(8)]),
        (["\ud800", "a" * 70_000], ["_0", "a" * 70_000]),
        (["count", "index", "Row", "self", "cls"], ["count", "index", "Row", "self", "cls"]),
        (["größe", "名前", "match"], ["größe", "名前", "match"]),
        # Python reads both of these as fi, and the last two as if and None.
        (["ﬁ", "fi"], ["fi", "_1"]),
        (["\uff49\uff46", "\uff2eone"], ["_0", "_1"]),
    ],
)
def test_fields_of_odd_names(names: list[str], fields: list[str]) -> None:
    values = tuple(range(len(names)))
    row = namedtuple_row(columns(*names))(values)
    assert row._fields == tuple(fields)
    assert tuple(row) == values
    assert [getattr(row, name) for name in fields] == list(values)


def test_a_field_is_found_as_it_is_written_in_a_program() -> None:
    row = namedtuple_row(columns("ﬁrst"))((1,))
    assert row.ﬁrst == 1  # the compiler reads it as first


def test_nothing_of_a_name_is_run() -> None:
    hostile = "a,__import__('sys').exit(1)): pass #"
    assert namedtuple_row(columns(hostile))((1,))._fields == ("_0",)


def test_as_many_columns_as_redshift_has() -> None:
    names = [f"c{at}" for at in range(1600)]
    assert namedtuple_row(columns(*names))(tuple(range(1600))).c1599 == 1599


# -- dataclasses ----------------------------------------------------------------------------


@dataclass
class User:
    id: int
    name: str
    nick: str = "none"
    tags: list[str] = field(default_factory=list)
    shown: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.shown = f"{self.name} ({self.nick})"


def test_a_dataclass() -> None:
    user = dataclass_row(User)(columns("id", "name", "nick", "tags"))((7, "Ann", "A", ["x"]))
    assert type(user) is User
    assert user == User(7, "Ann", "A", ["x"])
    assert user.shown == "Ann (A)"


def test_columns_may_come_in_any_order() -> None:
    assert dataclass_row(User)(columns("name", "id"))(("Ann", 7)) == User(7, "Ann")


def test_fields_with_a_default_need_no_column() -> None:
    make = dataclass_row(User)(columns("id", "name"))
    first, second = make((1, "a")), make((2, "b"))
    assert (first.nick, first.tags) == ("none", [])
    assert first.tags is not second.tags


@pytest.mark.parametrize("name", ["age", "shown", "Nick", "?column?"])
def test_a_column_without_a_field(name: str) -> None:
    with pytest.raises(ProgrammingError, match="User has no field") as caught:
        dataclass_row(User)(columns("id", "name", name))
    assert repr(name) in str(caught.value)


def test_a_field_without_a_column() -> None:
    with pytest.raises(ProgrammingError, match="no column gives User its field 'id'"):
        dataclass_row(User)(columns("nick"))
    with pytest.raises(ProgrammingError, match="its field 'name'"):
        dataclass_row(User)(columns("id"))


def test_a_column_that_is_there_twice() -> None:
    with pytest.raises(ProgrammingError, match="several columns are called 'id', of which User"):
        dataclass_row(User)(columns("id", "name", "id"))


@dataclass
class Salted:
    name: str
    salt: InitVar[int]
    hash: int = field(init=False)
    pepper: InitVar[int] = 1

    def __post_init__(self, salt: int, pepper: int) -> None:
        self.hash = salt + pepper


def test_what_is_for_the_constructor_alone() -> None:
    assert dataclass_row(Salted)(columns("name", "salt"))(("a", 4)).hash == 5
    assert dataclass_row(Salted)(columns("name", "salt", "pepper"))(("a", 4, 5)).hash == 9
    with pytest.raises(ProgrammingError, match="no column gives Salted its field 'salt'"):
        dataclass_row(Salted)(columns("name"))
    with pytest.raises(ProgrammingError, match="no field 'hash'"):
        dataclass_row(Salted)(columns("name", "salt", "hash"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    x: int
    y: int = 0


def test_frozen_keyword_only_and_slots() -> None:
    assert dataclass_row(Point)(columns("y", "x"))((2, 1)) == Point(x=1, y=2)
    assert dataclass_row(Point)(columns("x"))((1,)) == Point(x=1)


@dataclass(init=False)
class Handmade:
    total: int

    def __init__(self, a: int, *rest: int, b: int = 1, **more: int) -> None:
        self.total = a + b


def test_a_constructor_of_ones_own_decides() -> None:
    assert dataclass_row(Handmade)(columns("b", "a"))((4, 3)).total == 7
    for name in ("total", "rest", "more"):
        with pytest.raises(ProgrammingError, match=f"no field '{name}'"):
            dataclass_row(Handmade)(columns("a", name))


@dataclass
class Empty:
    pass


def test_a_dataclass_without_fields() -> None:
    assert dataclass_row(Empty)([])(()) == Empty()
    with pytest.raises(ProgrammingError, match="Empty has no field 'a'"):
        dataclass_row(Empty)(columns("a"))


@pytest.mark.parametrize("kind", [int, dict, User(1, "a"), dataclasses.field, "User", None])
def test_what_is_no_dataclass(kind: Any) -> None:
    with pytest.raises(InterfaceError, match="takes a dataclass"):
        dataclass_row(kind)


def test_what_a_dataclass_raises_is_its_own() -> None:
    @dataclass
    class Picky:
        a: int

        def __post_init__(self) -> None:
            raise KeyError(self.a)

    with pytest.raises(KeyError, match="5"):
        dataclass_row(Picky)(columns("a"))((5,))
