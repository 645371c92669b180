from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query, Terminate
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED
from support.shelled import LOGIN, script
from support.transports import BreakingTransport

LET_IN = AuthenticationOk().encode() + ReadyForQuery("I").encode()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


@pytest.fixture
def connection(server: FakeServer) -> Iterator[rs_driver.Connection]:
    found = rs_driver.connect(transport=server.memory(), **LOGIN)
    yield found
    found.close()


def queries(server: FakeServer) -> list[str]:
    return [message.sql for message in server.log.frontend() if isinstance(message, Query)]


# -- statements and rows ------------------------------------------------------------------


def test_execute_gives_the_cursor(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    assert cursor.execute("select old") is cursor
    assert cursor.connection is connection
    assert cursor.fetchone() == (0, "old")
    assert cursor.fetchmany() == [(1, "old")]
    cursor.arraysize = 2
    assert cursor.fetchmany() == [(2, "old"), (3, "old")]
    assert cursor.fetchmany(3) == [(4, "old"), (5, "old"), (6, "old")]
    assert list(cursor) == [(7, "old"), (8, "old")]
    assert cursor.fetchone() is None
    assert cursor.fetchmany(2) == cursor.fetchall() == []


def test_executemany(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    assert cursor.executemany("insert into t values (%s)", [(1,), (2,), (3,)]) is cursor
    assert cursor.rowcount == 3
    assert cursor.description is None


def test_executemany_takes_an_iterable(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    assert cursor.executemany("insert into t values (%s)", iter([(1,), (2,)])).rowcount == 2
    nothing: Any = None
    with pytest.raises(rs_driver.InterfaceError, match="an iterable of arguments, not NoneType"):
        cursor.executemany("insert into t values (%s)", nothing)

    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cursor.executemany("insert into t values (%s)", rows())
    assert cursor.executemany("insert into t values (%s)", []).rowcount == 0
    assert not connection.broken


def test_nextset(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("analyze; select old; select new")
    assert cursor.description is None
    assert cursor.nextset()
    assert cursor.rowcount == 9
    assert cursor.nextset()
    assert cursor.fetchall() == [("new",)]
    assert cursor.nextset() is None


def test_a_failed_execute_leaves_no_rows_of_the_one_before(
    server: FakeServer, connection: rs_driver.Connection
) -> None:
    server.when("select bad").raises("42P01", "no such table")
    cursor = connection.cursor()
    cursor.execute("select old")
    with pytest.raises(rs_driver.ProgrammingError, match="no such table"):
        cursor.execute("select bad")
    assert cursor.description is None
    assert cursor.rowcount == -1
    with pytest.raises(rs_driver.ProgrammingError, match="no result set"):
        cursor.fetchall()


def test_a_closed_cursor_is_of_no_use(connection: rs_driver.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select old")
    for use in (cursor.fetchone, cursor.fetchall, cursor.nextset, lambda: cursor.execute("x")):
        with pytest.raises(rs_driver.InterfaceError, match="cursor is closed"):
            use()
    cursor.close()


# -- transactions and the end -------------------------------------------------------------


def test_commit_and_rollback(server: FakeServer, connection: rs_driver.Connection) -> None:
    connection.commit()
    connection.rollback()
    assert queries(server) == []  # there was nothing to end
    connection.cursor().execute("select old")
    connection.commit()
    connection.cursor().execute("select old")
    connection.rollback()
    assert queries(server) == ["COMMIT", "ROLLBACK"]
    assert not connection.in_transaction


def test_commit_of_a_failed_transaction_does_not_pass_for_one(
    server: FakeServer, connection: rs_driver.Connection
) -> None:
    server.when("select bad").raises("22012", "division by zero")
    with pytest.raises(rs_driver.DataError):
        connection.cursor().execute("select bad")
    with pytest.raises(rs_driver.InternalError, match="rolled it back"):
        connection.commit()
    assert not connection.broken


def test_context_manager_commits_and_closes(server: FakeServer) -> None:
    with rs_driver.connect(transport=server.memory(), **LOGIN) as connection:
        connection.cursor().execute("select old")
    assert connection.closed
    assert queries(server) == ["COMMIT"]
    assert isinstance(server.log.frontend()[-1], Terminate)


def test_context_manager_rolls_back_after_an_exception(server: FakeServer) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        rs_driver.connect(transport=server.memory(), **LOGIN) as connection,
    ):
        connection.cursor().execute("select old")
        raise ZeroDivisionError
    assert connection.closed
    assert queries(server) == ["ROLLBACK"]


def test_context_manager_of_a_connection_that_was_closed(server: FakeServer) -> None:
    with rs_driver.connect(transport=server.memory(), **LOGIN) as connection:
        connection.close()
    assert queries(server) == []


def test_context_manager_does_not_take_a_lost_transaction_for_a_commit(server: FakeServer) -> None:
    """The user caught the error inside; what was to be committed is lost all the same."""
    transport = BreakingTransport(MemoryTransport(server.memory().open_peer()))
    with (
        pytest.raises(rs_driver.OperationalError, match="broken") as caught,
        rs_driver.connect(transport=lambda _deadline: transport, **LOGIN) as connection,
    ):
        connection.cursor().execute("select old")
        transport.broken = True
        with pytest.raises(rs_driver.OperationalError):
            connection.cursor().execute("select old")
    assert caught.value.is_disconnect
    assert connection.closed


def test_the_users_exception_comes_first_on_a_lost_connection(server: FakeServer) -> None:
    transport = BreakingTransport(MemoryTransport(server.memory().open_peer()))
    with (
        pytest.raises(ZeroDivisionError),
        rs_driver.connect(transport=lambda _deadline: transport, **LOGIN) as connection,
    ):
        connection.cursor().execute("select old")
        transport.broken = True
        raise ZeroDivisionError
    assert connection.closed


def test_close_twice(server: FakeServer, connection: rs_driver.Connection) -> None:
    connection.close()
    connection.close()
    goodbyes = [message for message in server.log.frontend() if isinstance(message, Terminate)]
    assert len(goodbyes) == 1
    assert connection.closed
    assert not connection.broken


def test_a_closed_connection_is_of_no_use(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    connection.close()
    uses = (
        connection.cursor,
        connection.commit,
        connection.rollback,
        cursor.fetchone,
        lambda: cursor.execute("select old"),
    )
    for use in uses:
        with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
            use()


def test_a_forgotten_connection_warns_and_writes_nothing(server: FakeServer) -> None:
    connection = rs_driver.connect(transport=server.memory(), **LOGIN)
    before = len(server.log.frontend())
    with pytest.warns(ResourceWarning, match="was not closed"):  # noqa: PT031  (del warns)
        del connection
        gc.collect()
    assert len(server.log.frontend()) == before


def test_a_closed_connection_does_not_warn(server: FakeServer) -> None:
    connection = rs_driver.connect(transport=server.memory(), **LOGIN)
    connection.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del connection
        gc.collect()
