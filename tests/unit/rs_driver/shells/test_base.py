"""What can be asked of connections and cursors without talking to the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver import errors, oids
from rs_driver.ports.profile import ServerProfile
from rs_driver.shells.base import ConnectionBase
from rs_driver_fakeserver import FakeServer
from support.shelled import LOGIN, script


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as found:
        script(found)
        yield found


@pytest.fixture
def connection(server: FakeServer) -> Iterator[rs_driver.Connection]:
    with rs_driver.connect(transport=server.memory(), **LOGIN) as found:
        yield found


def test_exceptions_are_attributes() -> None:
    names = (
        "Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError "
        "InternalError ProgrammingError NotSupportedError"
    )
    for name in names.split():
        assert getattr(ConnectionBase, name) is getattr(errors, name)


def test_a_new_connection(connection: rs_driver.Connection) -> None:
    assert not connection.closed
    assert not connection.broken
    assert not connection.autocommit
    assert not connection.in_transaction
    assert connection.profile == ServerProfile(protocol_version=2, server_version="8.0.2")
    assert connection.parameters["server_protocol_version"] == "2"
    assert not connection.notices
    assert not connection.notifications
    connection.check()


def test_parameters_are_a_copy(connection: rs_driver.Connection) -> None:
    parameters: Any = connection.parameters
    parameters.clear()
    assert connection.parameters


def test_notices(connection: rs_driver.Connection) -> None:
    connection.cursor().execute("rollback")
    assert [notice["C"] for notice in connection.notices] == ["25P01"]


def test_autocommit(server: FakeServer, connection: rs_driver.Connection) -> None:
    connection.autocommit = True
    connection.cursor().execute("select old")
    connection.autocommit = False  # as no transaction is open
    connection.cursor().execute("select old")
    assert connection.in_transaction
    with pytest.raises(rs_driver.ProgrammingError, match="inside a transaction"):
        connection.autocommit = True
    connection.autocommit = False
    connection.rollback()
    with rs_driver.connect(transport=server.memory(), autocommit=True, **LOGIN) as other:
        assert other.autocommit


def test_broken_is_closed(connection: rs_driver.Connection) -> None:
    connection.state.core.fail(rs_driver.OperationalError("lost"))
    assert connection.broken
    assert connection.closed
    connection.close()


def test_touched_is_broken(connection: rs_driver.Connection) -> None:
    """An interrupt came between the transport and the core, and nobody could react to it."""
    connection.state.core.touching = True
    assert connection.broken
    with pytest.raises(rs_driver.OperationalError, match="interrupted") as caught:
        connection.cursor().execute("select old")
    assert caught.value.is_disconnect
    connection.close()


def test_a_connection_that_was_never_opened_is_no_trouble() -> None:
    with pytest.raises(rs_driver.InterfaceError):
        rs_driver.connect(nonsense=1)  # type: ignore[call-arg]
    object.__new__(ConnectionBase).__del__()


def test_a_new_cursor(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    assert cursor.connection is connection
    assert cursor.arraysize == 1
    assert cursor.paramstyle == rs_driver.paramstyle == "format"
    assert cursor.description is None
    assert cursor.rowcount == -1
    assert cursor.statusmessage is None
    cursor.setinputsizes([1])
    cursor.setoutputsize(1)
    cursor.setoutputsize(1, 0)
    with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
        cursor.fetchone()


def test_after_a_query(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    assert cursor.description == [
        ("a", oids.INT4, None, 4, None, None, None),
        ("b", oids.VARCHAR, None, None, None, None, None),
    ]
    assert cursor.rowcount == 9
    assert cursor.statusmessage == "SELECT"


@pytest.mark.parametrize(
    ("style", "sql", "args"),
    [
        ("qmark", "select old where a = ?", (1,)),
        ("numeric", "select old where a = :1", (1,)),
        ("named", "select old where a = :a", {"a": 1}),
        ("format", "select old where a = %s", (1,)),
        ("pyformat", "select old where a = %(a)s", {"a": 1}),
    ],
)
def test_paramstyles(connection: rs_driver.Connection, style: str, sql: str, args: Any) -> None:
    cursor = connection.cursor()
    cursor.paramstyle = style
    assert cursor.execute(sql, args).fetchall() == [(1,)]


def test_rows_outlive_the_transaction_but_not_the_connection(
    connection: rs_driver.Connection,
) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    connection.rollback()
    assert cursor.fetchone() == (0, "old")
    connection.close()
    with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
        cursor.fetchone()
