from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.array_binary import Elements, elements, pack, parse
from support.array_wire import array_binary, element_binary
from support.wire_values import number

INT4 = oids.INT4


def as_is(data: bytes) -> bytes:
    return data


def raw(_oid: int) -> Elements:
    return elements(as_is)


@pytest.mark.parametrize(
    ("wire", "values"),
    [
        (
            "1 0 17 3 1 4 1 4 2 4 3",
            [b"\0\0\0\1", b"\0\0\0\2", b"\0\0\0\3"],
        ),
        (
            "2 1 17 2 1 2 1 4 1 4 2 ffffffff 4 4",
            [[b"\0\0\0\1", b"\0\0\0\2"], [None, b"\0\0\0\4"]],
        ),
        ("0 0 17", []),
    ],
)
def test_golden_bytes(wire: str, values: list[Any]) -> None:
    """``wire``: the int32s of the array, in hex."""
    assert parse(b"".join(int(word, 16).to_bytes(4, "big") for word in wire.split()), raw) == values


def test_lower_bounds_are_dropped() -> None:
    assert parse(array_binary(25, [2], [b"a", b"b"], lower=-7), raw) == [b"a", b"b"]


def test_six_dimensions() -> None:
    assert parse(array_binary(25, [1] * 6, [b"x"]), raw) == [[[[[[b"x"]]]]]]
    wire = array_binary(25, [2, 1, 3], [b"a", b"b", None, b"d", b"e", b""])
    assert parse(wire, raw) == [[[b"a", b"b", None]], [[b"d", b"e", b""]]]


@pytest.mark.parametrize("lengths", [[0], [0, 5], [5, 0], [2**31 - 1, 0], [2**31 - 1] * 5 + [0]])
def test_a_length_of_zero_is_an_empty_array(lengths: list[int]) -> None:
    assert parse(array_binary(25, lengths, []), raw) == []


def test_the_flag_for_nulls_binds_nobody() -> None:
    assert parse(array_binary(25, [1], [None], has_null=0), raw) == [None]
    assert parse(array_binary(25, [1], [b"a"], has_null=1), raw) == [b"a"]


def test_the_elements_oid_is_handed_on() -> None:
    asked: list[int] = []

    def of(oid: int) -> Elements:
        asked.append(oid)
        return elements(as_is)

    parse(array_binary(2**32 - 1, [1], [b""]), of)
    assert asked == [2**32 - 1]


GOOD = array_binary(INT4, [2], [b"\0\0\0\1", b"\0\0\0\2"])


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (b"", "unpack"),
        (GOOD[:11], "unpack"),
        (GOOD[:15], "unpack"),
        (GOOD[:19], "unpack"),
        (GOOD[:20], "2 elements announced, 0 bytes"),
        (GOOD[:-1], "leads out"),
        (GOOD + b"\0", "1 bytes after"),
        (number(7, 4) + GOOD[4:], "7 dimensions"),
        (number(-1, 4) + GOOD[4:], "-1 dimensions"),
        (number(2**31 - 1, 4) + GOOD[4:], "dimensions"),
        (GOOD[:4] + number(2, 4) + GOOD[8:], "flag"),
        (GOOD[:4] + number(-1, 4) + GOOD[8:], "flag"),
        (GOOD[:12] + number(-2, 4) + GOOD[16:], "negative"),
        (GOOD[:12] + number(3, 4) + GOOD[16:], "unpack"),
        (GOOD[:12] + number(1, 4) + GOOD[16:], "8 bytes after"),
        (array_binary(25, [0], []) + b"\0\0\0\0", "4 bytes after"),
        (array_binary(25, [], []) + b"\0", "1 bytes after"),
        (array_binary(25, [-1, -1], [b"a"]), "negative"),
        (array_binary(25, [2**31 - 1] * 6, [b"a"]), "elements announced"),
        (array_binary(25, [2**31 - 1], []), "elements announced"),
        (array_binary(25, [1], []) + number(-2, 4), "leads out"),
        (array_binary(25, [1], []) + number(2**31 - 1, 4), "leads out"),
    ],
)
@pytest.mark.parametrize("code", ["", "i"])
def test_what_is_no_array_is_refused(wire: bytes, why: str, code: str) -> None:
    with pytest.raises((ValueError, struct.error), match=why):
        parse(wire, lambda _oid: elements(as_is, code))


def test_nothing_is_allocated_by_what_is_announced() -> None:
    tracemalloc.start()
    try:
        for wire in (
            array_binary(25, [2**28], [b"a"]),
            array_binary(25, [2**31 - 1, 0], []),
            array_binary(25, [1], []) + number(2**30, 4),
        ):
            with suppress(ValueError):
                parse(wire, raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def refuse(data: bytes) -> int:
    raise AssertionError(f"{data!r} was decoded by itself")


def test_values_of_one_width_are_read_at_once() -> None:
    assert parse(GOOD, lambda _oid: elements(refuse, "i")) == [1, 2]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([b"\0\0\0\1", None], [b"\0\0\0\1", None]),
        ([b"12345678", None, b""], [b"12345678", None, b""]),
        # As long as three values of four bytes, but not three such values.
        ([b"12345", b"678", b"9012"], [b"12345", b"678", b"9012"]),
    ],
)
def test_values_of_other_widths_are_read_one_by_one(
    values: list[bytes | None], expected: list[bytes | None]
) -> None:
    assert parse(array_binary(INT4, [len(values)], values), lambda _: elements(as_is, "i")) == (
        expected
    )


@pytest.mark.parametrize(
    ("values", "lengths"),
    [
        ([b"a"], [1]),
        ([b"a", None, b""], [3]),
        ([None], [1]),
        ([b"1", b"2", b"3", b"4", None, b"6"], [3, 1, 2]),
        ([b"x"], [1] * 6),
    ],
)
def test_pack(values: list[bytes | None], lengths: list[int]) -> None:
    assert pack(1043, values, lengths) == array_binary(1043, lengths, values)


def test_pack_golden_bytes() -> None:
    assert pack(INT4, [b"\0\0\0\1", None], [2]) == bytes.fromhex(
        "00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff"
    )
    assert element_binary(None) == b"\xff\xff\xff\xff"
