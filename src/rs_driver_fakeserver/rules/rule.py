"""A scripted rule: what SQL it is about, with which parameters, and what it answers."""

from __future__ import annotations

import decimal
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.engine.port import Notice, Result, SqlError
from rs_driver_fakeserver.values.spans import is_span, span

_NUMBERS = (int, float, decimal.Decimal)


@dataclass(frozen=True)
class Rule:
    """One scripted answer: a result or an error for one SQL text or pattern.

    ``params`` None matches any parameters. ``notices`` are said before the answer.
    """

    sql: str | re.Pattern[str]
    params: tuple[object, ...] | None
    answer: Result | SqlError
    notices: tuple[Notice, ...] = ()

    def matches(self, sql: str, normal: str) -> bool:
        """Whether this rule is about ``sql``, whose normal form is ``normal``."""
        if isinstance(self.sql, str):
            return self.sql == normal
        return self.sql.search(sql) is not None

    def takes(self, parameters: Sequence[object]) -> bool:
        """Whether this rule is for these parameters."""
        return self.params is None or _all_same(self.params, parameters)


def same(expected: object, actual: object) -> bool:
    """Equal, where True is not 1 but 1, 1.0 and Decimal(1) are the same.

    Intervals are the same however their class is called, lists by their elements; a dict
    or a list is the same as its JSON, which is how it was sent.
    """
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)):
        return _all_same(expected, actual)
    if isinstance(expected, (dict, list)) and isinstance(actual, str):
        return _is_json(actual, expected)
    if isinstance(expected, (bytearray, memoryview)):
        expected = bytes(expected)
    if is_span(expected) and is_span(actual):
        one, other = span(expected), span(actual)
        return (one.months, one.folded) == (other.months, other.folded)
    related = isinstance(expected, type(actual)) or isinstance(actual, type(expected))
    if not related and not (isinstance(expected, _NUMBERS) and isinstance(actual, _NUMBERS)):
        return False
    return expected == actual


def _all_same(expected: Sequence[object], actual: Sequence[object]) -> bool:
    pairs = zip(expected, actual, strict=False)
    return len(expected) == len(actual) and all(same(a, b) for a, b in pairs)


def _is_json(text: str, expected: object) -> bool:
    try:
        return bool(json.loads(text) == expected)
    except (ValueError, RecursionError):
        return False
