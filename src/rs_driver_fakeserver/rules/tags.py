"""The command tag of a statement whose rule names none."""

from __future__ import annotations

import re

from rs_driver_fakeserver.sql.text import first_words, normalise

_COUNTED = frozenset({"UPDATE", "DELETE", "MERGE"})
_ROWS = frozenset({"WITH", "VALUES", "TABLE"})
_DDL = frozenset({"CREATE", "ALTER", "DROP"})
_BEFORE_OBJECT = frozenset(
    {"OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "EXTERNAL", "RECURSIVE", "UNIQUE"}
)
_LONG = {"MATERIALIZED": "MATERIALIZED VIEW"}
_LONGER = {
    "TRUNCATE": "TRUNCATE TABLE",
    "LOCK": "LOCK TABLE",
    "REFRESH": "REFRESH MATERIALIZED VIEW",
    "DECLARE": "DECLARE CURSOR",
    "CLOSE": "CLOSE CURSOR",
}
"""Where the tag is more than the first word, although that says it all."""
_MOST_WORDS = 6
_AS = re.compile(
    r"create (?:\w+ ){0,3}table .{0,500}?(?: |\))as ?\(? ?(?:select|with|values|table|execute)\b",
    re.DOTALL,
)
"""CREATE TABLE AS, in normal form: its tag is that of a SELECT."""
_MOST_TEXT = 1000


def default_tag(sql: str, count: int) -> str:
    """``INSERT 0 3``, ``CREATE TABLE``, ``COPY``: by the first words of the SQL.

    ``count``: the rows of the answer. A SELECT's is added by those who know the server.
    """
    words = [word.upper() for word in first_words(sql, _MOST_WORDS)]
    first = words[0] if words else "SELECT"
    if first == "INSERT":
        return f"INSERT 0 {count}"
    if first in _COUNTED:
        return f"{first} {count}"
    if first == "CREATE" and _AS.match(normalise(sql[:_MOST_TEXT])):
        return "SELECT"
    if first in _DDL:
        kind = next((word for word in words[1:] if word not in _BEFORE_OBJECT), None)
        return first if kind is None else f"{first} {_LONG.get(kind, kind)}"
    return "SELECT" if first in _ROWS else _LONGER.get(first, first)
