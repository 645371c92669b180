from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies.arrays import arrays, literals
from rs_driver_fakeserver.values.arrays import from_lists, parsed
from support.minimal import minimal

numbers: st.SearchStrategy[Any] = st.integers(0, 9)


@given(arrays(numbers))
def test_lists_are_arrays(value: list[object]) -> None:
    assert len(from_lists(value).lengths) <= 3


def test_what_there_is() -> None:
    assert minimal(arrays(numbers)) == []
    assert minimal(arrays(numbers), lambda value: None in value) == [None]
    cube: Any = _is_cube
    assert len(from_lists(minimal(arrays(numbers), cube)).lengths) == 3


def _is_cube(value: list[Any]) -> bool:
    return bool(value) and isinstance(value[0], list) and isinstance(value[0][0], list)


@given(literals(numbers, str))
def test_literals_have_bounds_of_their_own(text: str) -> None:
    assert text.startswith("[")
    found = parsed(text, int)
    assert set(found.lower_bounds) != {1}
    assert all(item in (None, *range(10)) for item in found.elements)
