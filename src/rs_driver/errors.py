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
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping

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
    "Warning",
    "class_for_sqlstate",
    "from_fields",
]


class Warning(builtins.Warning):
    """An important warning (PEP 249)."""


class Error(Exception):
    """The base of every exception that the driver raises.

    ``query`` is the SQL text that was running, where there was one.
    ``is_disconnect`` says that the connection cannot be used any more.
    ``retry_safe`` is true only when no byte of the operation reached the wire, so that
    running it again cannot run it twice. ``row`` is the 0-based row of a batch that failed.
    ``attempted`` says what the driver was doing, where the message alone does not.
    """

    query: str | None = None
    row: int | None = None
    attempted: str | None = None
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

    @property
    def sqlstate(self) -> str | None:
        """The five-character SQLSTATE that the server sent, else None."""
        return self.fields.get("C")

    @property
    def severity(self) -> str | None:
        """ERROR, FATAL or PANIC as the server sent it, else None."""
        return self.fields.get("V") or self.fields.get("S")

    @property
    def detail(self) -> str | None:
        return self.fields.get("D")

    @property
    def hint(self) -> str | None:
        return self.fields.get("H")

    @property
    def position(self) -> int | None:
        """1-based character offset into ``query`` where the server saw the fault."""
        text = self.fields.get("P", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None

    def __str__(self) -> str:
        code = f" [SQLSTATE {self.sqlstate}]" if self.sqlstate else ""
        attempted = f" (while {self.attempted})" if self.attempted else ""
        lines = [f"{self.message}{code}{attempted}"]
        if self.detail:
            lines.append(f"DETAIL: {self.detail}")
        if self.hint:
            lines.append(f"HINT: {self.hint}")
        return "\n".join(lines)


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
