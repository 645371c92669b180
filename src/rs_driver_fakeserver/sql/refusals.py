"""Statements that the server has not got, refused in a server's words and not the engine's.

Two-phase commit and COPY by the client's own bytes. Of Redshift's errors only that of COPY
TO STDOUT was seen in a public report; the others are assumed: two-phase commit came with
PostgreSQL 8.1, so that the grammar of 8.0 stumbles over it; COPY loads from elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.text import first_words, tokens

_WORDS = frozenset({"prepare", "commit", "rollback", "copy"})
_LONGEST = 10_000
"""A longer text is none of these statements."""


class _Word(NamedTuple):
    text: str
    position: int
    """In characters from 1."""


def refusal(sql: str, dialect: Dialect) -> SqlError | None:
    """The error for such a statement, None for every other."""
    if len(sql) > _LONGEST or _WORDS.isdisjoint(first_words(sql, 1)):
        return None
    words = _words(sql, backslashes=dialect.redshift)
    lower = [word.text.lower() for word in words]
    if lower[0] == "copy":
        return _copy(words, lower, dialect)
    two_phase = lower[1:2] == (["transaction"] if lower[0] == "prepare" else ["prepared"])
    if not two_phase or len(words) < 3:
        return None
    if dialect.redshift:
        return _stumbles(words[2] if lower[0] == "prepare" else words[1])
    return SqlError(
        "55000",
        "prepared transactions are disabled",
        hint="Set max_prepared_transactions to a nonzero value.",
    )


def _words(sql: str, *, backslashes: bool) -> list[_Word]:
    """The tokens that count, with their places."""
    words: list[_Word] = []
    at = 1
    for kind, text in tokens(sql, backslashes=backslashes):
        if kind not in ("space", "comment"):
            words.append(_Word(text, at))
        at += len(text)
    return words


def _copy(words: list[_Word], lower: list[str], dialect: Dialect) -> SqlError | None:
    for before, word, place in zip(lower, lower[1:], words[1:], strict=False):
        if (before, word) not in (("from", "stdin"), ("to", "stdout")):
            continue
        if not dialect.redshift:
            return SqlError("0A000", f"COPY {word.upper()} is not supported by the fake server")
        if word == "stdout":
            return _stumbles(place)
        return SqlError(
            "0A000",
            "LOAD source is not supported. "
            "(Hint: only S3 or DynamoDB or EMR based load is allowed)",
        )
    return None


def _stumbles(word: _Word) -> SqlError:
    return SqlError("42601", f'syntax error at or near "{word.text}"', position=word.position)
