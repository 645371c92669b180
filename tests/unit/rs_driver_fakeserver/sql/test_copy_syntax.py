from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.copy_syntax import CopyStatement, Options, parse

TEXT = Options("text", "\t", "\\N", escape='"')
CSV = Options("csv", ",", "", escape='"')


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("copy t from stdin", CopyStatement('"t"', (), "", inward=True, options=TEXT)),
        (
            'COPY s."T" (a, "B c") TO STDOUT WITH CSV',
            CopyStatement('"s"."T"', ('"a"', '"B c"'), "", inward=False, options=CSV),
        ),
        (
            "copy (select (1), ')') to stdout (format csv, header)",
            CopyStatement(
                "",
                (),
                "select (1), ')'",
                inward=False,
                options=Options("csv", ",", "", header=True, escape='"'),
            ),
        ),
        (
            "copy t from stdin with (format 'csv', delimiter ';', null 'x', quote '''', "
            "escape '\\', header off, encoding 'utf8')".replace("'csv'", "csv"),
            CopyStatement(
                '"t"', (), "", inward=True, options=Options("csv", ";", "x", quote="'", escape="\\")
            ),
        ),
        (
            "copy t from stdin delimiter as '|' null 'NIL'",
            CopyStatement(
                '"t"', (), "", inward=True, options=Options("text", "|", "NIL", escape='"')
            ),
        ),
        (
            "copy t from stdin csv header quote '''' escape as '!'",
            CopyStatement(
                '"t"',
                (),
                "",
                inward=True,
                options=Options("csv", ",", "", header=True, quote="'", escape="!"),
            ),
        ),
        ("copy t from '/etc/passwd'", None),
        ("copy t to program 'x'", None),
    ],
)
def test_grammar(sql: str, expected: CopyStatement | None) -> None:
    assert parse(sql) == expected


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("copy", "42601"),
        ("copy t from", "42601"),
        ("copy t from stdin stdin", "42601"),
        ("copy (select 1) from stdin", "42601"),
        ("copy t (a from stdin", "42601"),
        ("copy t from stdin (nope 1)", "42601"),
        ("copy t from stdin (format nope)", "22023"),
        ("copy t from stdin (format binary)", "0A000"),
        ("copy t from stdin binary", "0A000"),
        ("copy t from stdin (format csv, header match)", "0A000"),
        ("copy t from stdin (header)", "0A000"),
        ("copy t from stdin (delimiter 'ab')", "0A000"),
        ("copy t from stdin (format csv, quote 'ü')", "0A000"),
    ],
)
def test_faults(sql: str, sqlstate: str) -> None:
    with pytest.raises(SqlError, match=sqlstate):
        parse(sql)
