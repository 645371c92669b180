from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.adapters.codecs.list_shape import MAX_ELEMENTS, described, flatten, place
from rs_driver.errors import DataError, ProgrammingError
from rs_driver.ports.codec import TEXT, Parameter
from support.wire_values import POSTGRES

CODECS = default_codecs(POSTGRES)


class Point(NamedTuple):
    x: int
    y: int


class Twice(list[int]):
    """Says that it has one element, and gives two."""

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    ("value", "lengths", "values"),
    [
        ([], [0], []),
        ((), [0], []),
        ([[], ()], [2, 0], []),
        ([[[]], [[]]], [2, 1, 0], []),
        ([1], [1], [1]),
        ([None, None], [2], [None, None]),
        (("a", "bc"), [2], ["a", "bc"]),
        ([[1, 2], (3, None)], [2, 2], [1, 2, 3, None]),
        ([[[[[[1]]]]]], [1] * 6, [1]),
        ([[[1], [2]], [[3], [4]], [[5], [6]]], [3, 2, 1], [1, 2, 3, 4, 5, 6]),
        (Point(1, 2), [2], [1, 2]),
        ([Point(1, 2), [3, 4]], [2, 2], [1, 2, 3, 4]),
        ([b"ab", bytearray(b"c")], [2], [b"ab", b"c"]),
        ([{"a": 1}, {}], [2], [{"a": 1}, {}]),
        (Twice([7, 8]), [2], [7, 8]),
    ],
)
def test_flatten(value: Any, lengths: list[int], values: list[Any]) -> None:
    assert flatten(value, CODECS) == (lengths, values)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([[1, 2], [1, 2, 3]], "the lists at depth 2 have 2 and 3 elements"),
        ([[1], []], "the lists at depth 2 have 1 and 0 elements"),
        ([[], [1]], "the lists at depth 2 have 0 and 1 elements"),
        ([[[1], [2]], [[3]]], "the lists at depth 2 have 2 and 1 elements"),
        ([[[1]], [[2, 3]]], "the lists at depth 3 have 1 and 2 elements"),
        ([[[]], [[1]]], "the lists at depth 3 have 0 and 1 elements"),
        ([1, [2]], r"side by side: int at \[0\], list at \[1\]"),
        ([[1], 2], r"side by side: list at \[0\], int at \[1\]"),
        ([[1], "x"], r"side by side: list at \[0\], str at \[1\]"),
        ([None, [2]], r"side by side: None at \[0\], list at \[1\]"),
        ([(1,), None], r"side by side: tuple at \[0\], None at \[1\]"),
        ([[1, 2], [3, (4,)]], r"side by side: int at \[0\]\[0\], tuple at \[1\]\[1\]"),
        ([[[1]], [2]], r"side by side: list at \[0\]\[0\], int at \[1\]\[0\]"),
        ([[[[[[[1]]]]]]], "deeper than the 6"),
        ([[[[[[[]]]]]]], "deeper than the 6"),
    ],
)
def test_what_is_no_array_is_a_programming_error(value: Any, why: str) -> None:
    with pytest.raises(ProgrammingError, match=why):
        flatten(value, CODECS)


def itself(before: Sequence[Any] = (), times: int = 1) -> list[Any]:
    """A list that contains itself, after other elements."""
    value: list[Any] = list(before)
    value.extend([value] * times)
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (itself(), "deeper than the 6"),
        (itself(times=100_000), "deeper than the 6"),
        (itself([1]), "side by side"),
        (itself([[1]], times=10_000), "depth 2 have 1 and 10001"),
        (itself([[1, 2]]), r"side by side: int at \[0\]\[0\], list at \[1\]\[0\]"),
        ((itself(),), "deeper than the 6"),
    ],
)
def test_a_list_that_contains_itself(value: Any, why: str) -> None:
    with pytest.raises(ProgrammingError, match=why):
        flatten(value, CODECS)


def test_depth_does_not_overflow_the_stack() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ProgrammingError, match="deeper than the 6"):
        flatten(value, CODECS)


def test_too_many_elements_are_refused_before_they_are_gathered() -> None:
    value: list[Any] = [1] * 1000
    for _ in range(5):
        value = [value] * 1000
    with pytest.raises(DataError, match=f"more than {MAX_ELEMENTS} elements"):
        flatten(value, CODECS)


def test_a_tuple_with_a_codec_of_its_own_is_a_single_value() -> None:
    codecs = CODECS.with_codecs(Encoder(Point, lambda p, _: Parameter(600, TEXT, b"(%d,%d)" % p)))
    assert flatten([Point(1, 2), Point(3, 4)], codecs) == ([2], [Point(1, 2), Point(3, 4)])
    with pytest.raises(ProgrammingError, match=r"Point at \[0\], tuple at \[1\]"):
        flatten([Point(1, 2), (3, 4)], codecs)


def test_a_class_that_nobody_can_send_is_a_single_value() -> None:
    assert flatten([1j, 2j], CODECS) == ([2], [1j, 2j])


@pytest.mark.parametrize(
    ("number", "lengths", "text"),
    [(0, [], ""), (3, [5], "[3]"), (5, [2, 3], "[1][2]"), (11, [2, 2, 3], "[1][1][2]")],
)
def test_place(number: int, lengths: list[int], text: str) -> None:
    assert place(number, lengths) == text


def test_described() -> None:
    assert [described(value) for value in (None, 1, Point(1, 2))] == ["None", "int", "Point"]
