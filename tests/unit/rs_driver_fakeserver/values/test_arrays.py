from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.values.arrays import Array, from_lists, literal, parsed


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("{}", []),
        (" { } ", []),
        ("{1,2,NULL}", ["1", "2", None]),
        ('{null,Null,"NULL",nully}', [None, None, "NULL", "nully"]),
        ("{{1,2},{3,4}}", [["1", "2"], ["3", "4"]]),
        ("{{},{}}", []),
        (r'{a,"b,c","q\"x","\\","",a\,b}', ["a", "b,c", 'q"x', "\\", "", "a,b"]),
        ('{ a b , " c " }', ["a b", " c "]),
        ("{{{{{{1}}}}}}", [[[[[["1"]]]]]]),
        ("{\u00a0}", ["\u00a0"]),
    ],
)
def test_literals(text: str, nested: list[object]) -> None:
    assert parsed(text, str).nested() == nested


@pytest.mark.parametrize(
    ("text", "lower_bounds"),
    [
        ("[0:1]={1,2}", (0,)),
        ("[2]={1,2}", (1,)),
        ("[-1:0][5:5]={{1},{2}}", (-1, 5)),
        ("{1}", (1,)),
    ],
)
def test_bounds(text: str, lower_bounds: tuple[int, ...]) -> None:
    assert parsed(text, str).lower_bounds == lower_bounds


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "}", "{1", "1}", "{1,}", "{,1}", "{1}{2}", "{}x", "x{}", "{1,,2}", "{ ,1}"),
        *("{{1},{2,3}}", "{{1},2}", "{1,{2}}", '{1 "a"}', '{"a"b}', '{"a}', "{a{b}}", "{\\"),
        *("{{{{{{{1}}}}}}}", "[0:5]={1}", "[1:1]={}", "[0:1]{1,2}", "[]={}", "[1:1][1:1]={1}"),
    ],
)
def test_no_literals(text: str) -> None:
    with pytest.raises(ValueError, match="array"):
        parsed(text, str)


@pytest.mark.parametrize(
    "value", [[[1], [2, 3]], [[1], 2], [1, [2]], [[[1]], [2]], [[[[[[[1]]]]]]], [[], [1]]]
)
def test_no_arrays(value: list[object]) -> None:
    with pytest.raises(ValueError, match="array"):
        from_lists(value)


def test_lists() -> None:
    array = from_lists([[1, None], [3, 4]])
    assert array == Array((2, 2), (1, 1), (1, None, 3, 4))
    assert array.nested() == [[1, None], [3, 4]]
    assert from_lists([[], []]) == from_lists(()) == Array((), (), ())
    assert from_lists([(0, 1)]).elements == ((0, 1),)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (from_lists([]), "{}"),
        (from_lists([1, None]), "{1,NULL}"),
        (from_lists([[1], [2]]), "{{1},{2}}"),
        (Array((2,), (0,), (1, 2)), "[0:1]={1,2}"),
        (from_lists(["a b", "", "NULL", "{", '"', "\\", "ü\u00a0"]),
         '{"a b","","NULL","{","\\"","\\\\",ü\u00a0}'),
    ],
)  # fmt: skip
def test_writing(array: Array, text: str) -> None:
    assert literal(array, str) == text


texts = st.none() | st.text(max_size=5)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=4))
def test_there_and_back(value: list[object]) -> None:
    assert parsed(literal(from_lists(value), str), str).nested() == value


@given(st.text(alphabet='{}",\\ a1N[]:=', max_size=30))
def test_any_text_is_a_literal_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        parsed(text, str)


def test_a_long_literal_takes_no_long() -> None:
    with pytest.raises(ValueError, match="malformed"):
        parsed("{" + " " * 200_000 + "(", str)
    assert len(parsed("{" + ",".join(["1"] * 100_000) + "}", str).elements) == 100_000
