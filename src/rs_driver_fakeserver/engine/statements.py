"""What a statement is: its kind, its command tag, and the query that describes its rows.

Nothing here runs SQL, and nothing looks for words inside strings or comments: DuckDB's
own parser (``extract_statements``) says what kind of statement a text is, and its own
tokenizer (``tokenize``) says where the words are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.engine.redshift_ddl import without_attributes
from rs_driver_fakeserver.engine.redshift_functions import with_functions
from rs_driver_fakeserver.engine.tokens import Token, outermost, tokens

if TYPE_CHECKING:
    from duckdb import Statement as Parsed

__all__ = ["Statement", "classify", "command_tag"]

# Everything that is not here is refused: files, extensions, other databases, settings,
# and transactions, which belong to the session layer.
_KINDS: Final = frozenset(
    ("SELECT", "EXPLAIN", "INSERT", "UPDATE", "DELETE", "MERGE_INTO", "VACUUM", "ANALYZE")
)
_DDL: Final = frozenset(("CREATE", "ALTER", "DROP"))
_OBJECTS: Final = frozenset(("TABLE", "VIEW", "SCHEMA", "SEQUENCE", "INDEX", "FUNCTION", "TYPE"))
_BEFORE_OBJECT: Final = frozenset(
    ("OR", "REPLACE", "TEMP", "TEMPORARY", "LOCAL", "GLOBAL", "UNLOGGED", "UNIQUE", "RECURSIVE")
)
_WRITES: Final = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE"))
# The word before the table that a statement with a RETURNING clause writes.
_INTO: Final[Mapping[str, str]] = MappingProxyType(
    {"INSERT": "INTO", "UPDATE": "UPDATE", "DELETE": "FROM"}
)


@dataclass(frozen=True)
class Statement:
    """One statement as DuckDB will be given it: ``text``, and ``parsed`` of that text.

    ``parameters``: the numbers that occur, 1-based and in order. ``row_query``: a SELECT
    that has the same columns as the rows that the statement returns; None where it
    returns none. ``verb``: the first words of its command tag.
    """

    text: str
    parsed: Parsed
    kind: str
    verb: str
    parameters: tuple[int, ...]
    row_query: str | None

    @property
    def writes(self) -> bool:
        """It changes rows: an INSERT, UPDATE, DELETE or MERGE."""
        return self.verb in _WRITES


def classify(
    sql: str,
    extract: Callable[[str], list[Parsed]],
    tokenize: Callable[[str], Sequence[tuple[int, object]]],
) -> Statement | None:
    """The one statement in ``sql``; None for an empty one.

    ``extract`` and ``tokenize`` are DuckDB's. Raises SqlError 42601 for several
    statements and 0A000 for a kind that the engine does not run; what ``extract`` raises
    for a fault of syntax passes through.
    """
    text = without_attributes(sql, tokens(sql, tokenize))
    text = with_functions(text, tokens(text, tokenize))
    parsed = extract(text)
    if not parsed:
        return None
    if len(parsed) > 1:
        raise SqlError("42601", "cannot insert multiple commands into a prepared statement")
    kind = parsed[0].type.name
    words = (token.word for token in outermost(tokens(text, tokenize)))
    verb = _ddl_verb(words) if kind in _DDL else _verb(kind, next(words, ""))
    row_query = None
    if kind == "SELECT":
        row_query = text
    elif kind == "EXPLAIN":
        row_query = "SELECT '' AS \"QUERY PLAN\""
    elif kind in _INTO and "returning" in text.lower():
        row_query = _returning(text, kind, list(tokens(text, tokenize)))
    parameters = _numbers(parsed[0].named_parameters)
    return Statement(text, parsed[0], kind, verb, parameters, row_query)


def command_tag(statement: Statement, count: int | None) -> str:
    """The CommandComplete tag; ``count`` is None where DuckDB counted nothing."""
    if statement.verb == "INSERT":
        return f"INSERT 0 {count or 0}"
    if statement.kind == "CREATE" and statement.verb == "SELECT":
        return f"SELECT {count or 0}"
    return f"{statement.verb} {count or 0}" if statement.writes else statement.verb


def _numbers(names: set[str]) -> tuple[int, ...]:
    if strange := sorted(name for name in names if not name.isdecimal()):
        raise SqlError("42601", f'syntax error at or near "${strange[0]}"')
    return tuple(sorted(int(name) for name in names))


def _verb(kind: str, first_word: str) -> str:
    if kind not in _KINDS:
        raise _refused(first_word or kind)
    if kind == "DELETE" and first_word == "TRUNCATE":
        return "TRUNCATE TABLE"
    if kind == "VACUUM":
        return first_word  # VACUUM or ANALYZE
    return "MERGE" if kind == "MERGE_INTO" else kind


def _ddl_verb(outer_words: Iterator[str]) -> str:
    first = next(outer_words)
    if first == "COMMENT":
        return first
    if first not in _DDL:
        raise _refused(first)
    kind, *rest = (word for word in outer_words if word not in _BEFORE_OBJECT)
    if kind not in _OBJECTS:
        raise _refused(f"{first} {kind}")
    if (first, kind) == ("CREATE", "TABLE") and "AS" in rest:
        return "SELECT"  # as PostgreSQL and Redshift tag CREATE TABLE AS
    return f"{first} {kind}"


def _refused(what: str) -> SqlError:
    return SqlError("0A000", f"{what} is not supported by the embedded engine")


def _returning(text: str, kind: str, found: list[Token]) -> str | None:
    """The query for the rows of a RETURNING clause; None where there is no such clause."""
    outer = list(outermost(found))
    returning = next((token for token in outer if token.word == "RETURNING"), None)
    if returning is None:
        return None
    data = text.encode()
    last = next(token for token in reversed(found) if token.text != ";")
    expressions = data[returning.stop : last.stop].decode()
    return f"SELECT {expressions}\nFROM {_target(data, kind, outer)}"


def _target(data: bytes, kind: str, outer: list[Token]) -> str:
    """The table that the statement writes, with its alias: it is what RETURNING sees."""
    words = [token.word for token in outer]
    start = words.index(_INTO[kind]) + 1
    stop = start + 1
    while outer[stop].text == ".":
        stop += 2
    if outer[stop].word == "AS":
        stop += 2
    elif outer[stop].is_identifier:
        stop += 1
    return data[outer[start].start : outer[stop - 1].stop].decode()
