"""Errors and notices as a server may word them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hypothesis import strategies as st

from rs_driver_fakeserver.engine.port import Notice, SqlError
from rs_driver_fakeserver.rules.checks import sqlstate as check_sqlstate
from rs_driver_fakeserver.strategies.texts import texts

SQLSTATES: Mapping[str, str] = MappingProxyType(
    {
        "22012": "division by zero",
        "22001": "value too long for type character varying(9)",
        "22003": "integer out of range",
        "22P02": 'invalid input syntax for integer: "x"',
        "23502": 'null value in column "id" violates not-null constraint',
        "23505": "duplicate key value violates unique constraint",
        "0A000": "this feature is not supported",
        "25006": "transaction is read-only",
        "40001": "1023: serializable isolation violation on table",
        "42501": "permission denied for relation users",
        "42601": 'syntax error at or near "selec"',
        "42703": 'column "nme" does not exist',
        "42883": "function nosuch(integer) does not exist",
        "42P01": 'relation "nosuch" does not exist',
        "53100": "disk full",
        "53200": "out of memory",
        "55P03": "could not obtain lock on relation users",
        "57014": "Query cancelled on user's request",
        "XX000": "Internal error",
    }
)
"""Codes that Redshift and PostgreSQL give, each with a message of theirs."""

_ROUTINES = ("int4div", "scanner_yyerror", "parserOpenTable", "errorMissingColumn")
_HINTS = ("Check 'stl_load_errors' system table for details.", "You might need explicit casts.")
_INTERNALS = (
    "\n  -----------------------------------------------\n  error:  Assert\n  code:      1000\n"
    "  context:   x < y\n  query:     123\n  location:  scan.cpp:1\n  process:   padbmaster\n"
    "  -----------------------------------------------\n"
)
"""Redshift's own detail of an internal error."""


def sql_errors(
    *, sqlstates: Sequence[str] | None = None, severity: str = "ERROR"
) -> st.SearchStrategy[SqlError]:
    """Errors, with any of the fields that a server may fill in.

    ``sqlstates``: those to choose from; the usual ones of ``SQLSTATES`` otherwise.
    ``severity``: ``FATAL`` ends the connection. ValueError for what is no SQLSTATE.
    """
    if sqlstates is not None and not sqlstates:
        raise ValueError("sqlstates= is empty: there would be no error")
    for code in sqlstates or ():
        check_sqlstate(code)
    codes = st.sampled_from(list(sqlstates if sqlstates is not None else SQLSTATES))
    return st.builds(
        _error,
        codes,
        st.none() | texts(),
        _optional(*_HINTS, _INTERNALS),
        _optional(*_HINTS),
        st.just(severity),
        st.none() | st.integers(1, 200),
        st.none() | st.sampled_from(_ROUTINES),
    )


def _error(
    code: str,
    message: str | None,
    detail: str | None,
    hint: str | None,
    severity: str,
    position: int | None,
    routine: str | None,
) -> SqlError:
    """Without a message of its own it has the one that belongs to its code."""
    said = SQLSTATES.get(code, "something failed") if message is None else message
    return SqlError(code, said, detail, hint, severity, position, routine)


def _optional(*known: str) -> st.SearchStrategy[str | None]:
    return st.none() | (st.sampled_from(known) | texts() if known else texts())


_NOTICES: Sequence[tuple[str, str, str]] = (
    ("NOTICE", "00000", "identifier will be truncated"),
    ("INFO", "00000", "Load into table 'users' completed, 3 record(s) loaded successfully."),
    ("WARNING", "25001", "there is already a transaction in progress"),
    ("WARNING", "01000", "Return type of a user-defined function is not checked"),
    ("LOG", "00000", "checkpoint starting"),
    ("DEBUG", "00000", "StartTransaction"),
)


def notices() -> st.SearchStrategy[Notice]:
    """What a server says beside a result, of every severity below an error."""
    return st.builds(
        _notice, st.sampled_from(_NOTICES), st.none() | texts(), _optional(), _optional(*_HINTS)
    )


def _notice(
    usual: tuple[str, str, str], message: str | None, detail: str | None, hint: str | None
) -> Notice:
    severity, sqlstate, said = usual
    return Notice(said if message is None else message, severity, sqlstate, detail, hint)
