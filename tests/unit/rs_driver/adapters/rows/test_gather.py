from __future__ import annotations

import numpy as np
import pytest

from rs_driver.adapters.rows.gather import each, layout, numbers, overlapping, texts
from rs_driver.ports.rows import RowBatch
from support.row_batches import batch_of, broken_rows, good_rows
from support.wire_values import number, row

WIDTHS = (4, 0, 8, 0)


def test_layout_says_where_the_values_are() -> None:
    batch = batch_of(row(b"\0\0\0\7", b"ab"), row(None, b""))
    spans = layout(batch, (4, 0))
    assert spans is not None
    assert [(at.tolist(), size.tolist()) for at, size in spans] == [
        ([11, 32], [4, -1]),
        ([19, 36], [2, 0]),
    ]


@pytest.mark.parametrize(("why", "broken"), broken_rows())
def test_layout_of_a_hostile_row_is_none(why: str, broken: bytes) -> None:
    for rows in ((broken,), (*good_rows(5), broken), (broken, *good_rows(5))):
        assert layout(batch_of(*rows), WIDTHS) is None


def test_layout_of_what_the_batch_does_not_hold_is_none() -> None:
    batch = batch_of(row(number(7, 4)), row(number(8, 4)))
    buffer, stop, starts = batch.buffer, batch.stop, list(batch.starts)
    assert layout(batch, (4,)) is not None
    for short in range(1, 12):
        assert layout(RowBatch(buffer, 0, stop - short, starts), (4,)) is None
    for outside in (-stop, -1, stop, stop - 1, 2**40):
        assert layout(RowBatch(buffer, 0, stop, [*starts, outside]), (4,)) is None


def test_layout_of_another_message_is_none() -> None:
    batch = batch_of(row(number(7, 4)), b"d" + row(number(8, 4))[1:])
    assert layout(batch, (4,)) is None


@pytest.mark.parametrize(("code", "size"), [("h", 2), ("i", 4), ("q", 8)])
def test_numbers_with_a_null_at_the_very_end(code: str, size: int) -> None:
    batch = batch_of(row(number(-5, size)), row(number(7, size)), row(None))
    spans = layout(batch, (size,))
    assert spans is not None
    assert numbers(bytes(batch.buffer), spans[0], code) == [-5, 7, None]


def test_numbers_of_another_width_are_refused() -> None:
    batch = batch_of(row(bytes(4)), row(bytes(5)), row(None))
    spans = layout(batch, (4,))
    assert spans is not None
    with pytest.raises(ValueError, match="width"):
        numbers(bytes(batch.buffer), spans[0], "i")


@pytest.mark.parametrize(
    "values",
    [
        ["a", None, "", "bc"],
        [None, None],
        [""],
        ["é", "\U0001f418", None],
        ["x" * 500, "y"],
        ["a\0b", "c"],
    ],
)
def test_texts(values: list[str | None]) -> None:
    batch = batch_of(*(row(None if value is None else value.encode()) for value in values))
    spans = layout(batch, (0,))
    assert spans is not None
    assert texts(bytes(batch.buffer), spans[0]) == values
    assert each(bytes(batch.buffer), spans[0], bytes.decode) == values


def test_texts_are_utf8_value_by_value() -> None:
    batch = batch_of(row(b"\xc3"), row(b"\xa9"))
    spans = layout(batch, (0,))
    assert spans is not None
    with pytest.raises(UnicodeDecodeError):
        texts(bytes(batch.buffer), spans[0])


def test_overlapping_reads_a_number_at_every_byte() -> None:
    assert overlapping(b"\0\1\2\3\4", "i").tolist() == [0x00010203, 0x01020304]
    assert overlapping(b"\0\1\2", "H").tolist() == [1, 0x0102]
    assert np.isnan(overlapping(bytes.fromhex("7ff8000000000000"), "d")[0])
