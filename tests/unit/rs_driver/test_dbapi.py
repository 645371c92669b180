"""PEP 249's surface; what it does is in shells/test_sync."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver import dbapi
from rs_driver.shells import sync
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver import Auth, FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(auth=Auth.cleartext({"alice": "secret"})) as found:
        found.when("select 1").returns(["n"], [(1,)])
        yield found


CONNECTION = (
    "cursor commit rollback close __enter__ __exit__ "
    "xid tpc_begin tpc_prepare tpc_commit tpc_rollback tpc_recover autocommit messages "
    "Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError "
    "InternalError ProgrammingError NotSupportedError "
    "execute run description row_factory add_codecs notices cancel statement_timeout "
    "is_alive transaction run_transaction stream reset expires_at backend_pid last_query_id"
)
"""PEP 249's, its optional extensions, the seed's and our own."""
CURSOR = (
    "description rowcount callproc close execute executemany fetchone fetchmany fetchall nextset "
    "setinputsizes setoutputsize rownumber connection scroll messages lastrowid "
    "__iter__ __next__ __enter__ __exit__ "
    "redshift_rowcount statusmessage row_factory add_codecs"
)
"""The same; ``arraysize`` and ``paramstyle`` are set by the constructor."""
SIGNATURES = {
    dbapi.Connection.run: "(self, sql, stream=None, **params)",
    dbapi.Connection.execute: "(self, cursor, operation, vals=None)",
    dbapi.Connection.cursor: "(self, row_factory=None, *, stream=False, fetch_size=None)",
    dbapi.Connection.xid: "(self, format_id, global_transaction_id, branch_qualifier)",
    dbapi.Connection.tpc_begin: "(self, xid)",
    dbapi.Connection.tpc_prepare: "(self)",
    dbapi.Connection.tpc_commit: "(self, xid=None)",
    dbapi.Connection.tpc_rollback: "(self, xid=None)",
    dbapi.Connection.tpc_recover: "(self)",
    dbapi.Cursor.__init__: (
        "(self, connection, paramstyle=None, row_factory=None, *, stream=False, fetch_size=None)"
    ),
    dbapi.Cursor.execute: "(self, operation, args=None, stream=None, *, timeout=None)",
    dbapi.Cursor.executemany: (
        "(self, operation, seq_of_args, *, exact_errors=False, timeout=None)"
    ),
    dbapi.Cursor.callproc: "(self, procname, parameters=None)",
    dbapi.Cursor.fetchmany: "(self, size=None)",
    dbapi.Cursor.scroll: "(self, value, mode='relative')",
    dbapi.Cursor.setinputsizes: "(self, *sizes)",
    dbapi.Cursor.setoutputsize: "(self, size, column=None)",
}
"""What programs may pass by position or by name, as PEP 249 and the seed have it."""


@pytest.mark.parametrize("method", SIGNATURES, ids=lambda method: method.__qualname__)
def test_signatures(method: Any) -> None:
    found = inspect.signature(method)
    bare = [
        parameter.replace(annotation=parameter.empty) for parameter in found.parameters.values()
    ]
    assert str(inspect.Signature(bare)) == SIGNATURES[method]


@pytest.mark.parametrize("name", CONNECTION.split())
def test_connection_has(name: str) -> None:
    assert hasattr(dbapi.Connection, name)


@pytest.mark.parametrize("name", CURSOR.split())
def test_cursor_has(name: str) -> None:
    assert hasattr(dbapi.Cursor, name)


def test_names() -> None:
    assert dbapi.__all__ == ["Connection", "Cursor"]
    assert dbapi.Connection is rs_driver.Connection
    assert dbapi.Cursor is rs_driver.Cursor is sync.Cursor
    assert issubclass(dbapi.Connection, sync.Connection)


def test_parameters_in_the_seeds_order() -> None:
    names = list(inspect.signature(dbapi.Connection).parameters)
    assert names == ["user", "password", "database", "host", "port", "options"]


def test_by_position(server: FakeServer) -> None:
    server.close()
    with FakeServer(auth=Auth.cleartext({"alice": "secret"})) as listening:
        with dbapi.Connection(
            "alice", "secret", "dev", "127.0.0.1", listening.port, sslmode="disable"
        ) as connection:
            assert connection.parameters["session_authorization"] == "alice"
        with rs_driver.connect(
            "alice", "dev", "secret", listening.port, "127.0.0.1", sslmode="disable"
        ) as connection:
            assert isinstance(connection, dbapi.Connection)
        startups = [m for m in listening.log.frontend() if isinstance(m, StartupMessage)]
    assert [dict(message.parameters)["database"] for message in startups] == ["dev", "dev"]


def test_aliases_and_dsn(server: FakeServer) -> None:
    opener: Any = server.memory()
    rs_driver.connect(user_name="alice", db_name="dev", password="secret", transport=opener).close()
    rs_driver.connect(dsn="redshift://alice:secret@nowhere/dev", transport=opener).close()
    startups = [dict(m.parameters) for m in server.log.frontend() if isinstance(m, StartupMessage)]
    assert [(s["user"], s["database"]) for s in startups] == [("alice", "dev")] * 2


def test_a_query(server: FakeServer) -> None:
    options: dict[str, Any] = {"user": "alice", "password": "secret", "database": "dev"}
    with (
        rs_driver.connect(transport=server.memory(), **options) as connection,
        connection.cursor() as cursor,
    ):
        assert isinstance(cursor, rs_driver.Cursor)
        assert cursor.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no server is named"),
        ({"host": "h"}, "nobody is named"),
        ({"host": "h", "user": "u", "nonsense": 1}, "no option 'nonsense'"),
        ({"host": "h", "user": "u", "sslmode": "verify_full"}, "sslmode"),
        ({"host": "h", "user": "u", "transport": 5}, "transport"),
        ({"host": "h", "user": "u", "credentials_provider": 5}, "credentials_provider"),
    ],
)
def test_options_that_make_no_sense(
    options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGUSER", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(rs_driver.InterfaceError, match=message):
        rs_driver.connect(**options)
