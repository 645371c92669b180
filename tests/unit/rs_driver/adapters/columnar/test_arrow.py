from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from rs_driver.adapters.columnar import arrow
from rs_driver.ports.rows import ColumnBuffer, ColumnType

NAMES = ["n", "n"]
TYPES = [ColumnType("i"), ColumnType("u")]
COLUMNS = [
    ColumnBuffer(TYPES[0], 3, array("i", [1, 2, 3]), None, b"\1\0\1"),
    ColumnBuffer(TYPES[1], 3, "éa".encode(), array("i", [0, 2, 2, 3])),
]


def test_a_table_of_batches() -> None:
    schema = arrow.schema(NAMES, TYPES)
    table = arrow.table(schema, [COLUMNS, COLUMNS])
    table.validate(full=True)
    assert table.schema.names == NAMES
    assert table.columns[0].to_pylist() == [1, None, 3] * 2
    assert table.columns[1].to_pylist() == ["é", "", "a"] * 2
    assert table.columns[0].null_count == 2


def test_a_table_of_no_batches_has_its_schema() -> None:
    table = arrow.table(arrow.schema(NAMES, TYPES), [])
    assert (len(table), table.schema.types) == (0, [pa.int32(), pa.string()])


def test_a_reader_takes_batches_as_it_is_read() -> None:
    taken = []

    def batches() -> Iterator[list[ColumnBuffer]]:
        for number in range(3):
            taken.append(number)
            yield COLUMNS

    reader = arrow.reader(arrow.schema(NAMES, TYPES), batches())
    assert taken == []
    assert reader.read_next_batch().num_rows == 3
    assert taken == [0]
    assert len(reader.read_all()) == 6


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (ColumnType("b"), b"\1", True),
        (ColumnType("d:5,2"), (-150).to_bytes(16, "little", signed=True), Decimal("-1.50")),
        (ColumnType("tiM"), struct.pack("=i", 14), pa.MonthDayNano([14, 0, 0])),
        (ColumnType("tin"), struct.pack("=iiq", 1, 2, 3), pa.MonthDayNano([1, 2, 3])),
        (ColumnType("g"), np.array([0.5]), 0.5),
    ],
)
def test_values(kind: ColumnType, data: object, value: object) -> None:
    made = arrow.array(ColumnBuffer(kind, 1, data))
    made.validate(full=True)
    assert made.to_pylist() == [value]


def test_lists_with_nulls_inside_and_out() -> None:
    element = ColumnType("s")
    elements = ColumnBuffer(element, 2, array("h", [7, 0]), None, b"\1\0")
    offsets = array("i", [0, 2, 2, 2])
    made = arrow.array(
        ColumnBuffer(ColumnType("+l", (element,)), 3, b"", offsets, b"\1\1\0", (elements,))
    )
    made.validate(full=True)
    assert made.to_pylist() == [[7, None], [], None]
