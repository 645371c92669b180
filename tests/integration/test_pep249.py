"""PEP 249, sentence by sentence: on PostgreSQL and on the fake server's engine, by the
synchronous driver and by its asynchronous twin.

What needs a server that Redshift is not (COPY of the client's data, two-phase commit) is
tried on PostgreSQL alone.
"""

from __future__ import annotations

import datetime as dt
import inspect
import io
import re
import time
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

import rs_driver
from rs_driver.rows import dict_row, list_row
from rs_driver_fakeserver import FakeServer
from support.postgres import PostgresServer

Connect = Callable[..., Any]
BOOZE = ["Carlton Cold", "Victoria Bitter", "XXXX", "Boag's", "Cooper's", "Redback"]
_numbers = count(1)


def fresh() -> str:
    """The name of a table that no other test has; it may be rolled back a moment late."""
    return f"pep249_{next(_numbers)}"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    pytest.importorskip("duckdb")
    with FakeServer(engine="duckdb") as server:
        yield server


@pytest.fixture(
    params=[
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("fake", marks=pytest.mark.engine),
    ]
)
def server(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The options to connect with."""
    name = request.param
    found: PostgresServer | FakeServer = request.getfixturevalue(name)
    return found.connect_kwargs()


@pytest.fixture
def connect(server: dict[str, Any], shell: Connect) -> Iterator[Connect]:
    """Connections to the server, closed when the test is over."""
    opened = []

    def connect(**options: Any) -> Any:
        opened.append(shell(**{**server, **options}))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> Any:
    """One with the table ``booze``, which goes with its transaction."""
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("create temp table booze (name varchar(20), strength numeric(4,2))")
    return connection


@pytest.fixture
def cursor(connection: Any) -> Any:
    return connection.cursor()


def fill(cursor: Any) -> None:
    cursor.executemany("insert into booze (name) values (%s)", [(name,) for name in BOOZE])


# -- the module ---------------------------------------------------------------------------


def test_globals() -> None:
    assert rs_driver.apilevel == "2.0"
    assert rs_driver.threadsafety == 2
    assert rs_driver.paramstyle == "format"
    assert callable(rs_driver.connect)


def test_the_exception_tree() -> None:
    driver = rs_driver
    assert issubclass(driver.Warning, Exception)
    assert issubclass(driver.Error, Exception)
    assert issubclass(driver.InterfaceError, driver.Error)
    assert issubclass(driver.DatabaseError, driver.Error)
    for kind in (
        *(driver.DataError, driver.OperationalError, driver.IntegrityError),
        *(driver.InternalError, driver.ProgrammingError, driver.NotSupportedError),
    ):
        assert issubclass(kind, driver.DatabaseError)


def test_the_exceptions_are_attributes_of_a_connection(connection: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in (
            *("Warning", "Error", "InterfaceError", "DatabaseError", "DataError"),
            *("OperationalError", "IntegrityError", "InternalError", "ProgrammingError"),
            "NotSupportedError",
        ):
            assert getattr(connection, name) is getattr(rs_driver, name)


# -- type objects and constructors --------------------------------------------------------


def test_constructors() -> None:
    day = dt.date(2002, 12, 25)
    assert rs_driver.Date(2002, 12, 25) == day
    assert rs_driver.Time(13, 45, 30) == dt.time(13, 45, 30)
    assert rs_driver.Timestamp(2002, 12, 25, 13, 45, 30) == dt.datetime(2002, 12, 25, 13, 45, 30)
    ticks = time.mktime((2002, 12, 25, 13, 45, 30, 0, 0, 0))
    assert rs_driver.DateFromTicks(ticks) == day
    assert rs_driver.TimeFromTicks(ticks) == dt.time(13, 45, 30)
    assert rs_driver.TimestampFromTicks(ticks) == dt.datetime(2002, 12, 25, 13, 45, 30)
    assert rs_driver.Binary(b"\0x") == b"\0x"


def test_type_codes_equal_the_type_objects(cursor: Any) -> None:
    cursor.execute(
        "select cast('x' as varchar(5)), 1, cast(1.5 as numeric(5,2)), current_date, "
        "cast('12:00' as time), cast('2024-02-29 12:00' as timestamp), 1.5::float8, 2::bigint"
    )
    codes = [column[1] for column in cursor.description]
    string, number, when = rs_driver.STRING, rs_driver.NUMBER, rs_driver.DATETIME
    assert codes == [string, number, number, when, when, when, number, number]
    assert codes[0] != number
    assert codes[0] != rs_driver.BINARY
    assert rs_driver.ROWID not in codes


def test_sql_null_is_none(cursor: Any) -> None:
    cursor.execute("insert into booze values (%s, %s)", (None, None))
    assert cursor.execute("select name, strength from booze").fetchall() == [(None, None)]


# -- connections --------------------------------------------------------------------------


def test_close_makes_everything_else_an_error(connection: Any) -> None:
    cursor = connection.cursor()
    connection.close()
    for use in (
        connection.cursor,
        connection.commit,
        connection.rollback,
        lambda: connection.run("select 1"),
        lambda: cursor.execute("select 1"),
        lambda: cursor.executemany("select %s", [(1,)]),
        lambda: cursor.callproc("p"),
        cursor.fetchone,
        cursor.fetchall,
        cursor.fetchmany,
        cursor.nextset,
        lambda: cursor.scroll(1),
    ):
        with pytest.raises(rs_driver.InterfaceError):
            use()
    connection.close()


def test_closing_without_a_commit_rolls_back(connect: Connect) -> None:
    first, table = connect(), fresh()
    first.run(f"create table {table} (n int)")
    first.close()
    with pytest.raises(rs_driver.ProgrammingError):
        connect().run(f"select * from {table}")


def test_commit_keeps_and_rollback_undoes(connect: Connect) -> None:
    writer, reader = connect(), connect(autocommit=True)
    table = fresh()
    writer.run(f"create table {table} (n int)")
    writer.commit()
    try:
        writer.run(f"insert into {table} values (1)")
        writer.rollback()
        assert reader.run(f"select n from {table}") == ()
        writer.run(f"insert into {table} values (2)")
        assert reader.run(f"select n from {table}") == ()
        writer.commit()
        assert reader.run(f"select n from {table}") == ((2,),)
    finally:
        writer.rollback()
        reader.run(f"drop table {table}")


def test_commit_and_rollback_without_a_transaction_do_nothing(connect: Connect) -> None:
    connection = connect()
    for _ in range(2):
        connection.commit()
        connection.rollback()
    assert not connection.in_transaction


def test_autocommit_can_be_read_and_set(connect: Connect) -> None:
    connection = connect()
    assert connection.autocommit is False
    connection.autocommit = True
    connection.run("select 1")
    assert not connection.in_transaction
    connection.autocommit = False
    connection.run("select 1")
    assert connection.in_transaction
    with pytest.raises(rs_driver.ProgrammingError):
        connection.autocommit = True
    connection.rollback()


def test_cursors_of_a_connection_share_its_transaction(connection: Any) -> None:
    fill(connection.cursor())
    other = connection.cursor()
    assert other.execute("select count(*) from booze").fetchone() == (len(BOOZE),)


def test_a_failed_transaction_does_not_commit(connection: Any) -> None:
    with pytest.raises(rs_driver.Error):
        connection.run("select nonsense from nowhere")
    with pytest.raises(rs_driver.InternalError):
        connection.commit()
    connection.rollback()


# -- the attributes of a cursor -----------------------------------------------------------


def test_description(cursor: Any) -> None:
    descriptions = [cursor.description]
    cursor.execute("insert into booze values ('x', 4.5)")
    descriptions.append(cursor.description)
    assert descriptions == [None, None]
    cursor.execute("select name, strength from booze")
    name, strength = cursor.description
    assert (len(name), name[0], strength[0]) == (7, "name", "strength")
    assert name[1] == rs_driver.STRING
    if cursor.connection.profile.kind == "postgres":  # the engine forgets declared lengths
        assert name[3] == 20
    assert strength[1] == rs_driver.NUMBER
    assert strength[4:6] == (4, 2)
    cursor.execute("delete from booze")
    assert cursor.description is None


def test_rowcount(cursor: Any) -> None:
    assert cursor.rowcount == -1
    cursor.execute("select name from booze")
    assert cursor.rowcount == 0
    fill(cursor)
    assert cursor.rowcount == len(BOOZE)
    cursor.execute("select name from booze")
    assert (cursor.rowcount, cursor.redshift_rowcount) == (len(BOOZE), len(BOOZE))
    cursor.execute("update booze set strength = 5")
    assert cursor.rowcount == len(BOOZE)
    cursor.execute("delete from booze where name = 'XXXX'")
    assert cursor.rowcount == 1
    cursor.execute("create temp table t (n int)")
    assert cursor.rowcount == -1


def test_connection_of_a_cursor(connection: Any) -> None:
    assert connection.cursor().connection == connection


def test_lastrowid_is_none(cursor: Any) -> None:
    fill(cursor)
    assert cursor.lastrowid is None


def test_rownumber(cursor: Any) -> None:
    numbers = [cursor.rownumber]
    fill(cursor)
    cursor.execute("select name from booze")
    for fetch in (lambda: None, cursor.fetchone, lambda: cursor.fetchmany(2), cursor.fetchall):
        fetch()
        numbers.append(cursor.rownumber)
    assert numbers == [None, 0, 1, 3, len(BOOZE)]


def test_messages(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("select 1")
    assert cursor.messages == []
    with pytest.raises(rs_driver.ProgrammingError) as raised:
        cursor.execute("select nonsense from nowhere")
    assert cursor.messages == [(type(raised.value), raised.value)]
    connection.rollback()
    assert connection.messages == []
    cursor.execute("select 1")
    assert cursor.messages == []


# -- executing ----------------------------------------------------------------------------


def test_execute_without_and_with_arguments(cursor: Any) -> None:
    cursor.execute("insert into booze (name) values ('100%')")
    cursor.execute("insert into booze (name) values (%s)", ("Boag's",))
    cursor.execute("insert into booze (name) values ('%%')", ())
    names = cursor.execute("select name from booze order by name").fetchall()
    assert sorted(names) == [("%",), ("100%",), ("Boag's",)]


@pytest.mark.parametrize(
    ("style", "place", "arguments"),
    [
        ("qmark", "?", ("Boag's",)),
        ("numeric", ":1", ("Boag's",)),
        ("named", ":beer", {"beer": "Boag's"}),
        ("format", "%s", ("Boag's",)),
        ("pyformat", "%(beer)s", {"beer": "Boag's"}),
    ],
)
def test_every_paramstyle(style: str, place: str, arguments: Any, cursor: Any) -> None:
    cursor.paramstyle = style
    cursor.execute(f"insert into booze (name) values ({place})", arguments)
    assert cursor.execute(f"select name from booze where name = {place}", arguments).fetchall() == [
        ("Boag's",)
    ]


@pytest.mark.parametrize("arguments", [(), ("a", "b"), {"a": 1}, 5])
def test_arguments_that_do_not_fit_are_an_error(arguments: Any, cursor: Any) -> None:
    with pytest.raises(rs_driver.Error):
        cursor.execute("insert into booze (name) values (%s)", arguments)
    assert cursor.execute("select count(*) from booze").fetchone() == (0,)


def test_executemany_with_sequences_and_mappings(cursor: Any) -> None:
    fill(cursor)
    named = [{"beer": name} for name in BOOZE]
    cursor.executemany("insert into booze (name) values (%(beer)s)", named)
    assert cursor.rowcount == len(BOOZE)
    cursor.executemany("insert into booze (name) values (%s)", [])
    cursor.execute("select name from booze")
    assert sorted(cursor.fetchall()) == sorted([(name,) for name in BOOZE * 2])


def test_executemany_takes_any_iterable_and_all_or_nothing(cursor: Any) -> None:
    cursor.connection.commit()
    try:
        cursor.executemany(
            "insert into booze (name) values (%s)", ((name,) for name in ["one", "two"])
        )
        cursor.connection.commit()
        with pytest.raises(rs_driver.DataError) as raised:
            cursor.executemany(
                "insert into booze (strength) values (%s)", [(Decimal(1),), (Decimal(1000),)]
            )
        assert raised.value.rows == range(2)
        cursor.connection.rollback()
        assert cursor.execute("select count(*) from booze").fetchone() == (2,)
    finally:
        cursor.connection.rollback()
        cursor.execute("drop table booze")
        cursor.connection.commit()


def test_values_come_back_as_they_went(cursor: Any) -> None:
    values = (
        *(True, -(2**31), 2**62, 2.5, Decimal("12.34"), "Grüße", b"\0\xff"),
        *(dt.date(1582, 10, 15), dt.time(23, 59, 59, 999999)),
        dt.datetime(1400, 1, 1, 0, 0, 0, 1),
        dt.datetime(2024, 2, 29, 12, tzinfo=dt.timezone.utc),
    )
    bytes_type = "bytea" if cursor.connection.profile.kind == "postgres" else "varbyte"
    cursor.execute(
        "create temp table everything (a bool, b int, c bigint, d float8, e numeric(10,2), "
        f"f varchar(20), g {bytes_type}, h date, i time, j timestamp, k timestamptz)"
    )
    places = ", ".join(["%s"] * len(values))
    for _ in range(3):
        cursor.execute(f"insert into everything values ({places})", values)
        cursor.execute("select * from everything where f = %s", ("Grüße",))
        assert cursor.fetchone() == values


def test_setinputsizes_and_setoutputsize_may_be_called(cursor: Any) -> None:
    cursor.setinputsizes((25,))
    cursor.setoutputsize(1000)
    cursor.setoutputsize(2000, 0)
    fill(cursor)


# -- fetching -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fetchone", "fetchmany", "fetchall"])
def test_fetching_without_a_result_is_an_error(method: str, cursor: Any) -> None:
    with pytest.raises(rs_driver.Error):
        getattr(cursor, method)()
    cursor.execute("insert into booze (name) values ('x')")
    with pytest.raises(rs_driver.Error):
        getattr(cursor, method)()


def test_fetchone(cursor: Any) -> None:
    cursor.execute("select name from booze")
    assert cursor.fetchone() is None
    cursor.execute("insert into booze (name) values ('x')")
    cursor.execute("select name from booze")
    assert cursor.fetchone() == ("x",)
    assert cursor.fetchone() is None
    assert cursor.rowcount in (-1, 1)


def test_fetchmany(cursor: Any) -> None:
    fill(cursor)
    cursor.execute("select name from booze")
    assert len(cursor.fetchmany()) == 1
    assert len(cursor.fetchmany(10)) == 5
    assert cursor.fetchmany(4) == []
    cursor.arraysize = 4
    cursor.execute("select name from booze")
    assert [len(cursor.fetchmany()) for _ in range(3)] == [4, 2, 0]
    cursor.arraysize = 6
    cursor.execute("select name from booze order by name")
    assert [row[0] for row in cursor.fetchmany()] == sorted(BOOZE)


def test_fetchall(cursor: Any) -> None:
    fill(cursor)
    cursor.execute("select name from booze")
    assert sorted(row[0] for row in cursor.fetchall()) == sorted(BOOZE)
    assert cursor.fetchall() == []
    cursor.execute("select name from booze where name is null")
    assert cursor.fetchall() == []


def test_all_of_them_mixed_and_iteration(cursor: Any) -> None:
    fill(cursor)
    cursor.execute("select name from booze")
    rows = [cursor.fetchone(), *cursor.fetchmany(2), *cursor.fetchmany(1), *cursor]
    assert sorted(row[0] for row in rows) == sorted(BOOZE)


def test_scroll(cursor: Any) -> None:
    fill(cursor)
    cursor.execute("select name from booze order by name")
    rows = cursor.fetchall()
    cursor.scroll(0, "absolute")
    assert cursor.fetchone() == rows[0]
    cursor.scroll(2)
    assert cursor.fetchone() == rows[3]
    cursor.scroll(-3)
    assert cursor.fetchone() == rows[1]
    cursor.scroll(len(rows) - 1, mode="absolute")
    assert cursor.fetchall() == rows[-1:]
    for value, mode in ((len(rows), "absolute"), (-1, "absolute"), (1000, "relative")):
        with pytest.raises(IndexError):
            cursor.scroll(value, mode)
    with pytest.raises(rs_driver.ProgrammingError):
        cursor.scroll(0, "sideways")


def test_nextset(cursor: Any) -> None:
    cursor.execute("select 1; insert into booze (name) values ('x'); select 2, 3")
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset()
    assert (cursor.description, cursor.rowcount) == (None, 1)
    assert cursor.nextset()
    assert cursor.fetchall() == [(2, 3)]
    assert not cursor.nextset()
    with pytest.raises(rs_driver.Error):
        cursor.fetchall()


def test_rows_of_other_kinds(connect: Connect) -> None:
    connection = connect(row_factory=list_row)
    assert connection.cursor().execute("select 1 as a").fetchall() == [[1]]
    cursor = connection.cursor(row_factory=dict_row)
    assert cursor.execute("select 1 as a, 'x' as b").fetchone() == {"a": 1, "b": "x"}


def test_a_closed_cursor_cannot_be_used(cursor: Any) -> None:
    cursor.close()
    for use in (cursor.fetchone, cursor.fetchall, lambda: cursor.execute("select 1")):
        with pytest.raises(rs_driver.Error):
            use()
    cursor.close()


# -- the seed's own -----------------------------------------------------------------------


def test_run(connection: Any) -> None:
    connection.run("insert into booze (name) values (:beer)", beer="Boag's")
    assert connection.run("select name from booze where name = :beer", beer="Boag's") == (
        ("Boag's",),
    )
    assert [column[0] for column in connection.description] == ["name"]
    assert connection.run("select ':not' as a") == ((":not",),)


def test_execute_of_a_connection(connection: Any) -> None:
    cursor = connection.cursor()
    connection.execute(cursor, "insert into booze (name) values (%s)", ("x",))
    assert connection.execute(cursor, "select name from booze", None).fetchall() == [("x",)]


def test_a_connection_commits_or_rolls_back_and_closes(connect: Connect) -> None:
    undone, done = fresh(), fresh()
    with pytest.raises(ZeroDivisionError), connect() as connection:
        connection.run(f"create table {undone} (n int)")
        raise ZeroDivisionError
    assert connection.closed
    with connect() as connection:
        with pytest.raises(rs_driver.ProgrammingError):
            connection.run(f"select * from {undone}")
        connection.rollback()
        connection.run(f"create table {done} (n int)")
    with connect() as connection:
        connection.run(f"drop table {done}")


# -- what PostgreSQL alone has ------------------------------------------------------------


@pytest.fixture
def session(postgres: PostgresServer, shell: Connect) -> Iterator[Any]:
    """A connection to PostgreSQL in a transaction of its own."""
    connection = shell(**postgres.connect_kwargs())
    yield connection
    connection.close()


@pytest.mark.postgres
def test_callproc(session: Any) -> None:
    session.run(
        "create procedure pg_temp.double(inout a int, inout b text) language sql "
        "as $$ select a * 2, b || b $$"
    )
    cursor = session.cursor()
    given = [2, "x"]
    assert cursor.callproc("pg_temp.double", given) == [4, "xx"]
    assert given == [2, "x"]
    assert cursor.fetchall() == [(4, "xx")]
    session.run("create procedure pg_temp.nothing(a int) language sql as $$ select 1 $$")
    assert cursor.callproc("pg_temp.nothing", (5,)) == [5]
    with pytest.raises(rs_driver.ProgrammingError):
        cursor.callproc("x(); drop table t; --")


@pytest.mark.postgres
def test_notices_are_messages(session: Any) -> None:
    cursor = session.cursor()
    cursor.execute("do $$ begin raise notice 'one'; raise warning 'two'; end $$")
    assert [kind for kind, _ in cursor.messages] == [rs_driver.Warning] * 2
    assert [str(message) for _, message in cursor.messages] == ["one", "two"]
    cursor.execute("select 1")
    assert cursor.messages == []


@pytest.mark.postgres
def test_copy_both_ways(session: Any) -> None:
    cursor = session.cursor()
    cursor.execute("create temp table lager (n int, name text)")
    cursor.execute("copy lager from stdin", None, io.BytesIO(b"1\tone\n2\t\\N\n"))
    assert (cursor.rowcount, cursor.statusmessage) == (2, "COPY 2")
    session.run("copy lager from stdin (format csv)", stream=["3,three\n", b"4,four\n"])
    found = io.BytesIO()
    session.run("copy (select * from lager order by n) to stdout", stream=found)
    assert found.getvalue() == b"1\tone\n2\t\\N\n3\tthree\n4\tfour\n"
    with pytest.raises(rs_driver.InterfaceError, match="stream"):
        cursor.execute("select 1", None, True)
    with pytest.raises(rs_driver.ProgrammingError, match="stream"):
        cursor.execute("copy lager from stdin")


@pytest.mark.postgres
def test_two_phase_commit(postgres: PostgresServer, shell: Connect) -> None:
    kwargs = postgres.connect_kwargs()
    with shell(**kwargs, autocommit=True) as watcher:
        watcher.run("create table if not exists phases (n int)")
        watcher.run("delete from phases")
        connection = shell(**kwargs)
        xid = connection.xid(42, "global'id", "branch")
        assert tuple(xid)[:3] == (42, "global'id", "branch")
        for call in (connection.tpc_prepare, connection.tpc_commit, connection.tpc_rollback):
            with pytest.raises(rs_driver.ProgrammingError):
                call()
        connection.tpc_begin(xid)
        connection.run("insert into phases values (1)")
        for call in (connection.commit, connection.rollback):
            with pytest.raises(rs_driver.ProgrammingError):
                call()
        connection.tpc_prepare()
        with pytest.raises(rs_driver.ProgrammingError):
            connection.run("select 1")
        assert [tuple(found)[:3] for found in watcher.tpc_recover()] == [tuple(xid)[:3]]
        connection.close()
        assert watcher.run("select n from phases") == ()
        watcher.tpc_commit(watcher.tpc_recover()[0])
        assert watcher.run("select n from phases") == ((1,),)
        assert watcher.tpc_recover() == []
        with pytest.raises(rs_driver.ProgrammingError):
            watcher.tpc_rollback(xid)
        with shell(**kwargs) as again:
            again.tpc_begin(again.xid(1, "one", "phase"))
            again.run("insert into phases values (2)")
            again.tpc_commit()
            again.tpc_begin(again.xid(1, "two", "phases"))
            again.run("insert into phases values (3)")
            again.tpc_prepare()
            again.tpc_rollback()
        assert watcher.run("select n from phases order by n") == ((1,), (2,))
        watcher.run("drop table phases")


@pytest.mark.engine
def test_two_phase_commit_where_there_is_none(fake: FakeServer, shell: Connect) -> None:
    table = fresh()
    with shell(**fake.connect_kwargs()) as connection:
        connection.tpc_begin(connection.xid(1, "g", "b"))
        connection.run(f"create table {table} (n int)")
        with pytest.raises(rs_driver.NotSupportedError):
            connection.tpc_prepare()
        connection.tpc_commit()
        assert connection.run(f"select * from {table}") == ()
        connection.run(f"drop table {table}")
        connection.commit()
        assert connection.tpc_recover() == []


def test_the_two_drivers_have_the_same_methods() -> None:
    for one, other in (
        (rs_driver.Connection, rs_driver.AsyncConnection),
        (rs_driver.Cursor, rs_driver.AsyncCursor),
    ):
        names = {name for name in dir(one) if not name.startswith("_")}
        assert {name for name in dir(other) if not name.startswith("_")} - {"connect"} == names
        functions = [
            name for name in names if inspect.isfunction(inspect.getattr_static(one, name))
        ]
        assert len(functions) > 10
        for name in functions:
            mine, twins = (inspect.signature(getattr(kind, name)) for kind in (one, other))
            assert list(mine.parameters) == list(twins.parameters)


def test_a_failed_transaction_says_what_it_failed_by(postgres: PostgresServer) -> None:
    with rs_driver.connect(**postgres.connect_kwargs()) as connection:
        cursor = connection.cursor()
        with pytest.raises(rs_driver.DataError):
            cursor.execute("select 1 / %s", (0,))
        by = re.escape("it failed by: division by zero (select 1 / $1); call rollback()")
        with pytest.raises(rs_driver.InternalError, match=by):
            cursor.execute("select 1")
        with pytest.raises(rs_driver.InternalError, match=by):
            cursor.executemany("select %s", [(1,), (2,)])
        with pytest.raises(rs_driver.InternalError, match=r"failed by: division by zero"):
            connection.commit()
        with pytest.raises(rs_driver.DataError):
            cursor.executemany("select 1 / %s", [(1,), (0,)])
        with pytest.raises(rs_driver.InternalError, match=re.escape("(select 1 / $1)")):
            connection.run("select 1; select 2")
        connection.rollback()
        with pytest.raises(rs_driver.QueryCanceled):
            cursor.execute("select pg_sleep(60)", timeout=0.1)
        with pytest.raises(rs_driver.InternalError, match="by: a statement that was interrupted"):
            cursor.execute("select 1")
        connection.rollback()
