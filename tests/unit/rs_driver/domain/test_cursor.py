from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.domain.cursor import CursorState
from rs_driver.domain.result import Fields, Outcome
from rs_driver.errors import InterfaceError, NotSupportedError, ProgrammingError
from rs_driver.ports.rows import Decoder, RowBatch
from rs_driver.wire.results import FieldDescription
from support.wire_values import POSTGRES, numeric_typmod, row


def compiled(fields: Fields) -> Decoder:
    return StructDecoder().compile(fields, default_codecs(POSTGRES))


def answer(name: str, *values: bytes) -> Outcome:
    """A result of one text column."""
    batches = []
    for value in values:
        data = bytearray(row(value))
        batches.append(RowBatch(data, 0, len(data), [0]))
    return Outcome((FieldDescription(name),), batches, "SELECT")


def check_empty(cursor: CursorState) -> None:
    assert (cursor.description, cursor.rowcount, cursor.statusmessage) == (None, -1, None)
    with pytest.raises(ProgrammingError, match="execute a query first"):
        _ = cursor.rows


def test_a_new_cursor_holds_nothing() -> None:
    check_empty(CursorState(compiled))


def test_a_result() -> None:
    cursor = CursorState(compiled)
    cursor.show([answer("word", b"one", b"two")])
    assert cursor.description == [("word", oids.TEXT, None, None, None, None, None)]
    assert (cursor.rowcount, cursor.statusmessage) == (2, "SELECT")
    assert cursor.rows.all() == [("one",), ("two",)]


def test_a_statement_without_rows() -> None:
    cursor = CursorState(compiled)
    cursor.show([Outcome(command="INSERT 0 3")])
    assert (cursor.description, cursor.rowcount, cursor.statusmessage) == (None, 3, "INSERT 0 3")
    with pytest.raises(ProgrammingError, match="INSERT 0 3 gave no rows"):
        _ = cursor.rows


def test_an_empty_statement() -> None:
    cursor = CursorState(compiled)
    cursor.show([Outcome()])
    assert (cursor.rowcount, cursor.statusmessage) == (-1, None)
    with pytest.raises(ProgrammingError, match="the statement gave no rows"):
        _ = cursor.rows


def test_several_results_one_after_the_other() -> None:
    cursor = CursorState(compiled)
    cursor.show([answer("a", b"1"), Outcome(command="UPDATE 2"), answer("b", b"2")])
    assert cursor.rows.one() == ("1",)
    assert cursor.next_outcome()
    assert (cursor.description, cursor.rowcount) == (None, 2)
    with pytest.raises(ProgrammingError, match="UPDATE 2"):
        _ = cursor.rows
    assert cursor.next_outcome()
    assert cursor.rows.all() == [("2",)]
    assert not cursor.next_outcome()
    assert cursor.description is None
    with pytest.raises(ProgrammingError):
        _ = cursor.rows


def test_clearing_forgets_everything() -> None:
    cursor = CursorState(compiled)
    cursor.show([answer("a", b"1"), answer("b", b"2")])
    cursor.clear()
    check_empty(cursor)
    assert not cursor.next_outcome()
    cursor.check_open()


def test_a_closed_cursor_is_closed_for_good() -> None:
    cursor = CursorState(compiled)
    cursor.show([answer("a", b"1")])
    cursor.close()
    assert cursor.closed
    assert cursor.description is None
    for use in (cursor.check_open, lambda: cursor.rows):
        with pytest.raises(InterfaceError, match="the cursor is closed"):
            use()


def test_a_result_that_nobody_can_read_is_none() -> None:
    cursor = CursorState(compiled)
    cursor.show([answer("a", b"1")])
    unreadable = Outcome((FieldDescription("x", type_oid=99999, format=1),), [], "SELECT")
    with pytest.raises(NotSupportedError):
        cursor.show([unreadable])
    assert cursor.description is None
    with pytest.raises(ProgrammingError):
        _ = cursor.rows


@pytest.mark.parametrize(
    ("field", "column"),
    [
        (
            FieldDescription("n", type_oid=oids.NUMERIC, type_modifier=numeric_typmod(38, 10)),
            ("n", oids.NUMERIC, None, None, 38, 10, None),
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
    cursor = CursorState(compiled)
    cursor.show([Outcome((field,), [], "SELECT")])
    assert cursor.description == [column]
