"""Every exception that leaves the driver, and how a SQLSTATE picks one.

    Exception
     ├── Warning
     └── Error
          ├── InterfaceError            the driver was used wrongly
          │    └── LocalProtocolError   we were asked to send what the protocol forbids
          └── DatabaseError
               ├── DataError
               ├── OperationalError     connections, timeouts, resources
               │    ├── RemoteProtocolError   the peer broke the protocol
               │    ├── TlsError              no TLS that keeps what sslmode promises
               │    └── QueryCanceled         SQLSTATE 57014
               ├── IntegrityError
               ├── InternalError
               ├── ProgrammingError
               └── NotSupportedError

The names and meanings are PEP 249's. An error that the server reported keeps every
wire field: ``error.fields`` (also ``error.args[0]``) is the dict of one-letter keys
of the PostgreSQL protocol manual, chapter "Error and Notice Message Fields", and the
well-known ones are attributes. An error that the driver raised itself has a plain
text in ``args[0]`` and ``sqlstate is None``.

``str(error)`` is for people, in several lines as psql prints them: the message, the line
of the SQL with a caret under the fault (see ``excerpt``), DETAIL, HINT, QUERY, CONTEXT.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver import excerpt

__all__ = [
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "LocalProtocolError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "QueryCanceled",
    "RemoteProtocolError",
    "TlsError",
    "Warning",
    "class_for_sqlstate",
    "from_fields",
]


class Warning(builtins.Warning):
    """An important warning (PEP 249): what ``cursor.messages`` holds for a notice.

    ``args[0]`` is the dict of its wire fields, its text is the notice's message.
    """

    @property
    def fields(self) -> Mapping[str, str]:
        """The wire fields by their one-letter keys; empty for a warning of the driver's own."""
        first = self.args[0] if self.args else None
        return first if isinstance(first, dict) else {}

    def __str__(self) -> str:
        return self.fields.get("M", "") if self.fields else super().__str__()


_CONFLICTS = frozenset(("40001", "40P01"))
_CONFLICT_WORDS = (
    "Serializable isolation violation",
    "conflict with concurrent transaction",
    "could not open relation with OID",
)
"""What Redshift says of it under SQLSTATEs that stand for anything (XX000)."""


