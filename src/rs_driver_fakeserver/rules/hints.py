"""What to tell a test whose SQL no rule matches."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Sequence

from rs_driver_fakeserver.rules import diff
from rs_driver_fakeserver.rules.matchers import Glob, Matcher, Pattern, Text
from rs_driver_fakeserver.rules.parameters import same, shown
from rs_driver_fakeserver.sql.text import normalise, tokens

_LONGEST = 1000
_MOST = 3
_CANDIDATES = 50
"""Rules that are compared letter by letter; they share the most words."""
_LIKE_A_PATTERN = re.compile(r"^\^|\.\*")


def unmatched(sql: str, matchers: Sequence[Matcher]) -> str:
    """The rules that are nearest to ``sql``, and what may have been meant instead."""
    if not matchers:
        return "There are no rules."
    normal = normalise(sql)
    known = {str(matcher)[:_LONGEST]: matcher for matcher in matchers}
    near = _near(normal, known)
    chosen = near or list(known)[:_MOST]
    if near:
        notes = ["The nearest rules, [-with what only they have-]{+and what came instead+}:"]
        notes += [f"  {_differing(known[name], normal)}" for name in near]
    else:
        notes = [f"No rule is near it. There are: {'; '.join(map(_cut, chosen))}"]
    return "\n".join([*notes, *_meant(sql, matchers, [known[name] for name in chosen])])


def _near(normal: str, known: dict[str, Matcher]) -> list[str]:
    """The names of those that are about something like it, the nearest first."""
    words = set(normal[:_LONGEST].split())
    candidates = heapq.nlargest(
        _CANDIDATES, known, key=lambda name: len(words.intersection(name.split()))
    )
    return difflib.get_close_matches(normal[:_LONGEST], candidates, n=_MOST, cutoff=0.4)


def _differing(matcher: Matcher, normal: str) -> str:
    return diff.words(matcher.normal, normal) if isinstance(matcher, Text) else _cut(str(matcher))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST // 3 else f"{text[: _LONGEST // 3]}..."


def _meant(sql: str, matchers: Sequence[Matcher], near: Sequence[Matcher]) -> list[str]:
    """Mistakes that are often made with rules."""
    notes = []
    if any(isinstance(one, (Text, Glob)) and has_placeholder(one.normal) for one in near):
        notes.append(
            "A rule has the SQL as the server sees it: its parameters are $1, $2, not %s or ?"
        )
    texts = [matcher.normal for matcher in matchers if isinstance(matcher, Text)]
    if pattern := next((text for text in texts if _LIKE_A_PATTERN.search(text)), None):
        notes.append(f"{_cut(pattern)!r} is compared as plain text: for a pattern use re.compile()")
    notes += [
        f"Patterns heed case: {_cut(str(matcher))} would match with re.IGNORECASE"
        for matcher in matchers
        if isinstance(matcher, Pattern) and matcher.matches_without_case(sql)
    ][:1]
    return notes


def different(expected: Sequence[object], came: Sequence[object]) -> str:
    """Where two lists of parameters of the same length differ, in brackets."""
    pairs = enumerate(zip(expected, came, strict=False), 1)
    found = [
        f"${at} is {shown([got])[1:-1]}, not {shown([want])[1:-1]}"
        for at, (want, got) in pairs
        if not same(want, got)
    ]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return f" ({'; '.join(found[:_MOST])}{more})"


def has_placeholder(sql: str) -> bool:
    """Whether parameters are written as a client does: ``%s``, ``%(a)s``, ``?``, ``:a``, ``:1``."""
    before, last = "", ""
    for kind, text in tokens(sql):
        if text == "?" and kind == "symbol":
            return True
        if last == "%" and text in ("s", "("):
            return True
        if last == ":" and before != ":" and kind in ("word", "number"):
            return True
        before, last = last, text if kind == "symbol" else ""
    return False
