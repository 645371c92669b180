from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.cursor import CursorState
from rs_driver.domain.result import Outcome, Rows
from rs_driver.errors import (
    DataError,
    Error,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.rows import RowBatch
from rs_driver.rows import Column, RowFactory, dataclass_row, dict_row, list_row, namedtuple_row
from rs_driver.wire.results import FieldDescription
from support.row_batches import batch_of
from support.states import connection_state
from support.wire_values import POSTGRES, numeric_typmod, row

R = TypeVar("R")


def new_cursor(connection: ConnectionState | None = None) -> CursorState[Any]:
    return CursorState(connection or connection_state(profile=POSTGRES), None)


def cursor_with(factory: RowFactory[R] | None) -> CursorState[R]:
    return CursorState(connection_state(profile=POSTGRES), factory)


def batches(*rows: bytes) -> list[RowBatch]:
    """One for each row."""
    return [batch_of(message) for message in rows]


def answer(name: str, *values: bytes) -> Outcome:
    """A result of one text column."""
    return Outcome((FieldDescription(name),), batches(*map(row, values)), "SELECT")


def table(*rows: tuple[bytes | None, ...], names: str = "id name") -> Outcome:
    """A result of an int and a text column."""
    types = (oids.INT4, oids.TEXT)
    fields = tuple(
        FieldDescription(name, type_oid=oid) for name, oid in zip(names.split(), types, strict=True)
    )
    return Outcome(fields, batches(*(row(*values) for values in rows)), "SELECT")


THREE = ((b"1", b"one"), (b"2", None), (b"3", b"three"))


def check_empty(cursor: CursorState[Any]) -> None:
    assert (cursor.description, cursor.rowcount, cursor.statusmessage) == (None, -1, None)
    assert cursor.rownumber is None
    with pytest.raises(ProgrammingError, match="execute a query first"):
        _ = cursor.rows


# -- results --------------------------------------------------------------------------------


def test_a_new_cursor_holds_nothing() -> None:
    cursor = new_cursor()
    check_empty(cursor)
    assert cursor.row_factory is None
    assert not cursor.closed
    for use in (lambda: cursor.one(None), lambda: cursor.take(1), cursor.all):
        with pytest.raises(ProgrammingError, match="execute a query first"):
            use()
    with pytest.raises(ProgrammingError, match="execute a query first"):
        cursor.scroll(0, "absolute")


def test_there_is_something_to_go_on_from_only_after_an_execute() -> None:
    cursor = new_cursor()
    with pytest.raises(ProgrammingError, match="execute a query first"):
        cursor.check_executed()
    cursor.show([Outcome(command="VACUUM")])
    cursor.check_executed()
    cursor.clear()
    with pytest.raises(ProgrammingError, match="execute a query first"):
        cursor.check_executed()
    cursor.show([table(*THREE)])
    cursor.close()
    with pytest.raises(InterfaceError, match="the cursor is closed"):
        cursor.check_executed()


def test_a_result() -> None:
    cursor = new_cursor()
    cursor.show([answer("word", b"one", b"two")])
    assert cursor.description == [("word", oids.TEXT, None, None, None, None, None)]
    assert (cursor.rowcount, cursor.statusmessage) == (2, "SELECT")
    assert cursor.rows.take(9) == [("one",), ("two",)]


def test_a_statement_without_rows() -> None:
    cursor = new_cursor()
    cursor.show([Outcome(command="INSERT 0 3")])
    assert (cursor.description, cursor.rowcount, cursor.statusmessage) == (None, 3, "INSERT 0 3")
    assert cursor.rownumber is None
    with pytest.raises(ProgrammingError, match="INSERT 0 3 gave no rows"):
        _ = cursor.rows


def test_an_empty_statement() -> None:
    cursor = new_cursor()
    cursor.show([Outcome()])
    assert (cursor.rowcount, cursor.statusmessage) == (-1, None)
    with pytest.raises(ProgrammingError, match=r"the statement gave no rows$"):
        _ = cursor.rows


def test_a_result_without_rows_is_no_statement_without() -> None:
    cursor = new_cursor()
    cursor.show([table()])
    assert (cursor.rowcount, cursor.rownumber) == (0, 0)
    assert cursor.one(None) is None
    assert cursor.take(5) == cursor.all() == []


def test_rows_without_columns() -> None:
    cursor = new_cursor()
    cursor.show([Outcome((), batches(row(), row()), "SELECT")])
    assert cursor.description == []
    assert cursor.all() == [(), ()]


def test_several_results_one_after_the_other() -> None:
    cursor = new_cursor()
    cursor.show([answer("a", b"1", b"9"), Outcome(command="UPDATE 2"), answer("b", b"2")])
    assert cursor.one(None) == ("1",)
    assert cursor.next_outcome()
    assert (cursor.description, cursor.rowcount, cursor.rownumber) == (None, 2, None)
    with pytest.raises(ProgrammingError, match=r"UPDATE 2 gave no rows; nextset\(\) goes on"):
        _ = cursor.rows
    assert cursor.next_outcome()
    assert cursor.rownumber == 0
    assert cursor.all() == [("2",)]
    assert not cursor.next_outcome()
    assert cursor.description is None
    with pytest.raises(ProgrammingError):
        _ = cursor.rows


def test_clearing_forgets_everything() -> None:
    cursor = cursor_with(dict_row)
    cursor.show([answer("a", b"1"), answer("b", b"2")])
    assert cursor.one(None) == {"a": "1"}
    cursor.clear()
    check_empty(cursor)
    assert not cursor.next_outcome()
    cursor.check_open()
    assert cursor.row_factory is dict_row  # which is none of its results


def test_a_closed_cursor_is_closed_for_good() -> None:
    cursor = new_cursor()
    cursor.show([answer("a", b"1")])
    cursor.close()
    assert cursor.closed
    assert cursor.description is None
    assert cursor.rownumber is None
    uses: tuple[Callable[[], object], ...] = (
        cursor.check_open,
        lambda: cursor.rows,
        lambda: cursor.one(None),
        lambda: cursor.take(1),
        cursor.all,
        lambda: cursor.scroll(0, "absolute"),
    )
    for use in uses:
        with pytest.raises(InterfaceError, match="the cursor is closed"):
            use()


def test_a_result_that_nobody_can_read_is_none() -> None:
    cursor = new_cursor()
    cursor.show([answer("a", b"1")])
    unreadable = Outcome((FieldDescription("x", type_oid=99999, format=1),), [], "SELECT")
    with pytest.raises(NotSupportedError):
        cursor.show([unreadable])
    assert cursor.description is None
    with pytest.raises(ProgrammingError):
        _ = cursor.rows


def seven(field: FieldDescription) -> Column:
    cursor = new_cursor()
    cursor.show([Outcome((field,), [], "SELECT")])
    assert cursor.description is not None
    return cursor.description[0]


@pytest.mark.parametrize(
    ("field", "column"),
    [
        (
            FieldDescription("n", type_oid=oids.NUMERIC, type_modifier=numeric_typmod(38, 10)),
            ("n", oids.NUMERIC, None, None, 38, 10, None),
        ),
        (
            FieldDescription("n", type_oid=oids.NUMERIC, type_modifier=numeric_typmod(5, 0)),
            ("n", oids.NUMERIC, None, None, 5, 0, None),
        ),
        (
            FieldDescription("n", type_oid=oids.NUMERIC),
            ("n", oids.NUMERIC, None, None, None, None, None),
        ),
        (
            FieldDescription("v", type_oid=oids.VARCHAR, type_modifier=24),
            ("v", oids.VARCHAR, None, 20, None, None, None),
        ),
        (
            FieldDescription("v", type_oid=oids.BPCHAR, type_modifier=-1),
            ("v", oids.BPCHAR, None, None, None, None, None),
        ),
        (
            FieldDescription("i", type_oid=oids.INT4, type_length=4, table_oid=1),
            ("i", oids.INT4, None, 4, None, None, None),
        ),
        (
            FieldDescription("t", type_oid=oids.TIMESTAMP, type_length=8, type_modifier=3),
            ("t", oids.TIMESTAMP, None, 8, 3, None, None),
        ),
        (
            FieldDescription("t", type_oid=oids.TIMETZ, type_length=12, type_modifier=0),
            ("t", oids.TIMETZ, None, 12, 0, None, None),
        ),
        (
            FieldDescription("t", type_oid=oids.TIME, type_length=8),
            ("t", oids.TIME, None, 8, None, None, None),
        ),
        (
            FieldDescription("i", table_oid=1, catalog="dev", flags=1),
            ("i", oids.TEXT, None, None, None, None, False),
        ),
        (
            FieldDescription("i", table_oid=1, catalog="dev", flags=0),
            ("i", oids.TEXT, None, None, None, None, True),
        ),
    ],
)
def test_the_seven_items_of_a_column(field: FieldDescription, column: tuple[object, ...]) -> None:
    assert seven(field) == column


def test_a_column_has_names_for_its_items() -> None:
    column = seven(FieldDescription("v", type_oid=oids.VARCHAR, type_modifier=24))
    assert (column.name, column.type_code, column.internal_size) == ("v", oids.VARCHAR, 20)


# -- where the next row stands --------------------------------------------------------------


def test_rownumber_is_that_of_the_next_row() -> None:
    cursor = new_cursor()
    cursor.show([answer("a", *(b"%d" % number for number in range(9))), answer("b", b"x")])
    seen = [cursor.rownumber]
    for fetch in (
        lambda: cursor.one(None),
        lambda: cursor.take(3),
        lambda: cursor.take(0),
        lambda: cursor.scroll(2, "relative"),
        lambda: cursor.scroll(1, "absolute"),
        cursor.all,
        lambda: cursor.one(None),
        cursor.next_outcome,
    ):
        fetch()
        seen.append(cursor.rownumber)
    assert seen == [0, 1, 4, 4, 6, 1, 9, 9, 0]
    cursor.next_outcome()
    assert cursor.rownumber is None


@pytest.mark.parametrize(
    ("start", "value", "mode", "target"),
    [
        (0, 0, "relative", 0),
        (0, 4, "relative", 4),
        (2, 1, "relative", 3),
        (2, -2, "relative", 0),
        (2, 0, "relative", 2),
        (5, -1, "relative", 4),
        (5, 0, "absolute", 0),
        (0, 4, "absolute", 4),
        (3, 3, "absolute", 3),
        (3, True, "absolute", 1),
    ],
)
def test_scroll(start: int, value: int, mode: str, target: int) -> None:
    cursor = cursor_with(list_row)
    cursor.show([answer("a", *(b"%d" % number for number in range(5)))])
    cursor.take(start)
    cursor.scroll(value, mode)
    assert cursor.rownumber == target
    assert cursor.one(None) == [str(target)]
    assert cursor.all() == [[str(number)] for number in range(target + 1, 5)]


@pytest.mark.parametrize(
    ("value", "mode"),
    [
        (-3, "relative"),
        (3, "relative"),
        (2**80, "relative"),
        (-1, "absolute"),
        (5, "absolute"),
        (-(2**80), "absolute"),
    ],
)
def test_scroll_out_of_the_result(value: int, mode: str) -> None:
    cursor = new_cursor()
    cursor.show([answer("a", *(b"%d" % number for number in range(5)))])
    cursor.take(2)
    with pytest.raises(IndexError):
        cursor.scroll(value, mode)
    assert cursor.rownumber == 2
    assert cursor.one(None) == ("2",)


@pytest.mark.parametrize(
    ("value", "mode", "message"),
    [
        (1, "sideways", "not 'sideways'"),
        (1, "RELATIVE", "scroll mode"),
        (1, None, "not None"),
        (1, ["relative"], "scroll mode"),
        (1.0, "relative", "goes by an int, not float"),
        ("1", "absolute", "goes by an int, not str"),
        (None, "absolute", "goes by an int, not NoneType"),
    ],
)
def test_a_scroll_that_makes_no_sense(value: Any, mode: Any, message: str) -> None:
    cursor = new_cursor()
    cursor.show([answer("a", b"0", b"1")])
    with pytest.raises(ProgrammingError, match=message):
        cursor.scroll(value, mode)
    assert cursor.rownumber == 0


def test_scroll_by_a_number_like_numpys() -> None:
    class One:
        def __index__(self) -> int:
            return 1

    one: Any = One()
    cursor = new_cursor()
    cursor.show([answer("a", b"0", b"1")])
    cursor.scroll(one, "relative")
    assert cursor.one(None) == ("1",)


def test_scroll_past_a_row_that_cannot_be_decoded() -> None:
    rows = [row(b"1", b"a"), row(b"two", b"b"), row(b"3", b"c"), row(b"4", b"d")]
    fields = (FieldDescription("n", type_oid=oids.INT4), FieldDescription("s"))
    cursor = cursor_with(dict_row)
    cursor.show([Outcome(fields, [batch_of(*rows)], "SELECT")])
    with pytest.raises(DataError):
        cursor.all()
    assert cursor.rownumber == 0
    cursor.scroll(2, "absolute")
    assert cursor.one(None) == {"n": 3, "s": "c"}
    cursor.scroll(-2, "relative")
    assert cursor.rownumber == 1
    with pytest.raises(DataError, match="'two'"):
        cursor.one(None)
    cursor.scroll(1, "relative")
    assert cursor.all() == [{"n": 3, "s": "c"}, {"n": 4, "s": "d"}]
    cursor.scroll(0, "absolute")
    assert cursor.take(1) == [{"n": 1, "s": "a"}]


def test_a_statement_without_rows_has_none_to_scroll_in() -> None:
    cursor = new_cursor()
    cursor.show([Outcome(command="UPDATE 3")])
    with pytest.raises(ProgrammingError, match="UPDATE 3 gave no rows"):
        cursor.scroll(0, "absolute")


# -- row factories --------------------------------------------------------------------------


@dataclass
class User:
    id: int
    name: str | None


def test_rows_by_a_factory() -> None:
    cursor = cursor_with(dataclass_row(User))
    cursor.show([table(*THREE)])
    assert cursor.one(None) == User(1, "one")
    assert cursor.take(1) == [User(2, None)]
    assert cursor.all() == [User(3, "three")]
    assert cursor.one(None) is None
    assert cursor.all() == []


class Counting:
    """A row factory that notes the columns of each call."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, columns: Sequence[Column]) -> Callable[[tuple[Any, ...]], Any]:
        assert all(isinstance(column, Column) for column in columns)
        self.calls.append([column.name for column in columns])
        return lambda values: dict(zip(self.calls[-1], values, strict=True))


def test_a_factory_is_asked_once_a_result() -> None:
    factory = Counting()
    cursor = cursor_with(factory)
    cursor.show([table(*THREE), Outcome(command="UPDATE 1"), answer("a", b"x")])
    assert factory.calls == []
    cursor.one(None)
    cursor.take(1)
    cursor.scroll(0, "absolute")
    assert len(cursor.all()) == 3
    assert factory.calls == [["id", "name"]]
    cursor.next_outcome()
    cursor.next_outcome()
    assert cursor.all() == [{"a": "x"}]
    assert factory.calls == [["id", "name"], ["a"]]
    cursor.clear()
    cursor.show([answer("b", b"y")])
    assert cursor.all() == [{"b": "y"}]


def test_another_factory_between_fetches() -> None:
    cursor: CursorState[Any] = cursor_with(None)
    cursor.show([table(*THREE)])
    assert cursor.one(None) == (1, "one")
    cursor.row_factory = dict_row
    assert cursor.row_factory is dict_row
    assert cursor.one(None) == {"id": 2, "name": None}
    cursor.row_factory = namedtuple_row
    third: Any = cursor.one(None)
    assert third.name == "three"
    cursor.scroll(0, "absolute")
    cursor.row_factory = None
    assert cursor.row_factory is None
    assert cursor.all() == [(1, "one"), (2, None), (3, "three")]


@pytest.mark.parametrize("factory", [dict_row, dataclass_row(User)])
def test_columns_that_do_not_fit_lose_no_row(factory: RowFactory[Any]) -> None:
    cursor = cursor_with(factory)
    cursor.show([table(*THREE, names="id id")])
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="several columns are called 'id'"):
            cursor.one(None)
        with pytest.raises(ProgrammingError, match="several columns are called 'id'"):
            cursor.all()
    assert cursor.rownumber == 0
    cursor.row_factory = list_row
    assert cursor.all() == [[1, "one"], [2, None], [3, "three"]]


def test_a_factory_that_raises_loses_no_row() -> None:
    def picky(columns: Sequence[Column]) -> Callable[[tuple[Any, ...]], Any]:
        def make(values: tuple[Any, ...]) -> Any:
            return values[1].upper()  # which the second has not

        return make

    cursor = cursor_with(picky)
    cursor.show([table(*THREE)])
    with pytest.raises(AttributeError):
        cursor.all()
    assert cursor.rownumber == 0
    assert cursor.one(None) == "ONE"
    for _ in range(2):
        with pytest.raises(AttributeError):
            cursor.one(None)
        with pytest.raises(AttributeError):
            cursor.take(2)
    assert cursor.rownumber == 1
    cursor.scroll(1, "relative")
    assert cursor.all() == ["THREE"]
    cursor.scroll(1, "absolute")
    cursor.row_factory = None
    assert cursor.one(None) == (2, None)


@pytest.mark.parametrize("made", [None, [], "text", 5])
def test_a_factory_that_gives_no_function(made: Any) -> None:
    cursor = cursor_with(lambda _columns: made)
    cursor.show([table(*THREE)])
    for _ in range(2):
        with pytest.raises(InterfaceError, match=f"a row of a tuple, not {type(made).__name__}"):
            cursor.one(None)
    cursor.row_factory = None
    assert cursor.one(None) == (1, "one")


def test_rows_that_are_none_are_not_the_end() -> None:
    cursor = cursor_with(lambda _columns: lambda values: values[1])
    cursor.show([table(*THREE)])
    seen = []
    while (name := cursor.one("the end")) != "the end":
        seen.append(name)
    assert seen == ["one", None, "three"]


def test_a_factory_cannot_feign_the_end() -> None:
    """A StopIteration would end a loop over the cursor as if there were no more rows."""

    def name(values: tuple[Any, ...]) -> Any:
        return next(value for value in values[1:] if value)

    cursor = cursor_with(lambda _columns: name)
    cursor.show([table(*THREE)])
    assert cursor.one(None) == "one"
    for fetch in (lambda: cursor.one(None), lambda: cursor.take(1), cursor.all):
        with pytest.raises(InterfaceError, match="the row factory raised StopIteration"):
            fetch()
    assert cursor.rownumber == 1


# -- codecs ---------------------------------------------------------------------------------


def shouting(format: int = TEXT, mark: str = "!") -> Codec:
    return Codec(oids.TEXT, format, "text", same(lambda data: data.decode() + mark))


class Money:
    """A class of the user's own."""


def sent_as(text: bytes) -> Encoder:
    return Encoder(Money, lambda _value, _codecs: Parameter(oids.TEXT, TEXT, text))


def data_of(cursor: CursorState[Any], value: object) -> bytes | None:
    return cursor.codecs.encode(value).data


def read_by(cursor: CursorState[Any], text: bytes) -> str:
    decoded: str = cursor.codecs.decoder(FieldDescription("c"))(text)
    return decoded


def test_a_cursor_reads_with_its_connections_codecs() -> None:
    connection = connection_state(profile=POSTGRES)
    cursor = new_cursor(connection)
    assert cursor.codecs is connection.codecs
    connection.codecs = connection.codecs.with_codecs(shouting())  # the cursor is there already
    assert cursor.codecs is connection.codecs
    cursor.show([answer("a", b"hey")])
    assert cursor.all() == [("hey!",)]


def test_a_cursors_own_codecs_are_its_own() -> None:
    connection = connection_state(profile=POSTGRES)
    cursor, other = new_cursor(connection), new_cursor(connection)
    cursor.add_codecs([shouting(), sent_as(b"own")])
    for each in (cursor, other):
        each.show([answer("a", b"hey")])
    assert cursor.all() == [("hey!",)]
    assert other.all() == [("hey",)]
    assert data_of(cursor, Money()) == b"own"
    for codecs in (other.codecs, connection.codecs):
        with pytest.raises(NotSupportedError):
            codecs.encode(Money())


def test_a_cursors_own_codecs_come_before_its_connections() -> None:
    connection = connection_state(profile=POSTGRES)
    cursor = new_cursor(connection)
    cursor.add_codecs([sent_as(b"own")])
    connection.codecs = connection.codecs.with_codecs(sent_as(b"shared"), shouting())
    assert data_of(cursor, Money()) == b"own"
    assert read_by(cursor, b"a") == "a!"
    assert data_of(new_cursor(connection), Money()) == b"shared"
    assert cursor.codecs is cursor.codecs


def test_later_codecs_come_before_earlier_ones() -> None:
    connection = connection_state(profile=POSTGRES)
    cursor = new_cursor(connection)
    cursor.add_codecs(iter([sent_as(b"1"), sent_as(b"2")]))
    assert data_of(cursor, Money()) == b"2"
    cursor.add_codecs([sent_as(b"3")])
    assert data_of(cursor, Money()) == b"3"
    connection.learn(POSTGRES)
    assert data_of(cursor, Money()) == b"3"


def test_codecs_mean_the_same_after_the_connection_has_got_another() -> None:
    """Which format is asked for depends on what was registered together."""
    connection = connection_state(profile=POSTGRES)
    cursor = new_cursor(connection)
    cursor.add_codecs([shouting(BINARY)])
    cursor.add_codecs([shouting(TEXT)])
    assert cursor.codecs.result_format(oids.TEXT) == TEXT
    connection.codecs = connection.codecs.with_codecs(sent_as(b"shared"))
    assert cursor.codecs.result_format(oids.TEXT) == TEXT


def test_what_is_no_codec_changes_nothing() -> None:
    connection = connection_state(profile=POSTGRES)
    cursor = new_cursor(connection)
    with pytest.raises(InterfaceError, match="no codec"):
        cursor.add_codecs([sent_as(b"1"), 5])
    assert cursor.codecs is connection.codecs
    connection.learn(POSTGRES)
    with pytest.raises(NotSupportedError):
        data_of(cursor, Money())


def test_rows_are_read_by_the_codecs_of_their_result() -> None:
    """What is added later is for later results: those that wait, and the next statements."""
    cursor = new_cursor()
    cursor.show([answer("a", b"1", b"2"), answer("b", b"3")])
    assert cursor.one(None) == ("1",)
    cursor.add_codecs([shouting()])
    assert cursor.all() == [("2",)]
    cursor.next_outcome()
    assert cursor.all() == [("3!",)]


def test_what_the_connection_learns_about_the_server_reaches_its_cursors() -> None:
    connection = connection_state()
    cursor = new_cursor(connection)
    cursor.add_codecs([shouting()])
    connection.learn(POSTGRES)
    assert cursor.codecs.profile is POSTGRES
    assert read_by(cursor, b"a") == "a!"


def test_what_is_not_shown_is_forsaken() -> None:
    class Coming:
        begins = False
        holds_connection = True
        at_end: Callable[[Error | None], None] | None = None
        abandoned = 0

        def wanted_by(self, rows: Rows) -> None: ...

        def read(self, enough: Any) -> Any: ...

        def finish(self) -> Any: ...

        def abandon(self) -> None:
            self.abandoned += 1

    state: CursorState[Any] = CursorState(connection_state(), None)
    state.forsake()
    state.coming = rest = Coming()
    state.forsake()
    assert rest.abandoned == 1
    state.show([Outcome()])
    state.forsake()
    assert rest.abandoned == 1
