from __future__ import annotations

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.replies import (
    error_response,
    failed_transaction,
    fatal,
    protocol_violation,
    warning,
)

REDSHIFT, POSTGRES = Dialect("redshift"), Dialect("postgres")


def test_fields() -> None:
    error = SqlError("22012", "division by zero", "why", "how")
    assert error_response(error, REDSHIFT).fields == {
        "S": "ERROR",
        "C": "22012",
        "M": "division by zero",
        "D": "why",
        "H": "how",
    }


def test_postgres_says_the_severity_twice() -> None:
    assert error_response(fatal("28000", "no"), POSTGRES).fields == {
        "S": "FATAL",
        "V": "FATAL",
        "C": "28000",
        "M": "no",
    }
    assert warning("25P01", "w", POSTGRES).fields["V"] == "WARNING"
    assert "V" not in warning("25P01", "w", REDSHIFT).fields


def test_a_nul_cannot_end_a_field_early() -> None:
    assert error_response(SqlError("XX000", "a\0b"), REDSHIFT).fields["M"] == "a\ufffdb"
    assert error_response(SqlError("XX000", "a\0b"), REDSHIFT).encode()


def test_sqlstates() -> None:
    assert failed_transaction().sqlstate == "25P02"
    assert protocol_violation("x").sqlstate == "08P01"
    assert fatal("57P01", "x").severity == "FATAL"
