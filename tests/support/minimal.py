"""The smallest example of a strategy, without a test around it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from hypothesis import Phase, find, settings
from hypothesis import strategies as st

T = TypeVar("T")


def minimal(
    strategy: st.SearchStrategy[T],
    condition: Callable[[T], bool] = lambda _: True,
    *,
    seed: int = 0,
    examples: int = 2000,
) -> T:
    """The smallest that fulfils ``condition``; NoSuchExample where none is found."""
    options = settings(max_examples=examples, database=None, deadline=None)
    return find(strategy, condition, settings=options, random=random.Random(seed))


def some(strategy: st.SearchStrategy[T], condition: Callable[[T], bool]) -> T:
    """The first that fulfils ``condition``, as it was found: shrinking what is long takes long."""
    options = settings(max_examples=2000, database=None, deadline=None, phases=[Phase.generate])
    return find(strategy, condition, settings=options, random=random.Random(0))


def exists(strategy: st.SearchStrategy[T], condition: Callable[[T], bool]) -> bool:
    """That ``some`` finds one; NoSuchExample says what it looked for where it does not."""
    some(strategy, condition)
    return True
