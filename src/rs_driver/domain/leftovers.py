"""What statements leave behind in their session, for whoever uses it next.

Told by the servers' command tags, so that it is seen in a text of several statements, too. What
functions do within a SELECT is not seen, but for ``set_config``.
"""

from __future__ import annotations

import re
from enum import Flag

from rs_driver.domain.result import Outcome


class Leftovers(Flag):
    """``SETTINGS`` go by RESET ALL. ``OBJECTS`` (temporary tables, another role, SQL's own
    prepared statements, channels) go by DISCARD ALL, which Redshift does not have."""

    NONE = 0
    SETTINGS = 1
    OBJECTS = 2


_SET = frozenset(("SET", "RESET"))
_ANYTHING = frozenset(("CALL", "DO"))
_KEPT = frozenset(("PREPARE", "LISTEN", "DISCARD"))
_MAKES = frozenset(("CREATE", "SELECT", "DECLARE"))
_ROLE = re.compile(r"\b(?:role|authorization)\b", re.IGNORECASE)
_OWN = re.compile(r"\btemp(?:orary)?\b|#|\bwith\s+hold\b", re.IGNORECASE)
_SETS = re.compile(r"\bset_config\b", re.IGNORECASE)


def left_by(sql: str, outcome: Outcome) -> Leftovers:
    """What a statement has left that ran: of ``sql``, with this outcome. In doubt, it has."""
    word = outcome.command.partition(" ")[0]
    if word == "SELECT" and outcome.fields is not None:
        return Leftovers.SETTINGS if _SETS.search(sql) else Leftovers.NONE
    if word in _SET:
        return Leftovers.OBJECTS if _ROLE.search(sql) else Leftovers.SETTINGS
    if word in _ANYTHING:
        return Leftovers.SETTINGS
    if word in _KEPT or (word in _MAKES and _OWN.search(sql)):
        return Leftovers.OBJECTS
    return Leftovers.NONE
