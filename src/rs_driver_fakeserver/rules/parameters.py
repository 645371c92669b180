"""Which parameters a rule is for."""

from __future__ import annotations

import decimal
import json
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rs_driver_fakeserver.rules import checks
from rs_driver_fakeserver.rules.failures import called, named
from rs_driver_fakeserver.values.spans import is_span, span

_NUMBERS = (int, float, decimal.Decimal)
_MOST_SHOWN = 12
"""A statement may have 32767 parameters."""

Predicate = Callable[[Sequence[object]], object]
"""A test's own function of the parameters; what it gives counts as true or false."""


class Anything:
    """The class of ``ANY``."""

    def __repr__(self) -> str:
        return "ANY"


ANY = Anything()
"""In ``params=``: whatever comes there will do, NULL too."""


class Parameters(Protocol):
    """What a rule asks of a statement's parameters."""

    @property
    def expected(self) -> Sequence[object]:
        """The values, where they are known; ANY for those that are not."""

    def take(self, given: Sequence[object]) -> bool:
        """Whether these will do. FunctionFailed where a test's function raises."""

    def __str__(self) -> str:
        """For messages, not longer than a line or two."""


@dataclass(frozen=True)
class Exactly:
    """These values, as ``same`` compares them."""

    expected: tuple[object, ...]

    def take(self, given: Sequence[object]) -> bool:
        return all_same(self.expected, given)

    def __str__(self) -> str:
        return shown(self.expected)


@dataclass(frozen=True)
class Satisfying:
    """Whatever a test's function says yes to. ``about``: the rule, for messages."""

    predicate: Predicate
    about: str

    @property
    def expected(self) -> Sequence[object]:
        return ()

    def take(self, given: Sequence[object]) -> bool:
        name = f"the predicate {self} for the parameters"
        return called(lambda: bool(self.predicate(tuple(given))), name, self.about)

    def __str__(self) -> str:
        return named(self.predicate)


def parameters(params: Sequence[object] | Predicate | None, about: str) -> Parameters | None:
    """``params=`` of a rule; None for any. TypeError for a str, a dict and their like."""
    if callable(params):
        return Satisfying(params, about)
    values = checks.parameters(params)
    return None if values is None else Exactly(values)


def shown(values: Sequence[object]) -> str:
    """Values for messages, cut where they are long."""
    texts = [reprlib.repr(value) for value in values[:_MOST_SHOWN]]
    more = len(values) - len(texts)
    return f"[{', '.join(texts)}{f', and {more} more' if more > 0 else ''}]"


def same(expected: object, actual: object) -> bool:
    """Equal, where True is not 1 but 1, 1.0 and Decimal(1) are the same, and ANY is everything.

    Intervals are the same however their class is called, lists by their elements; a dict
    or a list is the same as its JSON, which is how it was sent.
    """
    if expected is ANY:
        return True
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)):
        return all_same(expected, actual)
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


def all_same(expected: Sequence[object], actual: Sequence[object]) -> bool:
    """As many, and each of them the same."""
    pairs = zip(expected, actual, strict=False)
    return len(expected) == len(actual) and all(same(a, b) for a, b in pairs)


def _is_json(text: str, expected: object) -> bool:
    try:
        return bool(json.loads(text) == expected)
    except (ValueError, RecursionError):
        return False
