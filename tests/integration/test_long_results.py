"""Results that are longer than ``result_budget``: read on as they are fetched, on PostgreSQL,
by the synchronous driver and by its asynchronous twin."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.rows import dict_row
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import ErrorMidRows
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

Connect = Callable[..., Any]
MANY = 60_000
LONG = f"select n, 'text ' || n as s from generate_series(0, {MANY - 1}) as t(n)"
ROWS = [(n, f"text {n}") for n in range(MANY)]
BUDGET = 50_000


@pytest.fixture
def connect(postgres: PostgresServer, shell: Connect) -> Iterator[Connect]:
    opened = []

    def connect(**options: Any) -> Any:
        opened.append(shell(**{**postgres.connect_kwargs(), "result_budget": BUDGET, **options}))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> Any:
    return connect()


def long(connection: Any, **options: Any) -> Any:
    return connection.cursor(**options).execute(LONG)


# -- fetching -----------------------------------------------------------------------------


def test_all_rows(connection: Any) -> None:
    cursor = long(connection)
    assert (cursor.rowcount, cursor.statusmessage) == (-1, None)
    assert cursor.description[0].name == "n"
    assert cursor.fetchall() == ROWS
    assert (cursor.rowcount, cursor.statusmessage) == (MANY, f"SELECT {MANY}")
    assert cursor.fetchall() == []
    assert cursor.fetchone() is None


def test_a_result_within_the_budget_is_read_at_once(connect: Connect) -> None:
    cursor = long(connect(result_budget=100_000_000))
    assert cursor.rowcount == MANY
    assert cursor.fetchall() == ROWS
    cursor.scroll(0, "absolute")
    assert cursor.fetchone() == ROWS[0]


@pytest.mark.parametrize("size", [1, 7, 1000, 33_333, MANY, MANY + 1])
def test_in_pieces(connection: Any, size: int) -> None:
    cursor = long(connection)
    count = min(MANY // size + 1, 500)
    for at in range(count):
        assert cursor.rownumber == min(at * size, MANY)
        assert cursor.fetchmany(size) == ROWS[at * size : (at + 1) * size]


def test_one_by_one(connection: Any) -> None:
    cursor = long(connection)
    assert [cursor.fetchone() for _ in range(MANY)] == ROWS
    assert cursor.fetchone() is None


def test_in_a_loop(connection: Any) -> None:
    assert list(long(connection)) == ROWS


def test_in_a_loop_and_by_fetches_in_turn(connection: Any) -> None:
    cursor, found = long(connection), []
    for row in cursor:
        found.append(row)
        if row[0] % 1000 == 7:
            found += [cursor.fetchone(), *cursor.fetchmany(3)]
            assert cursor.rownumber == len(found)
    assert found == ROWS


def test_with_a_row_factory(connection: Any) -> None:
    cursor = long(connection, row_factory=dict_row)
    assert next(iter(cursor)) == {"n": 0, "s": "text 0"}
    assert sum(row["n"] for row in cursor) == sum(range(1, MANY))


def test_a_row_factory_that_comes_in_the_middle_of_a_loop(connection: Any) -> None:
    cursor, found = long(connection), []
    for row in cursor:
        found.append(row)
        if len(found) == 3:
            cursor.row_factory = dict_row
        if len(found) == 5:
            cursor.row_factory = None
    assert found[3:5] == [{"n": 3, "s": "text 3"}, {"n": 4, "s": "text 4"}]
    assert found[:3] + found[5:] == ROWS[:3] + ROWS[5:]


def test_by_column(connection: Any) -> None:
    assert long(connection).fetch_arrow_table()["n"].to_pylist() == list(range(MANY))
    cursor = long(connection)
    assert cursor.fetchmany(2) == ROWS[:2]
    assert cursor.fetch_arrow_table(30_000)["n"].to_pylist() == list(range(2, 30_002))
    assert len(cursor.fetch_dataframe(10)) == 10
    assert cursor.fetch_numpy_array(5, structured=True)["n"].tolist() == list(range(30_012, 30_017))
    assert cursor.fetchone() == ROWS[30_017]
    assert cursor.fetch_polars()["n"].to_list() == list(range(30_018, MANY))
    assert cursor.rowcount == MANY


def test_scrolling(connection: Any) -> None:
    cursor = long(connection)
    cursor.scroll(50_000)
    assert cursor.fetchone() == ROWS[50_000]
    cursor.scroll(-1)
    assert cursor.fetchone() == ROWS[50_000]
    with pytest.raises(rs_driver.NotSupportedError, match="too long to be gone through again"):
        cursor.scroll(0, "absolute")
    assert cursor.fetchone() == ROWS[50_001]
    with pytest.raises(IndexError):
        cursor.scroll(MANY, "absolute")
    assert cursor.fetchall() == ROWS[50_002:]


# -- the connection meanwhile ---------------------------------------------------------------


def test_another_statement_leaves_the_rows_with_their_cursor(connection: Any) -> None:
    first = long(connection)
    assert first.fetchone() == ROWS[0]
    second = connection.cursor().execute("select 1")
    assert second.fetchall() == [(1,)]
    assert first.rowcount == MANY
    assert first.fetchall() == ROWS[1:]


def test_two_long_results(connection: Any) -> None:
    first, second = long(connection), long(connection)
    assert first.fetchmany(10) == second.fetchmany(10) == ROWS[:10]
    assert second.fetchall() == first.fetchall() == ROWS[10:]


def test_more_rows_than_may_be_kept(connect: Connect) -> None:
    connection = connect(max_pending_bytes=300_000)
    cursor = long(connection)
    for _ in range(2):
        with pytest.raises(rs_driver.OperationalError, match=r"max_pending_bytes.*generate_series"):
            connection.cursor().execute("select 1")
    assert not connection.broken
    assert cursor.fetchall() == ROWS
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize("how", ["closed", "executed", "forgotten"])
def test_rows_that_nobody_wants_are_dropped(connect: Connect, how: str) -> None:
    connection = connect(max_pending_bytes=0)
    cursor = long(connection)
    cursor.fetchone()
    if how == "closed":
        cursor.close()
    elif how == "executed":
        assert cursor.execute("select 2").fetchall() == [(2,)]
    else:
        del cursor
        gc.collect()
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_transactions(connect: Connect) -> None:
    connection = connect()
    assert not connection.in_transaction
    cursor = long(connection)
    assert connection.in_transaction
    with pytest.raises(rs_driver.ProgrammingError, match="autocommit"):
        connection.autocommit = True
    connection.commit()
    assert not connection.in_transaction
    assert cursor.fetchall() == ROWS
    long(connection)
    connection.rollback()
    assert not connection.in_transaction
    connection.autocommit = True
    long(connection)
    assert not connection.in_transaction


def test_closing(connection: Any) -> None:
    cursor = long(connection)
    connection.close()
    with pytest.raises(rs_driver.InterfaceError, match="closed"):
        cursor.fetchall()


def test_a_closed_cursor_ends_its_loop(connection: Any) -> None:
    cursor = long(connection)
    with pytest.raises(rs_driver.InterfaceError, match="the cursor is closed"):
        for _ in cursor:
            cursor.close()


def test_a_loop_goes_on_with_the_next_result(connection: Any) -> None:
    cursor, found = long(connection), []
    for row in cursor:
        found.append(row)
        if len(found) == 2:
            cursor.execute("select 'other'")
    assert found == [*ROWS[:2], ("other",)]


def test_a_prepared_statement(connection: Any) -> None:
    """The third use is a Bind alone, whose rows no Describe announces."""
    cursor = connection.cursor()
    for _ in range(4):
        cursor.execute(LONG + " where n >= %s", (5,))
        assert cursor.fetchone() == ROWS[5]


def test_a_prepared_statement_after_its_rows_were_read(connection: Any) -> None:
    cursor = connection.cursor()
    for _ in range(4):
        assert cursor.execute(LONG + " where n >= %s", (5,)).fetchall() == ROWS[5:]


# -- streaming --------------------------------------------------------------------------------


def test_a_streaming_cursor(connection: Any) -> None:
    cursor = long(connection, stream=True)
    assert cursor.fetchmany(3) == ROWS[:3]
    for ask in (lambda: connection.cursor().execute("select 1"), connection.commit):
        with pytest.raises(rs_driver.ProgrammingError, match=r"streaming.*generate_series"):
            ask()
    assert list(cursor) == ROWS[3:]
    assert cursor.rowcount == MANY
    connection.commit()


def test_a_streaming_cursor_that_is_closed_early(connection: Any) -> None:
    cursor = long(connection, stream=True)
    assert cursor.fetchone() == ROWS[0]
    cursor.close()
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_a_streaming_cursor_executes_again(connection: Any) -> None:
    cursor = long(connection, stream=True)
    assert cursor.fetchone() == ROWS[0]
    cursor.execute("select 1")
    assert cursor.fetchall() == [(1,)]


def test_what_is_no_choice(connection: Any) -> None:
    with pytest.raises(rs_driver.InterfaceError, match="stream is True or False, not str"):
        connection.cursor(stream="yes")


@pytest.mark.parametrize("stream", [True, False])
def test_leaving_the_connection_lets_go_of_the_rows(
    connect: Connect, postgres: PostgresServer, stream: bool
) -> None:
    table = f"kept_{stream}_{id(connect)}"
    with connect(max_pending_bytes=0) as connection:
        connection.cursor().execute(f"create table {table} (n int)")
        assert long(connection, stream=stream).fetchone() == ROWS[0]
    with rs_driver.connect(**postgres.connect_kwargs()) as other:
        assert other.run(f"select * from {table}") == ()
        other.run(f"drop table {table}")


def test_rows_that_cannot_be_read_are_dropped(connect: Connect) -> None:
    class Spoilt:
        oid, format = 25, 1

        def decoder(self, field: Any, codecs: Any) -> Any:
            raise ZeroDivisionError

    connection = connect(max_pending_bytes=0)
    cursor = connection.cursor()
    cursor.add_codecs(Spoilt())
    with pytest.raises(ZeroDivisionError):
        cursor.execute(LONG)
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


# -- errors -----------------------------------------------------------------------------------

FAILS = "select n, 1000 / (30000 - n) as quotient from generate_series(0, 40000) as t(n)"


def test_good_rows_come_before_the_error(connection: Any) -> None:
    cursor = connection.cursor().execute(FAILS)
    found = 0
    with pytest.raises(rs_driver.DataError, match="division by zero") as caught:
        while rows := cursor.fetchmany(999):
            assert [row[0] for row in rows] == list(range(found, found + len(rows)))
            found += len(rows)
    assert caught.value.sqlstate == "22012"
    assert found == 30_000
    with pytest.raises(rs_driver.DataError, match="division by zero"):
        cursor.fetchone()
    connection.rollback()
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_fetchall_fails_and_loses_nothing(connection: Any) -> None:
    cursor = connection.cursor().execute(FAILS)
    assert cursor.fetchone() == (0, 0)
    with pytest.raises(rs_driver.DataError, match="division by zero"):
        cursor.fetchall()
    assert cursor.rownumber == 1
    assert len(cursor.fetchmany(100_000)) == 29_999


def test_a_loop_fails_at_the_end_of_the_rows(connection: Any) -> None:
    found = []
    with pytest.raises(rs_driver.DataError, match="division by zero"):
        for row in connection.cursor().execute(FAILS):
            found.append(row)  # noqa: PERF402  (what came before the error counts)
    assert len(found) == 30_000


def test_another_statement_does_not_get_the_error(connection: Any) -> None:
    cursor = connection.cursor().execute(FAILS)
    connection.rollback()
    assert connection.cursor().execute("select 1").fetchall() == [(1,)]
    for ask in (cursor.fetchall, cursor.fetch_arrow_table, cursor.fetch_dataframe):
        with pytest.raises(rs_driver.DataError, match="division by zero"):
            ask()
    assert len(cursor.fetchmany(100_000)) == 30_000


def test_the_connection_is_lost(connection: Any, postgres: PostgresServer) -> None:
    cursor = connection.cursor()
    cursor.execute("select n, repeat('x', 500) from generate_series(1, 200000) as t(n)")
    with rs_driver.connect(**postgres.connect_kwargs(), autocommit=True) as other:
        other.run(f"select pg_terminate_backend({backend_of(connection)})")
    assert [row[0] for row in cursor.fetchmany(10)] == list(range(1, 11))
    with pytest.raises(rs_driver.OperationalError) as caught:
        cursor.fetchall()
    assert caught.value.is_disconnect
    assert connection.broken


def backend_of(connection: Any) -> int:
    state = getattr(connection, "inner", connection).state
    return int(state.core.session.process_id)


def test_an_error_within_the_budget_is_executes(shell: Connect) -> None:
    with FakeServer() as server:
        server.when("select some").returns({"n": "int4"}, [(n,) for n in range(100)])
        server.fault(ErrorMidRows(after=5))
        connection = shell(**server.connect_kwargs())
        with pytest.raises(rs_driver.DatabaseError, match="in the middle of its rows"):
            connection.cursor().execute("select some")
        connection.rollback()
        connection.close()


def test_varbyte_is_asked_about_before_a_stream_of_it(shell: Connect) -> None:
    rows = [(bytes([n % 256]) * 20,) for n in range(30_000)]
    with FakeServer() as server:
        server.when("select bytes").returns({"b": "varbyte"}, rows)
        connection = shell(**server.connect_kwargs())
        assert connection.cursor(stream=True).execute("select bytes").fetchall() == rows
        connection.close()
        connection = shell(**server.connect_kwargs(), result_budget=0)
        assert connection.cursor().execute("select bytes").fetchall() == rows
        connection.close()
