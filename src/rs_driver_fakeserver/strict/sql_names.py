"""Names that SQL makes and drops: PREPARE, DEALLOCATE, DISCARD, DECLARE.

They share the namespaces of Parse and Bind, so whoever watches those has to know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST = 2000
"""Characters of a statement that are looked at."""
_VERBS = re.compile(r"\b(?:prepare|deallocate|discard|declare|fetch|move|close)\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(prepare(?!\s+transaction\b)|deallocate(?:\s+prepare)?|declare)\s+"
    r'("(?:[^"]|"")+"|[^\W\d][\w$]*)',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SqlNames:
    """The names in a text. ``unclear``: there may be others, which were not understood."""

    prepared: tuple[str, ...] = ()
    deallocated: tuple[str, ...] = ()
    cursors: tuple[str, ...] = ()
    unclear: bool = False


NONE = SqlNames()


def names_in(sql: str) -> SqlNames:
    """The names that running ``sql`` may make or drop."""
    if len(sql) > _LONGEST:
        return SqlNames(unclear=True)
    if _VERBS.search(sql) is None:
        return NONE
    found: dict[str, list[str]] = {"prepare": [], "deallocate": [], "declare": []}
    for match in _NAMED.finditer(sql):
        found[match[1].split()[0].lower()].append(_folded(match[2]))
    return SqlNames(tuple(found["prepare"]), tuple(found["deallocate"]), tuple(found["declare"]))


def _folded(name: str) -> str:
    """An identifier as the server keeps it."""
    if name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name.lower()
