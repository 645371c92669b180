from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from types import FrameType
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


# -- exceptions between the answer and the cursor -----------------------------------------


class Struck(BaseException):
    """What a signal handler throws."""


class Strike:
    """Throws ``Struck`` at one line, counted from 1, of what happens after the link has given
    what came: as a signal could. ``struck``: whether there was such a line."""

    PLACES = frozenset({"run_call", "show", "next_outcome", "shape", "wanted_by"})

    def __init__(self, line: int) -> None:
        self.struck = False
        self._left = line
        self._given = False

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        sys.settrace(self._entered)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _entered(self, frame: FrameType, event: str, arg: object) -> Any:
        name = frame.f_code.co_name
        if name == "show" and not self._given:
            self._given = True
        made = name == "__init__" and frame.f_code.co_filename.endswith("result.py")
        return self._at if self._given and (made or name in self.PLACES) else None

    def _at(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line" and not self.struck:
            self._left -= 1
            if self._left == 0:
                self.struck = True
                raise Struck
        return self._at


@pytest.mark.parametrize("stream", [True, False])
def test_rows_that_no_cursor_has_got_are_in_nobodys_way(server: FakeServer, stream: bool) -> None:
    """At whichever line the exception strikes, the next statement has its answer."""
    server.when("select long").returns({"a": "varchar"}, [("x" * 1000,)] * 100)
    connection = rs_driver.connect(
        transport=server.memory(), result_budget=1000, max_pending_bytes=50_000, **LOGIN
    )
    for line in range(1, 100):
        strike = Strike(line)
        with connection.cursor(stream=stream) as cursor:
            try:
                with strike:
                    cursor.execute("select long")
            except Struck:  # while its traceback is alive, as in a handler of the user's
                cursor.close()
                assert connection.run("select new") == (("new",),)
        if not strike.struck:
            break
    assert 10 < line < 99
    connection.close()
