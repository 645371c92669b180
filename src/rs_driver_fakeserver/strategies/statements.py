"""Statements of a conversation: what each of them answers, whatever protocol carries it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import strategies as st

from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
)
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.results import DataRow, FieldDescription, RowDescription
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.replies import (
    error_response,
    failed_transaction,
    notice_response,
)
from rs_driver_fakeserver.protocol.results import shape
from rs_driver_fakeserver.strategies.result_sets import ResultSet, result_sets
from rs_driver_fakeserver.strategies.sql_errors import notices, sql_errors
from rs_driver_fakeserver.strategies.texts import texts
from rs_driver_fakeserver.values import encode_binary, encode_text
from rs_driver_fakeserver.values.catalogue import has_binary

TYPES = (
    *("int2", "int4", "int8", "float8", "numeric(18,2)", "bool", "varchar(20)", "char(4)"),
    *("text", "date", "time", "timestamp", "timestamptz"),
)
"""What most results are made of; the others are a matter of ``values``."""

Kind = Literal["rows", "command", "begin", "end"]
_TAGS = ("INSERT 0 3", "UPDATE 0", "DELETE 12", "CREATE TABLE", "SET", "TRUNCATE", "COPY")


@dataclass(frozen=True)
class Statement:
    """``fields`` is None where there are no rows; ``after`` is the status that it leads to."""

    sql: str
    fields: tuple[FieldDescription, ...] | None
    rows: tuple[DataRow, ...]
    tag: str
    after: str
    format: int = 0

    def description(self, dialect: Dialect, format_code: int) -> RowDescription:
        """Its columns as Describe tells them."""
        found = tuple(replace(field, format=format_code) for field in self.fields or ())
        return RowDescription(found, dialect.protocol_version)


@st.composite
def statements(draw: st.DrawFn, dialect: Dialect, status: str, *, binary: bool) -> Statement:
    """One that may run in a transaction of this status. ``binary``: its rows may be, too."""
    kinds: list[Kind] = ["end"] if status == "E" else ["rows", "command", "rows", "begin", "end"]
    kind = draw(st.sampled_from(kinds))
    if kind == "begin":
        return Statement("begin", None, (), "BEGIN", "T")
    if kind == "end":
        word = draw(st.sampled_from(["rollback", "commit"]))
        tag = "ROLLBACK" if status == "E" else word.upper()
        return Statement(word, None, (), tag, "I")
    if kind == "command":
        return Statement("insert", None, (), draw(st.sampled_from(_TAGS)), status)
    result = draw(result_sets(server=dialect.kind, types=TYPES, max_columns=4, max_rows=4))
    return _query(draw, dialect, status, result, binary=binary)


def _query(
    draw: st.DrawFn, dialect: Dialect, status: str, result: ResultSet, *, binary: bool
) -> Statement:
    found = shape(result.columns, dialect)
    version, redshift = dialect.protocol_version, dialect.redshift
    in_binary = all(has_binary(one.oid, version, redshift=redshift) for one in found.types)
    code = draw(st.integers(0, 1)) if binary and in_binary else 0
    module = encode_binary if code else encode_text
    encoders = [module.encoder(wire_type, dialect) for wire_type in found.types]
    rows = tuple(
        DataRow(
            tuple(
                None if value is None else encode(value)
                for encode, value in zip(encoders, row, strict=True)
            )
        )
        for row in result.rows
    )
    formats = (0,) * len(found.types)
    fields = found.row_description(formats, dialect).fields
    if draw(st.booleans()):
        fields = tuple(_of_table(field, at, version) for at, field in enumerate(fields, 1))
    tag = f"SELECT {len(rows)}" if dialect.counts_selected_rows else "SELECT"
    return Statement(f"select {len(rows)}", fields, rows, tag, status, code)


def _of_table(field: FieldDescription, number: int, version: int) -> FieldDescription:
    """As the column of a table, with names where the protocol has room for them."""
    placed = replace(field, table_oid=100_123, column_number=number)
    if not version:
        return placed
    return replace(placed, schema="public", table="t", column=field.name, catalog="dev", flags=1)


@st.composite
def failures(draw: st.DrawFn, dialect: Dialect, status: str) -> ErrorResponse:
    """An error in a transaction of this status."""
    error: SqlError = failed_transaction() if status == "E" else draw(sql_errors())
    fields = dict(error_response(error, dialect).fields)
    if draw(st.booleans()):
        fields |= {"F": "scan.l", "L": "17", "W": 'SQL function "f" statement 1'}
    if not dialect.redshift and draw(st.booleans()):
        fields |= {"s": "public", "t": "users", "c": "id", "d": "int4", "n": "users_pkey"}
    return ErrorResponse(fields)


def unasked(dialect: Dialect) -> st.SearchStrategy[BackendMessage]:
    """What a server may say between any two messages."""
    said = notices().map(lambda notice: NoticeResponse(notice_response(notice, dialect).fields))
    settings = st.sampled_from(["application_name", "TimeZone", "search_path", "x.y"])
    return st.one_of(
        said,
        st.builds(ParameterStatus, settings, texts()),
        st.builds(NotificationResponse, st.integers(1, 2**31 - 1), texts(), texts()),
    )
