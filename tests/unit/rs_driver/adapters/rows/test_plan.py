from __future__ import annotations

from typing import Any

import pytest

from rs_driver.adapters.rows.plan import Plan
from rs_driver.ports.rows import ColumnSlice, RowBatch
from support.row_batches import batch_of, broken_rows, good_rows, values_of
from support.wire_values import number, row

WIDTHS = (4, 0, 8, 1)


def spans(column: ColumnSlice) -> list[tuple[int, int] | None]:
    """Position and length of each value, None for NULL."""
    nulls = column.nulls if column.nulls is not None else [False] * len(column.positions)
    return [
        None if null else (int(at), int(length))
        for at, length, null in zip(column.positions, column.lengths, nulls, strict=True)
    ]


def planned(widths: tuple[int, ...], batch: RowBatch) -> list[ColumnSlice] | None:
    return Plan(widths).columns(batch, batch.buffer)


def test_where_the_values_are() -> None:
    found = planned((4, 0), batch_of(row(b"\0\0\0\7", b"ab"), row(None, b"")))
    assert found is not None
    assert [spans(column) for column in found] == [[(11, 4), None], [(19, 2), (36, 0)]]


@pytest.mark.parametrize("widths", [WIDTHS, (0, 0, 0, 0), (8, 4, 4, 2), (4, 0, 8, 0)])
def test_what_the_widths_are_thought_to_be_changes_nothing(widths: tuple[int, ...]) -> None:
    batch = batch_of(*good_rows(40))
    found = planned(widths, batch)
    assert found is not None
    texts = found[1].each(bytes.decode)
    assert texts == [values[1] for values in values_of(40)]
    numbers = found[2].each(lambda data: int.from_bytes(data, "big", signed=True))
    assert numbers == [values[2] for values in values_of(40)]


def test_fixed_columns_are_brought_together_where_none_is_null() -> None:
    rows = [row(number(n, 4), number(-n, 8), b"x" * n, bytes([n % 2])) for n in range(10)]
    found = planned((4, 8, 0, 1), batch_of(*rows))
    assert found is not None
    assert [column.fixed is not None for column in found] == [True, True, False, True]
    fixed: Any = found[1].fixed
    assert fixed.view(">i8").tolist() == [-n for n in range(10)]


def test_rows_of_no_columns() -> None:
    assert planned((), batch_of(row(), row())) == []


def test_no_rows() -> None:
    found = planned(WIDTHS, batch_of())
    assert found is not None
    assert [spans(column) for column in found] == [[], [], [], []]


@pytest.mark.parametrize(("why", "broken"), broken_rows())
def test_a_hostile_row_has_no_plan(why: str, broken: bytes) -> None:
    for rows in ((broken,), (*good_rows(5), broken), (broken, *good_rows(5))):
        for widths in (WIDTHS, (0, 0, 0, 0)):
            assert planned(widths, batch_of(*rows)) is None


def test_what_the_batch_does_not_hold_has_no_plan() -> None:
    batch = batch_of(row(number(7, 4)), row(number(8, 4)))
    buffer, stop, starts = batch.buffer, batch.stop, list(batch.starts)
    assert planned((4,), batch) is not None
    for short in range(1, 12):
        assert planned((4,), RowBatch(buffer, 0, stop - short, starts)) is None
    for outside in (-stop, -1, stop, stop - 1, 2**40):
        assert planned((4,), RowBatch(buffer, 0, stop, [*starts, outside])) is None


def test_another_message_has_no_plan() -> None:
    batch = batch_of(row(number(7, 4)), b"d" + row(number(8, 4))[1:])
    assert planned((4,), batch) is None
