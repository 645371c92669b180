from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.rules.copies import checked_columns, chunks, column_count

BINARY = b"PGCOPY\n\xff\r\n\0" + bytes(4) + (3).to_bytes(4, "big") + b"ext" + (2).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("1\ta\n2\tb\n", (b"1\ta\n", b"2\tb\n")),
        (b"1\n2", (b"1\n", b"2")),
        ("ä\r\n", ("ä\r\n".encode(),)),
        ("", ()),
        (["1\n2\n", b"3\n"], (b"1\n2\n", b"3\n")),
        ([], ()),
    ],
)
def test_text(given: Any, found: tuple[bytes, ...]) -> None:
    assert chunks(given, binary=False) == found


def test_binary() -> None:
    assert chunks(b"a\nb", binary=True) == (b"a\nb",)


@pytest.mark.parametrize("given", [7, [7], {"a": 1}.values()])
def test_what_is_no_data(given: Any) -> None:
    with pytest.raises(TypeError, match="COPY's data is str"):
        chunks(given, binary=False)


@pytest.mark.parametrize(
    ("data", "binary", "count"),
    [
        ((b"1\t2\t3\n", b"4\n"), False, 3),
        ((b"1\n",), False, 1),
        ((), False, 1),
        ((BINARY,), True, 2),
        ((BINARY[:15], BINARY[15:]), True, 2),
        ((BINARY[:-2] + b"\xff\xff",), True, 1),
        ((b"PGCOPY",), True, 1),
        ((b"1\t2\n",), True, 1),
    ],
)
def test_how_many_columns(data: tuple[bytes, ...], binary: bool, count: int) -> None:
    assert column_count(data, binary=binary) == count


def test_a_number_of_columns() -> None:
    assert checked_columns(3) == 3
    with pytest.raises(ValueError, match="a COPY has 0 to 1600 columns, not -1"):
        checked_columns(-1)
    for given in (True, "3", ["a"]):
        with pytest.raises(TypeError, match="columns= of a COPY is their number"):
            checked_columns(given)
