from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
)
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.strategies.statements import failures, statements, unasked
from support.minimal import some

DIALECTS = [Dialect("redshift", 0), Dialect("redshift", 2), Dialect("postgres")]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data(), status=st.sampled_from("ITE"), binary=st.booleans())
def test_rows_fit_their_columns(
    dialect: Dialect, data: st.DataObject, status: str, binary: bool
) -> None:
    statement = data.draw(statements(dialect, status, binary=binary))
    assert statement.format in ((0, 1) if binary else (0,))
    if statement.fields is None:
        assert statement.rows == ()
        return
    assert all(len(row.values) == len(statement.fields) for row in statement.rows)
    assert (statement.after, statement.tag.split()[0]) == (status, "SELECT")
    description = statement.description(dialect, 1)
    assert {field.format for field in description.fields} <= {1}
    assert len(description.encode()) > 7


@given(statements(Dialect(), "E", binary=True))
def test_a_failed_transaction_can_only_end(statement: object) -> None:
    assert getattr(statement, "tag", "") == "ROLLBACK"
    assert getattr(statement, "after", "") == "I"


def test_transactions_begin_and_end() -> None:
    for tag, after in (("BEGIN", "T"), ("COMMIT", "I"), ("ROLLBACK", "I")):
        found = some(
            statements(Dialect(), "T", binary=True),
            lambda one, t=tag: one.tag == t,  # type: ignore[misc]
        )
        assert found.after == after


def test_columns_of_tables() -> None:
    found = some(
        statements(Dialect("redshift", 2), "I", binary=True),
        lambda one: one.fields is not None and any(f.table_oid for f in one.fields),
    )
    assert found.fields is not None
    assert found.fields[0].not_null
    assert found.fields[0].column_number == 1


@given(failures(Dialect(), "E"))
def test_every_statement_in_a_failed_transaction_fails(error: ErrorResponse) -> None:
    assert error.fields["C"] == "25P02"


def test_errors_have_a_servers_fields() -> None:
    assert some(failures(Dialect("postgres"), "I"), lambda e: "n" in e.fields).fields["V"]
    assert "V" not in some(failures(Dialect(), "I"), lambda e: "L" in e.fields).fields


def test_what_nobody_asked_for() -> None:
    for kind in (NoticeResponse, ParameterStatus, NotificationResponse):
        found = some(unasked(Dialect()), lambda one, k=kind: type(one) is k)  # type: ignore[misc]
        assert found.encode()
