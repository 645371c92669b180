"""The difference of two texts of SQL, word by word, for people."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rs_driver_fakeserver.sql.text import tokens

_MOST_WORDS = 400
"""Time grows with the square of it."""
_AROUND = 6
"""Words, blanks among them, that are shown on either side of a difference, and at the start."""
_LONGEST = 600


def words(expected: str, came: str) -> str:
    """``select * from [-orders-]{+order+}``: what is expected only, and what came only.

    Both in normal form. Long stretches that are the same, and what comes after some
    hundred words or characters, are left out.
    """
    one, other = _words(expected), _words(came)
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    parts = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            parts.append(_same(one[i:j], last=j == len(one)))
            continue
        if i < j:
            parts.append(f"[-{''.join(one[i:j])}-]")
        if k < m:
            parts.append(f"{{+{''.join(other[k:m])}+}}")
    text = "".join(parts)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _words(sql: str) -> list[str]:
    found: list[str] = []
    for _, text in tokens(sql):
        if len(found) == _MOST_WORDS:
            break
        found.append(text)
    return found


def _same(found: Sequence[str], *, last: bool) -> str:
    """What is the same: the words beside a difference, dots for the others."""
    after = 0 if last else _AROUND
    if len(found) <= 2 * _AROUND:
        return "".join(found)
    head, tail = found[:_AROUND], found[len(found) - after :]
    return f"{''.join(head)} ... {''.join(tail)}"
