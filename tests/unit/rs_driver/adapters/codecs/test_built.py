from __future__ import annotations

from typing import Any

import pytest

from rs_driver.adapters.codecs.built import Built, Counted, Lists, Worded
from rs_driver.adapters.codecs.columns import dates
from rs_driver.errors import DataError
from rs_driver.ports.rows import ColumnSlice
from rs_driver_fakeserver.conformance.arrow import column_values


def sliced(*values: bytes | None) -> ColumnSlice:
    buffer = b"".join(value or b"" for value in values)
    lengths = [len(value or b"") for value in values]
    positions = [sum(lengths[:at]) for at in range(len(lengths))]
    return ColumnSlice(buffer, positions, lengths, [value is None for value in values])


@pytest.mark.parametrize(
    ("format", "raw", "expected"),
    [
        ("s", int, [1, None, 23]),
        ("l", int, [1, None, 23]),
        ("g", float, [1.0, None, 23.0]),
        ("tDu", int, [1, None, 23]),
        ("u", bytes, ["1", None, "23"]),
        ("z", bytes, [b"1", None, b"23"]),
        ("tin", lambda data: int(data).to_bytes(16, "little"), [(1, 0, 0), None, (23, 0, 0)]),
    ],
)
def test_what_is_made_of_single_values(format: str, raw: Any, expected: list[Any]) -> None:
    built = Built(format, bytes, raw)
    assert built.values(sliced(b"1", None, b"23")) == [b"1", None, b"23"]
    assert column_values(built.buffer(sliced(b"1", None, b"23"))) == expected
    assert column_values(built.buffer(sliced())) == []


def test_counts_go_through_the_form() -> None:
    counted = Counted("tdD", bytes.decode, int, dates)
    assert counted.values(sliced(b"1", None)) == ["1", None]
    assert column_values(counted.buffer(sliced(b"1", None))) == [10958, None]


def test_text_of_what_python_has_otherwise() -> None:
    worded = Worded(int, lambda data: f"<{data.decode()}>")
    assert worded.values(sliced(b"1", None)) == [1, None]
    assert column_values(worded.buffer(sliced(b"1", None))) == ["<1>", None]
    with pytest.raises(ValueError, match="invalid literal"):
        worded.buffer(sliced(b"x"))


def test_lists() -> None:
    lists = Lists(bytes.split, lambda data: [None if p == b"-" else p for p in data.split()],
                  Built("i", int))  # fmt: skip
    values = sliced(b"1 2 -", None, b"", b"3")
    assert lists.values(values) == [[b"1", b"2", b"-"], None, [], [b"3"]]
    assert column_values(lists.buffer(values)) == [[1, 2, None], None, [], [3]]
    assert column_values(lists.buffer(sliced())) == []


def test_lists_of_lists_have_no_form() -> None:
    lists = Lists(bytes.split, lambda data: [[data]], Built("i", int))
    with pytest.raises(DataError, match="several dimensions"):
        lists.buffer(sliced(b"1"))
