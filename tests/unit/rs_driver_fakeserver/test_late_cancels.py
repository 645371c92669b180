"""LateCancels: what it takes. What comes of it: ``test_backends`` and ``test_startup``."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rs_driver_fakeserver import LateCancels


def test_a_proxy_that_hangs_up_early_until_it_is_told() -> None:
    assert LateCancels() == LateCancels(turns=None, hangs_up=True)


@pytest.mark.parametrize(
    ("turns", "kind", "message"),
    [
        (0, ValueError, "turns= is at least 1, not 0"),
        (True, TypeError, "turns= takes a whole number or None, not bool"),
        (1.0, TypeError, "turns= takes a whole number or None, not float"),
    ],
)
def test_turns_that_are_none(turns: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        LateCancels(turns)
