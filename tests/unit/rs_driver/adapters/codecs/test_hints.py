from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from rs_driver.adapters.codecs.hints import hint


class Odd:
    pass


def _lazily() -> Iterator[int]:
    yield 1


async def _later() -> None:
    """Never awaited: only its class is looked at."""


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (set, "make a list"),
        (frozenset, "make a list"),
        (type({}.keys()), "make a list"),
        (type(_lazily()), "make a list"),
        (type(iter([])), "make a list"),
        (map, "make a list"),
        (range, "make a list"),
        (deque, "make a list"),
        (MappingProxyType, "make a dict"),
        (type, "an instance of it"),
        (type(sys), "module"),
        (type(hint), "result"),
        (type(len), "result"),
        (type([].append), "result"),
        (type(ValueError().with_traceback), "result"),
        (ValueError, "str()"),
        (complex, "two parts"),
        (pd.Series, "tolist()"),
        (pd.DatetimeIndex, "tolist()"),
        (pd.DataFrame, "rows"),
        (pd.Period, "to_timestamp()"),
        (pd.Interval, "left"),
        (Odd, "class_codec()"),
        (object, "class_codec()"),
    ],
)
def test_the_hint_fits_the_class(kind: type[Any], advice: str) -> None:
    assert advice in hint(kind)


def test_a_coroutine_is_to_be_awaited() -> None:
    coroutine = _later()
    assert "await" in hint(type(coroutine))
    coroutine.close()
