"""What SQL a rule is about. Each matcher is asked with the SQL as it came and its normal form.

The normal form is that of ``sql.text.normalise``: no comments, one blank where there was
white space (none beside a bracket or a comma), lower case outside literals and quoted
names, no semicolon at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from rs_driver_fakeserver.rules.failures import called, named
from rs_driver_fakeserver.sql.text import normalise, squeezed

Predicate = Callable[[str], object]
"""A test's own function of the normal form; what it gives counts as true or false."""


class Matcher(Protocol):
    """What a rule compares SQL with; ``str`` of it is for messages.

    ``pure``: the same SQL always gives the same, so that it need not be asked again.
    """

    @property
    def pure(self) -> bool:
        """See above."""

    def matches(self, sql: str, normal: str) -> bool:
        """Whether the rule is about ``sql``, whose normal form is ``normal``."""


_BLANK = r"(?: |(?<=[(),;])|(?=[(),;]))"

Given = str | re.Pattern[str] | Predicate | Matcher
"""What a test writes: SQL, a compiled pattern, a predicate, or something of ``matching``."""


@dataclass(frozen=True)
class Text:
    """The whole SQL, up to its layout. ``normal`` is in normal form.

    ``key``: what it is compared by, without the blanks beside operators.
    """

    normal: str
    key: str = field(init=False, repr=False, compare=False)
    pure = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", squeezed(self.normal))

    def matches(self, sql: str, normal: str) -> bool:  # noqa: ARG002  (the protocol)
        return self.key == squeezed(normal)

    def __str__(self) -> str:
        return self.normal


@dataclass(frozen=True)
class Contains:
    """A part of the SQL, anywhere in it, up to its layout."""

    normal: str
    pure = True

    def matches(self, sql: str, normal: str) -> bool:  # noqa: ARG002  (the protocol)
        return self.normal in normal

    def __str__(self) -> str:
        return f"contains({self.normal!r})"


@dataclass(frozen=True)
class Glob:
    """The whole SQL, up to its layout, where each ``*`` is any text, or none.

    No other character is special: ``?`` and ``[`` belong to SQL. A blank also stands for
    none beside a bracket or a comma, where the normal form has none.
    """

    normal: str
    _parts: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    pure = True

    def __post_init__(self) -> None:
        first, *others = [_part(text) for text in self.normal.split("*")]
        patterns = [first, *others[:-1], rf"{others[-1]}\Z"] if others else [rf"{first}\Z"]
        object.__setattr__(self, "_parts", tuple(map(re.compile, patterns)))

    def matches(self, sql: str, normal: str) -> bool:  # noqa: ARG002  (the protocol)
        # Each part as far to the left as can be: time grows with the SQL's length only.
        found = self._parts[0].match(normal)
        for part in self._parts[1:]:
            if found is None:
                return False
            found = part.search(normal, found.end())
        return found is not None

    def __str__(self) -> str:
        return f"glob({self.normal!r})"


def _part(text: str) -> str:
    return re.escape(text).replace("\\ ", _BLANK)


@dataclass(frozen=True)
class Pattern:
    """A regular expression that is searched for in the SQL as it came."""

    pattern: re.Pattern[str]
    pure = True

    def matches(self, sql: str, normal: str) -> bool:  # noqa: ARG002  (the protocol)
        return self.pattern.search(sql) is not None

    def matches_without_case(self, sql: str) -> bool:
        """Whether it would match if it did not heed case."""
        flags = self.pattern.flags | re.IGNORECASE
        return re.compile(self.pattern.pattern, flags).search(sql) is not None

    def __str__(self) -> str:
        return f"/{self.pattern.pattern}/"


@dataclass(frozen=True)
class Where:
    """Whatever a test's function says yes to, asked with the normal form."""

    predicate: Predicate
    pure = False

    def matches(self, sql: str, normal: str) -> bool:  # noqa: ARG002  (the protocol)
        name = f"the predicate {named(self.predicate)}"
        return called(lambda: bool(self.predicate(normal)), name, str(self))

    def __str__(self) -> str:
        return f"where({named(self.predicate)})"


_MADE = (Text, Contains, Glob, Pattern, Where)


def matcher(given: Given) -> Matcher:
    """The matcher for what a test wrote. TypeError for anything else."""
    if isinstance(given, str):
        return Text(normalise(given))
    if isinstance(given, re.Pattern):
        if not isinstance(given.pattern, str):
            raise TypeError("SQL is text, and so must be a pattern: re.compile(r'...')")
        return Pattern(given)
    if isinstance(given, _MADE):
        return given
    if callable(given):
        return Where(given)
    raise TypeError(
        "a rule is about a str, a re.Pattern, a predicate or something of "
        f"rs_driver_fakeserver.matching, not {type(given).__name__}"
    )