class _Field:
    """A wire field as an attribute: its text, None where there is none."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __get__(self, error: Error | None, kind: type[Error]) -> str | None:
        value = None if error is None else error.fields.get(self._key)
        return value if isinstance(value, str) else None


class Error(Exception):
    """The base of every exception that the driver raises.

    ``query`` is the SQL text that was running, where there was one.
    ``is_disconnect`` says that the connection cannot be used any more.
    ``retry_safe`` is true only when no byte of the operation reached the wire, so that
    running it again cannot run it twice, and no open transaction was lost. ``row`` is the
    0-based row of a batch that failed; ``rows`` are those of which it is one, where the server
    was given many rows at once.
    ``attempted`` says what the driver was doing, where the message alone does not.
    ``advice`` is the driver's own hint, beside the server's.

    ``constraint_name`` and its like name the object of the fault, where the server does
    (Redshift does not). ``internal_query`` is SQL that a function ran, ``context`` where
    it did; ``source_*`` is the place in the server's own source.
    """

    query: str | None = None
    row: int | None = None
    rows: range | None = None
    attempted: str | None = None
    advice: str | None = None
    is_disconnect: bool = False
    retry_safe: bool = False

    @property
    def fields(self) -> Mapping[str, str]:
        """The wire fields of the server's ErrorResponse; empty for the driver's own errors."""
        first = self.args[0] if self.args else None
        return first if isinstance(first, dict) else {}

    @property
    def message(self) -> str:
        """The text of the error without its code, detail and hint."""
        first = self.args[0] if self.args else ""
        if isinstance(first, dict):
            return str(first.get("M", "the server gave no message"))
        return str(first)

    sqlstate = _Field("C")
    detail = _Field("D")
    hint = _Field("H")
    context = _Field("W")
    schema_name = _Field("s")
    table_name = _Field("t")
    column_name = _Field("c")
    data_type = _Field("d")
    constraint_name = _Field("n")
    internal_query = _Field("q")
    source_file = _Field("F")
    source_line = _Field("L")
    source_routine = _Field("R")

    @property
    def severity(self) -> str | None:
        """ERROR, FATAL or PANIC as the server sent it, else None."""
        return self.fields.get("V") or self.fields.get("S")

    @property
    def position(self) -> int | None:
        """1-based character offset into ``query`` where the server saw the fault."""
        return _offset(self.fields.get("P"))

    @property
    def internal_position(self) -> int | None:
        """The same for ``internal_query``."""
        return _offset(self.fields.get("p"))

    @property
    def internals(self) -> Mapping[str, str]:
        """What Redshift tells of an internal error (XX000) instead of a detail: error, code,
        context, query (its number), location and process; {} where it does not."""
        return MappingProxyType(_internals(self.detail or ""))

    @property
    def is_conflict(self) -> bool:
        """Whether the server refused a transaction because of another one: the same may well
        succeed when it is run again from its beginning. Serializable isolation violations
        (40001; Redshift's error 1023), deadlocks, and tables that somebody replaced meanwhile."""
        if self.sqlstate in _CONFLICTS:
            return True
        return bool(self.fields) and any(words in self.message for words in _CONFLICT_WORDS)

    def __str__(self) -> str:
        code = f" [SQLSTATE {self.sqlstate}]" if self.sqlstate else ""
        attempted = f" (while {self.attempted})" if self.attempted else ""
        lines = [f"{self.message}{code}{self._where()}{attempted}"]
        if self.query and self.position:
            lines += excerpt.pointed(self.query, self.position)
        if self.detail:
            compact = "; ".join(f"{key}: {value}" for key, value in self.internals.items())
            lines.append(f"DETAIL: {compact.replace(chr(10), ' ') or self.detail}")
        lines += [f"HINT: {hint}" for hint in (self.hint, self.advice) if hint]
        if inner := self.internal_query:
            at = self.internal_position or 0
            lines += excerpt.pointed(inner, at, "QUERY: ") or excerpt.opening(inner, "QUERY: ")
        lines += excerpt.surroundings(self.context or "")
        return "\n".join(lines)

    def _where(self) -> str:
        """In a batch."""
        if self.row is not None:
            return f" (row {self.row} of the batch, from 0)"
        if self.rows is None:
            return ""
        first, last = self.rows.start, self.rows.stop - 1
        return f" (in one of the rows {first} to {last} of the batch, from 0)"


def _offset(text: object) -> int | None:
    """A character offset as the wire has it."""
    known = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 10
    return int(str(text)) if known else None


_INTERNALS = ("error", "code", "context", "query", "location", "process")


def _internals(detail: str) -> dict[str, str]:
    """The block between two lines of dashes: ``key: value``, values over several lines."""
    found: dict[str, list[str]] = {}
    values: list[str] | None = None
    ruled = False
    for line in map(str.strip, detail.splitlines()):
        key, colon, value = line.partition(":")
        name = key.strip().lower()
        if not line.strip("-;"):
            ruled = ruled or "---" in line
        elif colon and name in _INTERNALS and name not in found:
            values = found[name] = [value.strip()]
        elif values is None:
            return {}  # a detail in words
        else:
            values.append(line)
    return {name: "\n".join(values).strip() for name, values in found.items()} if ruled else {}


class InterfaceError(Error):
    """The driver was used wrongly: a closed connection, an unknown option (PEP 249)."""


class LocalProtocolError(InterfaceError):
    """We were asked to send something that the protocol cannot carry. Nothing was sent."""


class DatabaseError(Error):
    """An error of the database (PEP 249)."""


class DataError(DatabaseError):
    """A value that cannot be processed: out of range, wrongly formed (PEP 249)."""


class OperationalError(DatabaseError):
    """Something outside the programmer's control: a lost connection, a timeout (PEP 249)."""


class RemoteProtocolError(OperationalError):
    """The peer sent something that the protocol forbids here. The connection is unusable."""

    is_disconnect = True


class TlsError(OperationalError):
    """TLS could not be had as ``sslmode`` promises it: the server has none, the two have nothing
    in common, or a certificate was refused. It is the same when tried again."""

    is_disconnect = True


class QueryCanceled(OperationalError):
    """The statement was cancelled, by the user or by a timeout (SQLSTATE 57014)."""


class IntegrityError(DatabaseError):
    """The relational integrity of the database is affected (PEP 249)."""


class InternalError(DatabaseError):
    """The database met an internal error, or a transaction is out of step (PEP 249)."""


class ProgrammingError(DatabaseError):
    """A fault in the SQL or in its arguments (PEP 249)."""


class NotSupportedError(DatabaseError):
    """Something that the server or the driver does not support (PEP 249)."""


# Exact code first, then its two-character class, then DatabaseError. The classes are
# those of the PostgreSQL manual's appendix A; the choice for each follows psycopg's.
_BY_SQLSTATE: Mapping[str, type[DatabaseError]] = {
    "57014": QueryCanceled,
    "25P03": OperationalError,  # idle in a transaction for too long: the connection is gone
    "25P04": OperationalError,  # a transaction that took too long: likewise
    "22": DataError,
    "23": IntegrityError,
    "0A": NotSupportedError,
    **dict.fromkeys(("24", "25", "2B", "2D", "XX"), InternalError),
    **dict.fromkeys(("20", "21", "26", "34", "3D", "3F", "42", "44", "P0"), ProgrammingError),
    **dict.fromkeys(
        ("08", "27", "28", "2F", "38", "39", "3B", "40", "53", "54", "55", "57", "58", "F0", "HV"),
        OperationalError,
    ),
}


def class_for_sqlstate(sqlstate: str | None) -> type[DatabaseError]:
    """The exception class for a SQLSTATE; DatabaseError where it says nothing we know."""
    if not sqlstate:
        return DatabaseError
    return _BY_SQLSTATE.get(sqlstate) or _BY_SQLSTATE.get(sqlstate[:2]) or DatabaseError


def from_fields(fields: Mapping[str, str], query: str | None = None) -> DatabaseError:
    """The exception for a server's ErrorResponse: ``fields`` by their one-letter keys."""
    error = class_for_sqlstate(fields.get("C"))(dict(fields))
    error.query = query
    error.is_disconnect = error.severity in ("FATAL", "PANIC")
    return error
