from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.columns import int4_column, text_column
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY
from rs_driver.ports.rows import ColumnSlice
from support.wire_values import column, number

INT4 = column(oids.INT4, BINARY, name="n")
TEXT = column(oids.TEXT, BINARY, name="s")


def as_lists(values: list[Any]) -> Any:
    return values


def as_arrays(values: list[Any]) -> Any:
    return np.array(values)


both = pytest.mark.parametrize("sequence", [as_lists, as_arrays])


def sliced(sequence: Callable[[list[Any]], Any], *values: bytes | None) -> ColumnSlice:
    """The values with one byte of something else before each."""
    buffer = bytearray()
    positions = []
    for value in values:
        buffer += b"?"
        positions.append(len(buffer))
        buffer += value or b""
    return ColumnSlice(
        buffer,
        sequence(positions),
        sequence([len(value or b"") for value in values]),
        sequence([value is None for value in values]),
    )


@both
def test_int4(sequence: Callable[[list[Any]], Any]) -> None:
    values = sliced(sequence, number(7, 4), None, number(-(2**31), 4), number(2**31 - 1, 4), None)
    before = bytes(values.buffer)
    made = int4_column(values, INT4)
    assert (made.format, made.length, made.offsets) == ("i", 5, None)
    assert memoryview(made.data).tolist() == [7, 0, -(2**31), 2**31 - 1, 0]
    assert memoryview(made.validity).tolist() == [1, 0, 1, 1, 0]  # type: ignore[arg-type]
    assert bytes(values.buffer) == before


@both
def test_int4_without_nulls_has_no_validity(sequence: Callable[[list[Any]], Any]) -> None:
    made = int4_column(sliced(sequence, number(1, 4)), INT4)
    assert made.validity is None
    assert memoryview(made.data).itemsize == 4


@both
@pytest.mark.parametrize("size", [0, 3, 5])
def test_int4_of_another_width_is_a_data_error(
    sequence: Callable[[list[Any]], Any], size: int
) -> None:
    with pytest.raises(DataError, match='column "n"'):
        int4_column(sliced(sequence, number(1, 4), bytes(size)), INT4)


@both
def test_text(sequence: Callable[[list[Any]], Any]) -> None:
    made = text_column(sliced(sequence, b"ab", None, b"", "é".encode(), b"c"), TEXT)
    assert (made.format, made.length) == ("u", 5)
    assert bytes(made.data) == "abéc".encode()
    assert memoryview(made.offsets).tolist() == [0, 2, 2, 2, 4, 5]  # type: ignore[arg-type]
    assert bytes(made.validity or b"") == b"\1\0\1\1\1"


@both
@pytest.mark.parametrize("values", [(b"\xff",), (b"\xc3", b"\xa9"), (b"a\xc3", b"\xa9b")])
def test_text_is_utf8_value_by_value(
    sequence: Callable[[list[Any]], Any], values: tuple[bytes, ...]
) -> None:
    with pytest.raises(DataError, match='column "s"'):
        text_column(sliced(sequence, *values), TEXT)


@both
def test_no_rows(sequence: Callable[[list[Any]], Any]) -> None:
    assert text_column(sliced(sequence), TEXT).length == 0
    assert int4_column(ColumnSlice(bytearray(8), [], [], []), INT4).length == 0
