"""DuckDB's errors as SqlError: the SQLSTATE that Redshift would give for them.

DuckDB has exception classes but no SQLSTATEs, so the class and the words of the message
decide. The first rule that fits wins; what no rule knows is XX000, an internal error.
"""

from __future__ import annotations

import re
from typing import Final

from rs_driver_fakeserver.engine.port import SqlError

__all__ = ["sql_error"]

_INTERNAL_ERROR: Final = "XX000"

# (name of the exception class in DuckDB, words of its message as a regular expression,
# SQLSTATE as in the PostgreSQL manual, appendix A)
_RULES: Final[tuple[tuple[str, str, str], ...]] = (
    ("ParserException", "", "42601"),
    ("SyntaxException", "", "42601"),
    ("CatalogException", r"^Column with name .* already exists", "42701"),
    ("CatalogException", r"^Schema with name .* already exists", "42P06"),
    ("CatalogException", r"^\w* ?(Function|Macro) with name .* already exists", "42723"),
    ("CatalogException", r"^Type with name .* already exists", "42710"),
    ("CatalogException", r"already exists", "42P07"),
    ("CatalogException", r"^Schema with name .* does not exist", "3F000"),
    ("CatalogException", r"^(Scalar|Aggregate|Table|Macro|\w*) ?Function with name", "42883"),
    ("CatalogException", r"^(Table|View|Sequence|Index) with name", "42P01"),
    ("CatalogException", r"^Catalog ", "3D000"),
    ("CatalogException", r"is of type \w+, trying to", "42809"),
    ("CatalogException", r"^Could not drop", "2BP01"),
    ("CatalogException", r"internal system entry", "42501"),
    ("CatalogException", r"does not exist", "42704"),
    ("BinderException", r"^Referenced table .* not found", "42P01"),
    ("BinderException", r"^Ambiguous reference", "42702"),
    ("BinderException", r"(?i)column .*(not found|does not exist)", "42703"),
    ("BinderException", r"does not have a column", "42703"),
    ("BinderException", r"must appear in the GROUP BY|cannot contain aggregates", "42803"),
    ("BinderException", r"No function matches|best candidate function", "42883"),
    ("BinderException", r"Cannot (compare|mix) values of type", "42883"),
    ("BinderException", r"values were supplied", "42601"),
    ("BinderException", r"^Catalog .* does not exist", "3F000"),
    ("BinderException", r"data-modifying statement must be at the top level", "0A000"),
    ("BinderException", r"", "42000"),
    ("ConversionException", r"field value out of range|not in timestamp range", "22008"),
    ("ConversionException", r"^invalid (date|timestamp|time) field format", "22007"),
    ("ConversionException", r"out of range|^Could not cast value .* to DECIMAL", "22003"),
    ("ConversionException", r"^Could not convert string .[-+]?\d+. to (U?INT|DECIMAL)", "22003"),
    ("ConversionException", r"^Unimplemented type for cast", "42846"),
    ("ConversionException", r"", "22P02"),
    ("OutOfRangeException", r"", "22003"),
    ("ConstraintException", r"Duplicate key|unique constraint|PRIMARY KEY", "23505"),
    ("ConstraintException", r"NOT NULL", "23502"),
    ("ConstraintException", r"foreign key", "23503"),
    ("ConstraintException", r"CHECK", "23514"),
    ("ConstraintException", r"", "23000"),
    ("TransactionException", r"unique constraint|PRIMARY KEY", "23505"),
    ("TransactionException", r"transaction is aborted", "25P02"),
    ("TransactionException", r"within a transaction", "25001"),
    ("TransactionException", r"no transaction is active", "25P01"),
    ("TransactionException", r"", "40001"),
    ("InvalidInputException", r"^Division by zero", "22012"),
    ("InvalidInputException", r"^More than one row returned by a subquery", "21000"),
    ("InvalidInputException", r"Values were not provided|argument/count mismatch", "08P01"),
    ("InvalidInputException", r"configuration has been locked", "0A000"),
    ("InvalidInputException", r"", "22023"),
    ("TypeMismatchException", r"", "42804"),
    ("DependencyException", r"", "2BP01"),
    ("PermissionException", r"", "42501"),
    ("NotImplementedException", r"", "0A000"),
    ("SequenceException", r"", "55000"),
    ("InterruptException", r"", "57014"),
    ("OutOfMemoryException", r"", "53200"),
    ("ConnectionException", r"", "08003"),
    ("IOException", r"", "58030"),
)

# Messages that clients are known to read, in the words of PostgreSQL and Redshift.
_WORDING: Final[tuple[tuple[str, str], ...]] = (
    (r"^Division by zero.*", "division by zero"),
    (r'^(?:Table|View) with name "?([^"]*?)"? does not exist.*', r'relation "\1" does not exist'),
    (r'^(?:Table|View) with name "?([^"]*?)"? already exists.*', r'relation "\1" already exists'),
    (r'^Schema with name "?([^"]*?)"? does not exist.*', r'schema "\1" does not exist'),
    (
        r'^Referenced (?:update )?column "?([^"]*?)"? (?:was )?not found.*',
        r'column "\1" does not exist',
    ),
)
# Overloads, settings and DuckDB's own catalogue are of no use to a client of Redshift.
_USELESS_HINT: Final = re.compile(r'^(Candidate functions|Use )|"(pg|sqlite|duckdb)_')


def sql_error(error: Exception) -> SqlError:
    """The SqlError for an exception that DuckDB raised.

    The message is DuckDB's first line without its class, or what Redshift says instead;
    what DuckDB suggests becomes the hint; its picture of the statement is left out.
    """
    text = str(error).partition("\n\nLINE ")[0]
    text = re.sub(r"\A(?:\w+ )*Error: ", "", text)
    message, _, rest = text.partition("\n")
    hint = " ".join(line.strip() for line in rest.splitlines() if line.strip())
    useful = hint and not _USELESS_HINT.search(hint)
    return SqlError(_sqlstate(error, message), _worded(message), hint=hint if useful else None)


def _worded(message: str) -> str:
    for pattern, replacement in _WORDING:
        if re.match(pattern, message):
            return re.sub(pattern, replacement, message)
    return message


def _sqlstate(error: Exception, message: str) -> str:
    name = type(error).__name__
    for rule, words, sqlstate in _RULES:
        if rule == name and re.search(words, message):
            return sqlstate
    return _INTERNAL_ERROR
