"""Values of array types: lists, nested for more dimensions, and literals with bounds."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from hypothesis import strategies as st

from rs_driver_fakeserver.values.arrays import Array, from_lists, literal

_LONGEST = 4
_MOST_DIMENSIONS = 3
_MOST_ELEMENTS = 12


def arrays(elements: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    """Empty lists, lists with NULLs, and lists of lists of equal lengths."""
    items = st.none() | elements
    flat = st.lists(items, max_size=_LONGEST)
    return flat | _lengths().flatmap(lambda lengths: _nested(items, lengths))


def _lengths() -> st.SearchStrategy[list[int]]:
    """Of two or three dimensions."""
    found = st.lists(st.integers(1, _LONGEST), min_size=2, max_size=_MOST_DIMENSIONS)
    return found.filter(lambda lengths: prod(lengths) <= _MOST_ELEMENTS)


def _nested(
    items: st.SearchStrategy[object], lengths: list[int]
) -> st.SearchStrategy[list[object]]:
    count = prod(lengths)
    bounds = (1,) * len(lengths)
    flat = st.lists(items, min_size=count, max_size=count)
    return flat.map(lambda found: Array(tuple(lengths), bounds, tuple(found)).nested())


def literals(
    elements: st.SearchStrategy[object], write: Callable[[object], str]
) -> st.SearchStrategy[str]:
    """Texts of arrays that do not begin at 1, which no list can say: ``[0:1]={1,2}``."""
    return st.builds(
        lambda value, lower: _with_bounds(from_lists(value), lower, write),
        arrays(elements).filter(bool),
        st.integers(-5, 5).filter(lambda lower: lower != 1),
    )


def _with_bounds(array: Array, lower: int, write: Callable[[object], str]) -> str:
    bounds = (lower,) * len(array.lengths)
    return literal(Array(array.lengths, bounds, array.elements), write)
