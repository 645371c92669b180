from __future__ import annotations

import sys

import pytest

from rs_driver.adapters.codecs import by_column
from rs_driver.adapters.codecs.base import Column
from rs_driver.ports.rows import ColumnSlice
from rs_driver_fakeserver.conformance.arrow import column_values
from support.wire_values import POSTGRES, column


def test_what_str_writes() -> None:
    assert by_column.written("é") == "é".encode()
    assert by_column.written(7) == b"7"


@pytest.mark.parametrize(
    ("make", "format", "width", "data", "value"),
    [
        (by_column.numbers("s", "i2"), "s", 2, b"\1\2", 258),
        (by_column.booleans, "b", 1, b"\1", True),
        (by_column.texts, "u", 0, "é".encode(), "é"),
        (by_column.octets, "z", 0, b"\xff", b"\xff"),
        (by_column.built("u", by_column.written), "u", 0, b"7", "b'7'"),
        (by_column.built("z"), "z", 0, b"7", b"7"),
    ],
)
def test_each(make: Column, format: str, width: int, data: bytes, value: object) -> None:
    from rs_driver.adapters.codecs import default_codecs

    way = make(column(25, 1), default_codecs(POSTGRES), bytes)
    assert (way.type.format, way.width) == (format, width)
    assert column_values(way.buffer(ColumnSlice(data, [0], [len(data)]))) == [value]


def test_columns_load_numpy_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "rs_driver.adapters.codecs.columns")
    make = by_column.numbers("i", "i4")
    assert "rs_driver.adapters.codecs.columns" not in sys.modules
    make(None, None, bytes)  # type: ignore[arg-type]
    assert "rs_driver.adapters.codecs.columns" in sys.modules
