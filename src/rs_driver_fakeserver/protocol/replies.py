"""Errors and notices as the server words them."""

from __future__ import annotations

from rs_driver.wire.control import ErrorResponse, NoticeResponse
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Notice, SqlError


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


def result_type_changed(before: str, now: str) -> SqlError:
    """What a prepared statement gets whose columns are not what they were."""
    return SqlError(
        "0A000",
        "cached plan must not change result type",
        f"It was prepared to return {before}, now it is {now}.",
        routine="RevalidateCachedQuery",
    )


def error_response(error: SqlError, dialect: Dialect) -> ErrorResponse:
    """The message for an error."""
    return ErrorResponse(_fields(error, dialect))


def notice_response(notice: Notice, dialect: Dialect) -> NoticeResponse:
    """The message for a notice or a warning."""
    return NoticeResponse(_fields(notice, dialect))


def _fields(said: SqlError | Notice, dialect: Dialect) -> dict[str, str]:
    fields = {"S": said.severity}
    if not dialect.redshift:
        fields["V"] = said.severity  # PostgreSQL >= 9.6: the severity, never translated
    fields |= {"C": said.sqlstate, "M": said.message}
    if said.detail:
        fields["D"] = said.detail
    if said.hint:
        fields["H"] = said.hint
    if isinstance(said, SqlError):
        if said.position:
            fields["P"] = str(said.position)
        if said.routine:
            fields["R"] = said.routine
    return {key: text.replace("\0", "\ufffd") for key, text in fields.items()}
