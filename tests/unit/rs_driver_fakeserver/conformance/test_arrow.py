from __future__ import annotations

import struct
from array import array
from decimal import Decimal

import pytest

from rs_driver.ports.rows import ColumnBuffer
from rs_driver_fakeserver.conformance.arrow import column_values


def test_numbers() -> None:
    column = ColumnBuffer("i", 3, array("i", [1, -2, 3]), None, b"\1\0\1")
    assert column_values(column) == [1, None, 3]
    assert column_values(ColumnBuffer("g", 1, struct.pack("=d", 0.5))) == [0.5]
    assert column_values(ColumnBuffer("l", 1, struct.pack("=q", -7))) == [-7]


def test_text_and_bytes() -> None:
    offsets = array("i", [0, 2, 2, 3])
    assert column_values(ColumnBuffer("u", 3, "éa".encode(), offsets)) == ["é", "", "a"]
    assert column_values(ColumnBuffer("z", 3, b"abc", offsets, b"\1\0\1")) == [b"ab", None, b"c"]


def test_decimals() -> None:
    data = (-1234).to_bytes(16, "little", signed=True)
    assert column_values(ColumnBuffer("d:38,2", 1, data)) == [Decimal("-12.34")]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (ColumnBuffer("tdD", 1, b"\0\0\0\0"), "override column_values"),
        (ColumnBuffer("i", 2, b"\0\0\0\0"), "1 values for 2 rows"),
        (ColumnBuffer("i", 1, b"\0\0\0\0", None, b"\1\1"), "one byte for each row"),
        (ColumnBuffer("u", 1, b"a"), "has offsets"),
        (ColumnBuffer("u", 1, b"a", array("i", [0])), "one offset more"),
        (ColumnBuffer("u", 2, b"a", array("i", [0, 1, 0])), "from 0 upwards"),
    ],
)
def test_what_is_no_column(column: ColumnBuffer, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        column_values(column)
