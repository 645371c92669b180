"""Statements that the server has not got, refused in a server's words and not the engine's.

Redshift has no two-phase commit, no savepoints, no LISTEN and NOTIFY, and no COPY by the
client's own bytes. How each refusal is known stands in docs/fidelity.md.
"""

from __future__ import annotations

from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.text import first_words
from rs_driver_fakeserver.sql.words import Word, stumbles, words

_WORDS = frozenset(
    {
        *("prepare", "commit", "rollback", "abort", "copy"),
        *("savepoint", "release", "listen", "unlisten", "notify"),
    }
)
_LONGEST = 10_000
"""A longer text is none of these statements."""


def refusal(sql: str, config: ServerConfig) -> SqlError | None:
    """The error for such a statement, None for every other."""
    if len(sql) > _LONGEST or _WORDS.isdisjoint(first_words(sql, 1)):
        return None
    redshift = config.dialect.redshift
    found = words(sql, backslashes=redshift)
    lower = [word.lower for word in found]
    if lower[0] == "copy":
        return _copy(found, lower, redshift=redshift)
    if not redshift:
        return None
    if lower[0] in ("savepoint", "release", "listen", "unlisten", "notify") or _goes_back(lower):
        return SqlError("0A000", f'SQL command "{sql.strip()}" not supported.')
    two_phase = lower[1:2] == (["transaction"] if lower[0] == "prepare" else ["prepared"])
    if two_phase and len(found) > 2:
        return stumbles(found[2] if lower[0] == "prepare" else found[1])
    return None


def _goes_back(lower: list[str]) -> bool:
    """Whether it is ROLLBACK TO SAVEPOINT."""
    after = lower[2:3] if lower[1:2] in (["work"], ["transaction"]) else lower[1:2]
    return lower[0] in ("rollback", "abort") and after == ["to"]


def _copy(found: list[Word], lower: list[str], *, redshift: bool) -> SqlError | None:
    for before, word, place in zip(lower, lower[1:], found[1:], strict=False):
        if (before, word) not in (("from", "stdin"), ("to", "stdout")):
            continue
        if not redshift:
            return SqlError("0A000", f"COPY {word.upper()} needs a rule or an engine")
        if word == "stdout":
            return stumbles(place)
        return SqlError(
            "0A000",
            "LOAD source is not supported. "
            "(Hint: only S3 or DynamoDB or EMR based load is allowed)",
        )
    return None
