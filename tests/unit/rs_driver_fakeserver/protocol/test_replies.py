from __future__ import annotations

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Notice, SqlError
from rs_driver_fakeserver.protocol.replies import (
    error_response,
    failed_transaction,
    fatal,
    notice_response,
    protocol_violation,
    result_type_changed,
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
    warning = Notice("w", "WARNING", "25P01")
    assert notice_response(warning, POSTGRES).fields["V"] == "WARNING"
    assert notice_response(warning, REDSHIFT).fields == {"S": "WARNING", "C": "25P01", "M": "w"}


def test_all_fields() -> None:
    error = SqlError("42601", "m", "d", "h", position=7, routine="yyerror")
    fields = error_response(error, REDSHIFT).fields
    assert "".join(fields) == "SCMDHPR"
    assert (fields["P"], fields["R"]) == ("7", "yyerror")
    notice = Notice("m", detail="d", hint="h")
    assert notice_response(notice, REDSHIFT).fields == {
        "S": "NOTICE",
        "C": "00000",
        "M": "m",
        "D": "d",
        "H": "h",
    }


def test_a_changed_result_is_told_in_the_words_that_clients_know() -> None:
    fields = error_response(result_type_changed("(a int4)", "no rows"), REDSHIFT).fields
    assert fields == {
        "S": "ERROR",
        "C": "0A000",
        "M": "cached plan must not change result type",
        "D": "It was prepared to return (a int4), now it is no rows.",
        "R": "RevalidateCachedQuery",
    }


def test_a_nul_cannot_end_a_field_early() -> None:
    assert error_response(SqlError("XX000", "a\0b"), REDSHIFT).fields["M"] == "a\ufffdb"
    assert error_response(SqlError("XX000", "a\0b"), REDSHIFT).encode()


def test_sqlstates() -> None:
    assert failed_transaction().sqlstate == "25P02"
    assert protocol_violation("x").sqlstate == "08P01"
    assert fatal("57P01", "x").severity == "FATAL"
