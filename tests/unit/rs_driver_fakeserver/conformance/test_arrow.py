from __future__ import annotations

import struct
from array import array
from decimal import Decimal

import pytest

from rs_driver.ports.rows import ColumnBuffer, ColumnType
from rs_driver_fakeserver.conformance.arrow import column_values


def test_numbers() -> None:
    column = ColumnBuffer(ColumnType("i"), 3, array("i", [1, -2, 3]), None, b"\1\0\1")
    assert column_values(column) == [1, None, 3]
    assert column_values(ColumnBuffer(ColumnType("g"), 1, struct.pack("=d", 0.5))) == [0.5]
    assert column_values(ColumnBuffer(ColumnType("l"), 1, struct.pack("=q", -7))) == [-7]


def test_text_and_bytes() -> None:
    offsets = array("i", [0, 2, 2, 3])
    assert column_values(ColumnBuffer(ColumnType("u"), 3, "éa".encode(), offsets)) == ["é", "", "a"]
    assert column_values(ColumnBuffer(ColumnType("z"), 3, b"abc", offsets, b"\1\0\1")) == [
        b"ab",
        None,
        b"c",
    ]


def test_decimals() -> None:
    data = (-1234).to_bytes(16, "little", signed=True)
    assert column_values(ColumnBuffer(ColumnType("d:38,2"), 1, data)) == [Decimal("-12.34")]


def test_dates_and_times_are_numbers() -> None:
    for kind in ("tdD", "tiM"):
        assert column_values(ColumnBuffer(ColumnType(kind), 1, struct.pack("=i", -7))) == [-7]
    for kind in ("ttu", "tDu", "tsu:", "tsu:UTC"):
        assert column_values(ColumnBuffer(ColumnType(kind), 1, struct.pack("=q", -7))) == [-7]
    parts = struct.pack("=iiq", 1, -2, 3)
    assert column_values(ColumnBuffer(ColumnType("tin"), 1, parts)) == [(1, -2, 3)]


def test_booleans() -> None:
    assert column_values(ColumnBuffer(ColumnType("b"), 2, b"\0\1")) == [False, True]


def test_lists() -> None:
    element = ColumnType("i")
    elements = ColumnBuffer(element, 3, array("i", [1, 2, 3]), None, b"\1\0\1")
    offsets = array("i", [0, 2, 2, 3])
    lists = ColumnBuffer(
        ColumnType("+l", (element,)), 3, b"", offsets, b"\1\1\0", children=(elements,)
    )
    assert column_values(lists) == [[1, None], [], None]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (ColumnBuffer(ColumnType("?"), 1, b"\0\0\0\0"), "a format that the driver knows"),
        (ColumnBuffer(ColumnType("b"), 1, b"\2"), "a byte, 0 or 1"),
        (ColumnBuffer(ColumnType("i"), 2, b"\0\0\0\0"), "1 values for 2 rows"),
        (ColumnBuffer(ColumnType("i"), 1, b"\0\0\0\0", None, b"\1\1"), "one byte for each row"),
        (ColumnBuffer(ColumnType("u"), 1, b"a"), "has offsets"),
        (ColumnBuffer(ColumnType("u"), 1, b"a", array("i", [0])), "one offset more"),
        (ColumnBuffer(ColumnType("u"), 2, b"a", array("i", [0, 1, 0])), "from 0 upwards"),
    ],
)
def test_what_is_no_column(column: ColumnBuffer, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        column_values(column)
