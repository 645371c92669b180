"""What to tell a test whose SQL no rule matches."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from rs_driver_fakeserver.sql.text import normalise, tokens

Matcher = str | re.Pattern[str]
"""What a rule compares SQL with: a text in normal form, or a pattern."""

_LONGEST = 1000
_LIKE_A_PATTERN = re.compile(r"^\^|\.\*")


def shown(matcher: Matcher) -> str:
    """The text or the pattern, for messages."""
    return matcher if isinstance(matcher, str) else f"/{matcher.pattern}/"


def unmatched(sql: str, matchers: Sequence[Matcher]) -> str:
    """The rules that are nearest to ``sql``, and what may have been meant instead."""
    if not matchers:
        return "There are no rules."
    known = {shown(matcher): matcher for matcher in matchers}
    names = difflib.get_close_matches(normalise(sql)[:_LONGEST], list(known), n=3, cutoff=0.4)
    names = names or list(known)[:3]
    notes = [f"The nearest rules: {'; '.join(names)}"]
    if any(isinstance(known[name], str) and has_placeholder(name) for name in names):
        notes.append(
            "A rule has the SQL as the server sees it: its parameters are $1, $2, not %s or ?"
        )
    texts = [matcher for matcher in matchers if isinstance(matcher, str)]
    if pattern := next((text for text in texts if _LIKE_A_PATTERN.search(text)), None):
        notes.append(f"{pattern!r} is compared as plain text: for a pattern use re.compile()")
    notes += [
        f"Patterns heed case: {shown(matcher)} would match with re.IGNORECASE"
        for matcher in matchers
        if not isinstance(matcher, str) and _matches_without_case(matcher, sql)
    ][:1]
    return ". ".join(notes)


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


def _matches_without_case(pattern: re.Pattern[str], sql: str) -> bool:
    return re.compile(pattern.pattern, pattern.flags | re.IGNORECASE).search(sql) is not None
