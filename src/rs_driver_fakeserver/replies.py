"""Errors and notices as the server words them."""

from __future__ import annotations

from rs_driver.wire.control import ErrorResponse, NoticeResponse
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError


def fatal(sqlstate: str, message: str) -> SqlError:
    """An error that ends the connection."""
    return SqlError(sqlstate, message, severity="FATAL")


def protocol_violation(message: str) -> SqlError:
    """SQLSTATE 08P01."""
    return SqlError("08P01", message)


def failed_transaction() -> SqlError:
    """What every statement but ROLLBACK gets after an error in a transaction."""
    return SqlError(
        "25P02",
        "current transaction is aborted, commands ignored until end of transaction block",
    )


def error_response(error: SqlError, dialect: Dialect) -> ErrorResponse:
    """The message for an error."""
    return ErrorResponse(_fields(error, dialect))


def warning(sqlstate: str, message: str, dialect: Dialect) -> NoticeResponse:
    """The message for a warning."""
    return NoticeResponse(_fields(SqlError(sqlstate, message, severity="WARNING"), dialect))


def _fields(error: SqlError, dialect: Dialect) -> dict[str, str]:
    fields = {"S": error.severity}
    if not dialect.redshift:
        fields["V"] = error.severity  # PostgreSQL >= 9.6: the severity, never translated
    fields |= {"C": error.sqlstate, "M": error.message}
    if error.detail:
        fields["D"] = error.detail
    if error.hint:
        fields["H"] = error.hint
    return {key: text.replace("\0", "\ufffd") for key, text in fields.items()}
