"""How often a rule is to be used, and how often it can be."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS = ("not at all", "once", "twice")


@dataclass(frozen=True)
class Quota:
    """``least``: so often it must be used. ``most``: then it is used up; None: never.

    ``stock``: as many answers as there are, where they are limited.
    """

    least: int = 0
    most: int | None = None
    stock: int | None = None

    def times(self, count: int) -> Quota:
        """Exactly so often. ValueError for less than once, and for more than there are answers."""
        _check(count, "times")
        if self.stock is not None and count > self.stock:
            raise ValueError(f"the rule has {self.stock} answers, so it cannot come {count} times")
        return Quota(count, count, self.stock)

    def at_least(self, count: int) -> Quota:
        """So often or more. ValueError as for ``times``."""
        return Quota(self.times(count).least, self.stock, self.stock)

    def optional(self) -> Quota:
        """Not more often than before, but perhaps never."""
        return Quota(0, self.most, self.stock)

    def any_times(self) -> Quota:
        """As often as there are answers, perhaps never."""
        return Quota(0, self.stock, self.stock)

    def stocked(self, stock: int) -> Quota:
        """There are so many answers. A rule that was to come once is to come for each of them."""
        least = stock if self.least == self.most else min(self.least, stock)
        return Quota(least, stock, stock)

    def __str__(self) -> str:
        if self.least == self.most:
            return times(self.least)
        return "any number of times" if not self.least else f"at least {times(self.least)}"


def times(count: int) -> str:
    """``once``, ``3 times``."""
    return _WORDS[count] if count < len(_WORDS) else f"{count} times"


def _check(count: object, name: str) -> None:
    if not isinstance(count, int) or isinstance(count, bool):
        raise TypeError(f"{name}() takes a number of times, not {type(count).__name__}")
    if count < 1:
        raise ValueError("a rule comes once or more often; for perhaps never: optional()")
