from __future__ import annotations

import pytest
from hypothesis import given

from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Notice, SqlError
from rs_driver_fakeserver.protocol.replies import error_response, notice_response
from rs_driver_fakeserver.strategies.sql_errors import SQLSTATES, notices, sql_errors
from support.minimal import minimal


@given(sql_errors())
def test_a_rule_takes_it(error: SqlError) -> None:
    FakeServer().when("select 1").raises(error)
    error_response(error, Dialect("postgres")).encode()


def test_every_field_may_be_there_or_not() -> None:
    bare = minimal(sql_errors())
    assert bare.message == SQLSTATES[bare.sqlstate]
    assert (bare.detail, bare.hint, bare.position, bare.routine) == (None,) * 4
    full = minimal(sql_errors(), lambda e: None not in (e.detail, e.hint, e.position, e.routine))
    assert full.severity == "ERROR"


def test_what_to_choose_from() -> None:
    assert minimal(sql_errors(sqlstates=["99X99"])).sqlstate == "99X99"
    assert minimal(sql_errors(severity="FATAL")).severity == "FATAL"
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        sql_errors(sqlstates=["1"])
    with pytest.raises(ValueError, match="empty"):
        sql_errors(sqlstates=[])


@given(notices())
def test_notices(notice: Notice) -> None:
    notice_response(notice, Dialect()).encode()
    assert notice.severity in ("NOTICE", "INFO", "WARNING", "LOG", "DEBUG")


def test_all_severities() -> None:
    for severity in ("NOTICE", "INFO", "WARNING", "LOG", "DEBUG"):
        found = minimal(notices(), lambda notice, s=severity: notice.severity == s)  # type: ignore[misc]
        assert found.severity == severity
