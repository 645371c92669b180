"""What kind of statement a SQL text holds, as far as its first words tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rs_driver.domain.lexer import Mark, first_word, spans

__all__ = ["Statement", "classify"]

RETURNS_ROWS = frozenset(
    ("SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "FETCH", "CALL", "EXECUTE")
)
"""First words of the statements that may return rows without a RETURNING clause."""

READS = frozenset(("SELECT", "VALUES", "TABLE"))
"""First words of the statements that only read. WITH may hold an INSERT."""

BORROWED_ROWS = frozenset(("FETCH", "CALL", "EXECUTE", "EXPLAIN", "SHOW"))
"""First words of the statements whose rows have the shape of something else."""

TRANSACTION_CONTROL = frozenset(("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"))
"""First words of the statements that begin or end a transaction."""


@dataclass(frozen=True)
class Statement:
    """The first word of each statement of a text, in upper case.

    Statements without anything but blanks and comments are not counted. A word is empty
    where a statement begins with something else, such as a number. What follows from them is
    found out once: a text that is run again is classified already.
    """

    keywords: tuple[str, ...]

    @cached_property
    def keyword(self) -> str:
        """The first word of the first statement; empty where there is none."""
        return self.keywords[0] if self.keywords else ""

    @cached_property
    def empty(self) -> bool:
        """There is no statement: the server will answer EmptyQueryResponse."""
        return not self.keywords

    @cached_property
    def several(self) -> bool:
        """There is more than one statement; only the simple protocol takes that."""
        return len(self.keywords) > 1

    @cached_property
    def returns_rows(self) -> bool:
        """It is one statement and may well return rows. A hint: the server's word counts.

        ``SELECT INTO`` and ``WITH ... INSERT`` do not return any, ``INSERT ... RETURNING``
        does.
        """
        return len(self.keywords) == 1 and self.keywords[0] in RETURNS_ROWS

    @cached_property
    def reads(self) -> bool:
        """It is one statement that only reads, apart from what functions do."""
        return len(self.keywords) == 1 and self.keywords[0] in READS

    @cached_property
    def borrows_rows(self) -> bool:
        """Its rows have the shape of something else: a cursor, a procedure.

        The next time it may be another one of that name. PostgreSQL does not plan such a
        statement, and says nothing when its rows are not what was described any more.
        """
        return len(self.keywords) == 1 and self.keywords[0] in BORROWED_ROWS

    @cached_property
    def copies(self) -> bool:
        """At least one statement is COPY, whose data may travel in between."""
        return "COPY" in self.keywords

    @cached_property
    def controls_transaction(self) -> bool:
        """At least one statement is BEGIN, COMMIT, ROLLBACK or one of their synonyms."""
        return not TRANSACTION_CONTROL.isdisjoint(self.keywords)


def classify(sql: str, backslash_escapes: bool = True) -> Statement:
    """The kind of statement that ``sql`` holds.

    ``backslash_escapes``: plain literals honour backslashes (``ServerProfile``). A ``;``
    separates statements wherever it stands outside literals and comments; within the
    parentheses of CREATE RULE, too, where the server sees one statement.
    """
    words = []
    position = 0
    if ";" in sql:
        for kind, start, stop in spans(sql, Mark.SEPARATOR, backslash_escapes):
            if kind == "mark":
                words.append(first_word(sql, position, start))
                position = stop
    words.append(first_word(sql, position, len(sql)))
    return Statement(tuple(word for word in words if word is not None))
