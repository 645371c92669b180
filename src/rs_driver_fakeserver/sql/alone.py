"""Statements that must not be in a transaction block, such as VACUUM."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.text import first_words
from rs_driver_fakeserver.sql.words import words

_BOTH = (
    ("vacuum",),
    ("create", "database"),
    ("drop", "database"),
    ("discard", "all"),
    ("commit", "prepared"),
    ("rollback", "prepared"),
)
_POSTGRES = (
    *_BOTH,
    ("create", "tablespace"),
    ("drop", "tablespace"),
    ("alter", "system"),
    ("reindex", "database"),
    ("reindex", "system"),
)
_REDSHIFT = (
    *_BOTH,
    ("create", "external", "table"),
    ("drop", "external", "table"),
)
_FIRST = frozenset(phrase[0] for phrase in (*_POSTGRES, *_REDSHIFT))
_LONGEST = 100_000
"""A longer text is none of these statements."""


def wants_to_be_alone(sql: str, dialect: Dialect) -> str | None:
    """The name of such a statement as errors have it; None for every other."""
    if _FIRST.isdisjoint(first_words(sql, 1)) or len(sql) > _LONGEST:
        return None
    first = first_words(sql, 3)
    for phrase in _REDSHIFT if dialect.redshift else _POSTGRES:
        if tuple(first[: len(phrase)]) == phrase:
            return " ".join(phrase).upper()
    if dialect.redshift and first[:2] == ["alter", "table"]:
        return _alter_table([word.lower for word in words(sql, backslashes=True)])
    return None


def _alter_table(found: Sequence[str]) -> str | None:
    """Redshift: ALTER TABLE name APPEND FROM, and ALTER TABLE name ALTER COLUMN c TYPE t."""
    for before, word, after in zip(found[2:], found[3:], found[4:], strict=False):
        if (word, after) == ("append", "from"):
            return "ALTER TABLE APPEND"
        if (before, word) == ("alter", "column") and "type" in found:
            return "ALTER TABLE ALTER COLUMN"
    return None


def refused(what: str, *, in_block: bool) -> SqlError:
    """The error for one of them that is not alone; not ``in_block``: others of its Sync ran."""
    where = "run inside a transaction block" if in_block else "be executed within a pipeline"
    return SqlError("25001", f"{what} cannot {where}")
