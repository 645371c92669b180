"""The driver's own logs: what they say, and what they never say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.hooks.logs import StatementLog
from rs_driver_fakeserver import Auth, FakeServer
from rs_driver_fakeserver.faults import Drop, ErrorMidRows
from support.policies import UNANSWERED

PASSWORD, VALUE, TOKEN = "p4ssw0rd-kept", "v4lue-kept", "t0ken-kept"
ROWS = [(number, "x" * 100) for number in range(500)]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


def script(server: FakeServer) -> None:
    server.when("select a from t where a = $1").returns(["a"], [(VALUE,)])
    server.when("select long").returns({"n": "int4", "t": "varchar"}, ROWS)
    server.when("insert into t values ($1)").completes("INSERT 0 1")
    server.when("analyze").completes()
    server.when("update t set a = $1").raises("22P02", f"invalid input: {VALUE!r}", detail=VALUE)
    server.when("select gone").raises("57P01", f"going: {VALUE}", severity="FATAL")
    server.when(f"create user bob password '{PASSWORD}'").completes("CREATE USER")


def connect(server: FakeServer, **options: Any) -> rs_driver.Connection:
    return rs_driver.connect(
        **{"user": "alice", "database": "dev", "transport": server.memory(), **options}
    )


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    """What a logger said: level and text, times and the session's number taken out."""
    return [
        f"{record.levelname} {_without_times(record.getMessage())}"
        for record in caplog.records
        if record.name == name
    ]


def _without_times(text: str) -> str:
    words = [word for word in text.split() if not word.startswith(("[", "0."))]
    return " ".join(words).replace(", s", "").replace(" in s", "")


def test_connections(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rs_driver.connection")
    connect(server).close()
    with pytest.raises(rs_driver.OperationalError):
        connect(server).run("select gone")
    assert lines(caplog, "rs_driver.connection") == [
        "DEBUG opened alice@memory/dev: redshift 8.0.2",
        "DEBUG closed alice@memory/dev",
        "DEBUG opened alice@memory/dev: redshift 8.0.2",
        "INFO lost alice@memory/dev OperationalError 57P01",
    ]


def test_a_server_cannot_add_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rs_driver.connection")
    evil = "8.0.2\nWARNING it never said this"
    with FakeServer(parameters={"server_version": evil}) as server:
        connect(server).close()
    assert all("\n" not in record.getMessage() for record in caplog.records)
    assert "it never said this" in caplog.text


def test_a_login_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rs_driver.connection")
    with FakeServer(auth=Auth.md5({"alice": PASSWORD})) as server:  # noqa: SIM117
        with pytest.raises(rs_driver.OperationalError):
            connect(server, password="wrong")
    assert lines(caplog, "rs_driver.connection") == [
        "DEBUG could not open alice@:5439/dev: OperationalError 28000"
    ]


def test_nobody_is_warned_who_has_an_exception(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(rs_driver.OperationalError):
        connect(server).run("select gone")
    assert caplog.records == []


def test_statements(server: FakeServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "rs_driver.statement")
    with closing(connect(server, result_budget=1000)) as connection:
        cursor = connection.cursor()
        cursor.execute("select a from t where a = %s", (VALUE,))
        cursor.executemany("insert into t values (%s)", [(1,), (2,)])
        cursor.execute("analyze")
        cursor.execute("select long")
        cursor.fetchall()
        connection.commit()
        with pytest.raises(rs_driver.DataError):
            cursor.execute("update t\nset a = %s", (VALUE,))
    assert lines(caplog, "rs_driver.statement") == [
        "DEBUG select a from t where a = %s: SELECT, 1 rows",
        "DEBUG insert into t values (%s): INSERT 0 2",
        "DEBUG analyze: ANALYZE",
        "DEBUG select long: its first rows are here",
        "DEBUG select long: all of its 500 rows are here",
        "DEBUG COMMIT: done",
        "DEBUG update t...: DataError 22P02",
    ]


def test_statements_are_logged_where_that_is_wanted_when_the_connection_opens(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert not StatementLog.wanted()
    with connect(server) as connection:
        assert connection.observer is None
        caplog.set_level(logging.DEBUG, "rs_driver.statement")
        connection.run("analyze")
    with connect(server) as connection:
        connection.run("analyze")
        caplog.set_level(logging.INFO, "rs_driver.statement")
        connection.run("analyze")
    assert lines(caplog, "rs_driver.statement") == ["DEBUG analyze: ANALYZE"]


# -- what is never said -----------------------------------------------------------------------


def everything(server: FakeServer) -> None:
    """Every event there is, with secrets in all places."""
    with closing(connect(server, password=PASSWORD, result_budget=1000)) as connection:
        cursor = connection.cursor()
        cursor.execute("select a from t where a = %s", (VALUE,))
        cursor.executemany("insert into t values (%s)", [(VALUE,), (VALUE,)])
        cursor.execute("select long")
        cursor.fetchall()
        cursor.execute(f"create user bob password '{PASSWORD}'")
        with pytest.raises(rs_driver.DataError):
            cursor.execute("update t set a = %s", (VALUE,))
        connection.rollback()
        with pytest.raises(rs_driver.Error):
            cursor.execute("select %s + %s", (VALUE,))
        with pytest.raises(rs_driver.Error):
            cursor.execute("select %s", (type(VALUE, (), {})(),))
        with pytest.raises(rs_driver.OperationalError):
            cursor.execute("select gone")
    for fault in (Drop("DataRow"), ErrorMidRows(after=2, message=VALUE)):
        with server.fault(fault), closing(connect(server, password=PASSWORD)) as connection:
            with pytest.raises(rs_driver.Error):
                connection.run("select a from t where a = :a; select long")
            with pytest.raises(rs_driver.Error):
                connection.run("select long")


METHODS: dict[str, Any] = {
    "none": Auth.trust(),
    "cleartext": Auth.cleartext({"alice": PASSWORD}),
    "md5": Auth.md5({"alice": PASSWORD}),
    "scram": Auth.scram({"alice": PASSWORD}),
}


@pytest.mark.parametrize("method", METHODS)
def test_no_secret_is_logged_at_any_level(method: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    caplog.set_level(1, "rs_driver")
    with FakeServer(auth=METHODS[method], policy=UNANSWERED) as server:
        script(server)
        everything(server)
        if method != "none":
            with pytest.raises(rs_driver.Error):
                connect(server, password=f"{PASSWORD}-wrong")
        with pytest.raises(rs_driver.Error):
            connect(server, token=TOKEN, password=None, session_settings={"server_version": VALUE})
    said = _said(caplog)
    assert len(said) > 20
    assert [text for text in said if any(word in text for word in (PASSWORD, VALUE, TOKEN))] == []


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """All of it: the formatted records, with tracebacks, and their arguments."""
    formatter = logging.Formatter("%(name)s %(message)s")
    ours = [record for record in caplog.records if record.name.split(".")[0] == "rs_driver"]
    return [text for record in ours for text in (formatter.format(record), repr(record.args))]
