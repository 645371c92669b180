"""The words that stand in a cassette where something was left out."""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["user", "database", "secret", "key", "role"]

HIDDEN = "redacted"
"""Stands for what nobody needs to tell apart: passwords, proofs, tokens."""

PLACEHOLDER = re.compile(r"redacted_(?:user|database|secret|key|role)_\d+")
NAME_PLACEHOLDER = re.compile(r"redacted_(?:user|database)_\d+")
_SPLIT = re.compile(f"({PLACEHOLDER.pattern})")


def placeholder(role: Role, number: int) -> str:
    """Such a word. It is one that SQL takes for a name."""
    return f"redacted_{role}_{number}"


def matches(recorded: str, given: str) -> bool:
    """Whether the two are equal, where anything may stand for a placeholder."""
    if recorded == given:
        return True
    if HIDDEN not in recorded:
        return False
    parts = _SPLIT.split(recorded)
    if not given.startswith(parts[0]) or not given.endswith(parts[-1]) or len(parts) == 1:
        return False
    # Each fixed part at its first place behind the one before: no pattern, no backtracking.
    at = len(parts[0])
    for fixed in parts[2:-1:2]:
        found = given.find(fixed, at)
        if found < 0:
            return False
        at = found + len(fixed)
    return at <= len(given) - len(parts[-1])
