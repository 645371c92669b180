"""What the faces of both shells have in common, tried on both of them."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver import errors, oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.domain.session import KEPT_NOTICES
from rs_driver.domain.tpc import Xid
from rs_driver.ports.codec import TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from rs_driver.rows import dict_row, list_row, namedtuple_row
from rs_driver.shells.base import ConnectionBase
from rs_driver.wire.query import Bind, Parse, Query
from rs_driver_fakeserver import Auth, FakeServer
from support.blocking import Blocking
from support.copying import CopyServer
from support.policies import UNANSWERED
from support.shelled import LOGIN, script

Connect = Callable[..., Any]

OLD = [(number, "old") for number in range(9)]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, server: FakeServer) -> Iterator[Connect]:
    """Opens connections of one shell, which are closed after the test; those of asyncio
    behind the face of the other."""
    opened: list[Any] = []
    loop = asyncio.new_event_loop()

    def connecting(to: Any = server, **options: Any) -> Any:
        opener = to.memory() if isinstance(to, FakeServer) else to
        options = {**LOGIN, "transport": opener, **options}
        if request.param == "sync":
            opened.append(rs_driver.connect(**options))
        else:
            inner = loop.run_until_complete(rs_driver.AsyncConnection.connect(**options))
            opened.append(Blocking(inner, loop))
        return opened[-1]

    yield connecting
    for connection in opened:
        connection.close()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture
def connection(connect: Connect) -> Any:
    return connect()


def by_class(connection: Any, *args: Any, **options: Any) -> Any:
    """A cursor by its class, as the seed's programs make one."""
    if isinstance(connection, Blocking):
        inner = rs_driver.AsyncCursor(connection.inner, *args, **options)
        return Blocking(inner, connection.loop)
    return rs_driver.Cursor(connection, *args, **options)


def texts(server: FakeServer) -> list[str]:
    """The SQL that was sent, in order."""
    sent = server.log.frontend()
    return [message.sql for message in sent if isinstance(message, (Query, Parse))]


# -- connections ----------------------------------------------------------------------------


def test_exceptions_are_attributes(connection: Any) -> None:
    """An optional extension for which PEP 249 wants a warning no more than its users."""
    names = (
        "Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError "
        "InternalError ProgrammingError NotSupportedError"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in names.split():
            assert getattr(connection, name) is getattr(ConnectionBase, name)
            assert getattr(ConnectionBase, name) is getattr(errors, name)


def test_a_new_connection(connection: Any) -> None:
    assert not connection.closed
    assert not connection.broken
    assert not connection.autocommit
    assert not connection.in_transaction
    assert connection.profile == ServerProfile(protocol_version=2, server_version="8.0.2")
    assert connection.parameters["server_protocol_version"] == "2"
    assert not connection.notices
    assert not connection.notifications
    assert connection.messages == []
    assert connection.description is None
    assert connection.row_factory is None
    connection.check()


def test_parameters_are_a_copy(connection: Any) -> None:
    connection.parameters.clear()
    assert connection.parameters


def test_notices(connection: Any) -> None:
    connection.cursor().execute("rollback")
    assert [notice["C"] for notice in connection.notices] == ["25P01"]
    assert type(connection.notices) is type(connection.notifications) is tuple


def test_xid_takes_pep_249s_names(connection: Any) -> None:
    found = connection.xid(format_id=1, global_transaction_id="g", branch_qualifier="b")
    assert found == connection.xid(1, "g", "b") == (1, "g", "b")
    assert type(found) is Xid


def test_autocommit(connect: Connect) -> None:
    connection = connect()
    connection.autocommit = True
    connection.cursor().execute("select old")
    assert not connection.in_transaction
    connection.autocommit = False  # as no transaction is open
    connection.cursor().execute("select old")
    assert connection.in_transaction
    with pytest.raises(rs_driver.ProgrammingError, match="inside a transaction"):
        connection.autocommit = True
    assert not connection.autocommit
    connection.autocommit = False
    connection.rollback()
    connection.autocommit = True
    assert connect(autocommit=True).autocommit


@pytest.mark.parametrize("value", [1, 0, None, "on"])
def test_autocommit_is_a_bool(connection: Any, value: Any) -> None:
    with pytest.raises(rs_driver.InterfaceError, match="autocommit is True or False"):
        connection.autocommit = value


def test_broken_is_closed(connection: Any) -> None:
    connection.state.core.fail(rs_driver.OperationalError("lost"))
    assert connection.broken
    assert connection.closed
    assert not connection.in_transaction


def test_touched_is_broken(connection: Any) -> None:
    """An interrupt came between the transport and the core, and nobody could react to it."""
    connection.state.core.touching = True
    assert connection.broken
    with pytest.raises(rs_driver.OperationalError, match="interrupted") as caught:
        connection.cursor().execute("select old")
    assert caught.value.is_disconnect


def test_a_connection_that_was_never_opened_is_no_trouble() -> None:
    with pytest.raises(rs_driver.InterfaceError):
        rs_driver.connect(nonsense=1)  # type: ignore[call-arg]
    object.__new__(ConnectionBase).__del__()


def test_a_broken_connection_that_is_forgotten_needs_no_warning(server: FakeServer) -> None:
    connection = rs_driver.connect(transport=server.memory(), **LOGIN)
    connection.state.core.fail(rs_driver.OperationalError("lost"))
    del connection
    gc.collect()  # a ResourceWarning would be an error


# -- run and execute ------------------------------------------------------------------------


def test_run_gives_the_rows(server: FakeServer, connection: Any) -> None:
    assert connection.run("select old") == tuple(OLD)
    assert connection.in_transaction
    assert connection.description == [
        ("a", oids.INT4, None, 4, None, None, None),
        ("b", oids.VARCHAR, None, None, None, None, None),
    ]
    assert connection.description[0].name == "a"
    connection.commit()
    assert texts(server)[-1] == "COMMIT"
    assert connection.description is not None


def test_run_with_parameters(server: FakeServer, connection: Any) -> None:
    """They have names, whatever the style of cursors is."""
    server.when("select $1, $2, $1", params=[1, "x"]).returns(["a", "b", "c"], [(1, "x", 1)])
    assert connection.run("select :id, :name, :id", id=1, name="x") == ((1, "x", 1),)
    assert connection.run("select old where a = :a", a=1) == ((1,),)
    server.when("select $1", params=[None]).returns({"a": "int4"}, [(None,)])
    assert connection.run("select :stop", stop=None) == ((None,),)


@pytest.mark.parametrize(
    "sql", ["select :a, ?, %s", "select ':a', '%s', '%%', a::int -- :b", "select x[1:2] ? $$:c$$"]
)
def test_run_without_parameters_sends_the_text_as_it_is(
    server: FakeServer, connection: Any, sql: str
) -> None:
    server.when(sql).returns(["a"], [(1,)])
    assert connection.run(sql) == ((1,),)
    assert texts(server)[-1] == sql


def test_run_without_rows(connection: Any) -> None:
    connection.run("select old")
    assert connection.run("analyze") == ()
    assert connection.description is None
    assert connection.run("insert into t values (:a)", a=1) == ()
    assert connection.description is None


def test_run_of_a_result_without_rows_or_columns(server: FakeServer, connection: Any) -> None:
    server.when("select none").returns({"a": "int4"}, [])
    assert connection.run("select none") == ()
    assert [column.name for column in connection.description] == ["a"]
    server.when("select").returns({}, [(), ()])
    assert connection.run("select") == ((), ())
    assert connection.description == []


def test_run_of_several_statements_gives_the_rows_of_the_first(connection: Any) -> None:
    assert connection.run("select new; select old") == (("new",),)
    assert [column.name for column in connection.description] == ["a"]


def test_run_that_fails(server: FakeServer, connection: Any) -> None:
    server.when("select bad").raises("42P01", "no such table")
    connection.run("select old")
    with pytest.raises(rs_driver.ProgrammingError, match="no such table") as caught:
        connection.run("select bad")
    assert connection.description is None
    assert connection.messages == [(rs_driver.ProgrammingError, caught.value)]
    connection.rollback()
    assert connection.run("select new") == (("new",),)


def test_run_without_a_parameter_that_the_text_names(server: FakeServer, connection: Any) -> None:
    sent = len(server.log.frontend())
    with pytest.raises(rs_driver.ProgrammingError, match="limit"):
        connection.run("select old where a = :limit", other=1)
    assert len(server.log.frontend()) == sent
    assert not connection.in_transaction


def test_run_has_rows_by_the_connections_factory(connection: Any) -> None:
    connection.row_factory = dict_row
    assert connection.run("select new") == ({"a": "new"},)


def test_execute_on_a_cursor(connection: Any) -> None:
    cursor = connection.cursor()
    assert connection.execute(cursor, "select old") == cursor
    assert cursor.rowcount == 9
    connection.execute(cursor, "select old where a = %s", (1,))
    assert cursor.fetchall() == [(1,)]
    cursor.paramstyle = "named"
    connection.execute(cursor, operation="select old where a = :a", vals={"a": 1})
    assert cursor.fetchall() == [(1,)]


def test_execute_takes_a_cursor_of_this_connection(server: FakeServer, connect: Connect) -> None:
    connection, other = connect(), connect()
    with rs_driver.connect(transport=server.memory(), **LOGIN) as third:
        sent = len(server.log.frontend())
        for cursor in ("select old", None, other.cursor(), third.cursor(), connection):
            with pytest.raises(rs_driver.InterfaceError, match="takes a cursor of this connection"):
                connection.execute(cursor, "select old")
        assert len(server.log.frontend()) == sent


def test_copy_streams(connect: Connect) -> None:
    copying = CopyServer(data=[b"1\n", b"2\n"])
    connection = connect(copying, server="postgres", autocommit=True)
    cursor = connection.cursor()
    assert cursor.execute("copy from stdin", None, [b"a\n"]) == cursor
    assert cursor.execute("copy from stdin", stream=[b"b\n"]).rowcount == 1
    assert connection.run("copy from stdin", iter(["c\n"])) == ()
    assert copying.loaded == b"a\nb\nc\n"

    class Sink:
        taken = b""

        def write(self, data: bytes) -> None:
            self.taken += data

    sink = Sink()
    connection.run("copy to stdout", stream=sink)
    assert sink.taken == b"1\n2\n"


@pytest.mark.parametrize("stream", [True, False, 5, "file.csv", list])
def test_what_is_no_stream(server: FakeServer, connection: Any, stream: Any) -> None:
    sent = len(server.log.frontend())
    uses: list[Callable[[], object]] = [
        lambda: connection.run("copy t from stdin", stream),
        lambda: connection.cursor().execute("copy t from stdin", stream=stream),
    ]
    for use in uses:
        with pytest.raises(rs_driver.InterfaceError, match="stream"):
            use()
    assert len(server.log.frontend()) == sent


# -- cursors --------------------------------------------------------------------------------


def test_a_new_cursor(connection: Any) -> None:
    cursor = connection.cursor()
    assert cursor.connection == connection
    assert cursor.arraysize == 1
    assert cursor.paramstyle == rs_driver.paramstyle == "format"
    assert cursor.description is None
    assert cursor.rowcount == cursor.redshift_rowcount == -1
    assert cursor.rownumber is None
    assert cursor.lastrowid is None
    assert cursor.statusmessage is None
    assert cursor.messages == []
    assert cursor.row_factory is None
    cursor.setinputsizes([1])  # one sequence, as PEP 249 has it
    cursor.setinputsizes(int, 5, None)  # or a size for each parameter, as some drivers do
    cursor.setinputsizes()
    cursor.setoutputsize(1)
    cursor.setoutputsize(1, 0)
    with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
        cursor.fetchone()


def test_a_cursor_by_its_class(connection: Any) -> None:
    cursor = by_class(connection, "qmark")
    assert cursor.paramstyle == "qmark"
    assert cursor.execute("select old where a = ?", (1,)).fetchall() == [(1,)]
    assert by_class(connection).paramstyle == "format"
    assert by_class(connection, None, dict_row).execute("select new").fetchone() == {"a": "new"}


@pytest.mark.parametrize("thing", [None, "dsn", object()])
def test_a_cursor_needs_a_connection(thing: Any) -> None:
    kind: Any
    for kind in (rs_driver.Cursor, rs_driver.AsyncCursor):
        with pytest.raises(rs_driver.InterfaceError, match="a cursor needs a connection"):
            kind(thing)


def test_after_a_query(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    assert cursor.description == [
        ("a", oids.INT4, None, 4, None, None, None),
        ("b", oids.VARCHAR, None, None, None, None, None),
    ]
    assert cursor.description[1].type_code == rs_driver.STRING
    assert cursor.rowcount == 9
    assert cursor.statusmessage == "SELECT"
    assert cursor.lastrowid is None


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
def test_paramstyles(connection: Any, style: str, sql: str, args: Any) -> None:
    cursor = connection.cursor()
    cursor.paramstyle = style
    assert cursor.execute(sql, args).fetchall() == [(1,)]


def test_rows_outlive_the_transaction_but_not_the_connection(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    connection.rollback()
    assert cursor.fetchone() == (0, "old")
    connection.close()
    with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
        cursor.fetchone()


@pytest.fixture
def counting() -> Iterator[FakeServer]:
    """A PostgreSQL: it counts what Redshift does not."""
    with FakeServer(policy=UNANSWERED, server="postgres") as found:
        script(found)
        yield found


TAGS = [
    ("insert into t values (1)", "INSERT 0 3", 3),
    ("update t set a = 1", "UPDATE 12", 12),
    ("delete from t", "DELETE 0", 0),
    ("merge into t using s on t.a = s.a remove duplicates", "MERGE 7", 7),
    ("copy t from 's3://bucket'", "COPY 5", 5),
    ("copy t from 's3://other'", "COPY", -1),
    ("create table u (a int)", "CREATE TABLE", -1),
    ("truncate t", "TRUNCATE TABLE", -1),
    ("unload ('select 1') to 's3://bucket'", "UNLOAD", -1),
    ("call p()", "CALL", -1),
]


@pytest.mark.parametrize(("sql", "tag", "count"), TAGS)
def test_rowcount_of_statements_without_rows(
    counting: FakeServer, connect: Connect, sql: str, tag: str, count: int
) -> None:
    counting.when(sql).completes(tag)
    cursor = connect(counting).cursor()
    cursor.execute("select old")
    cursor.execute(sql)
    assert (cursor.statusmessage, cursor.description, cursor.rownumber) == (tag, None, None)
    assert cursor.rowcount == cursor.redshift_rowcount == count


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        ("select 2", "SELECT 2"),
        ("with x as (select 2) select * from x", "SELECT 2"),
        ("fetch 5 from c", "FETCH 2"),
        ("explain select 1", "EXPLAIN"),
        ("call p()", "CALL"),
        ("insert into t values (1) returning a", "INSERT 0 2"),
    ],
)
def test_rowcount_of_rows(counting: FakeServer, connect: Connect, sql: str, tag: str) -> None:
    counting.when(sql).returns({"a": "int4"}, [(1,), (2,)], tag)
    cursor = connect(counting).cursor()
    for _ in range(3):  # new, known and prepared by name
        cursor.execute(sql)
        assert (cursor.statusmessage, cursor.rownumber) == (tag, 0)
        assert cursor.rowcount == cursor.redshift_rowcount == 2
        assert cursor.fetchall() == [(1,), (2,)]
        assert cursor.rowcount == 2


def failing() -> Iterator[tuple[int]]:
    """Arguments of which the second cannot be had."""
    yield (1,)
    raise ZeroDivisionError


INSERT = "insert into t values (%s)"
EARLY: list[tuple[Callable[[Any], object], type[Exception]]] = [
    (lambda cursor: cursor.execute("select old where a = %s", ()), rs_driver.ProgrammingError),
    (lambda cursor: cursor.execute("select old", stream=5), rs_driver.InterfaceError),
    (lambda cursor: cursor.execute(5), rs_driver.InterfaceError),
    (lambda cursor: cursor.executemany(INSERT, failing()), ZeroDivisionError),
    (lambda cursor: cursor.executemany(INSERT, 5), rs_driver.InterfaceError),
    (lambda cursor: cursor.executemany(INSERT, [(1,), 2]), rs_driver.ProgrammingError),
    (lambda cursor: cursor.callproc("x", 5), rs_driver.InterfaceError),
    (lambda cursor: cursor.callproc("x y", []), rs_driver.ProgrammingError),
]


@pytest.mark.parametrize(("use", "error"), EARLY, ids=range(len(EARLY)))
def test_a_call_that_fails_early_leaves_no_earlier_rows(
    server: FakeServer, connection: Any, use: Callable[[Any], object], error: type[Exception]
) -> None:
    cursor = connection.cursor()
    cursor.execute("select old; select new")
    sent = len(server.log.frontend())
    with pytest.raises(error):
        use(cursor)
    assert len(server.log.frontend()) == sent
    assert (cursor.description, cursor.rowcount, cursor.rownumber) == (None, -1, None)
    assert cursor.statusmessage is None
    for fetch in (cursor.fetchone, cursor.fetchall, cursor.nextset):
        with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
            fetch()


def test_nextset_needs_a_result(server: FakeServer, connection: Any) -> None:
    cursor = connection.cursor()
    with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
        cursor.nextset()
    cursor.execute("analyze")
    assert cursor.nextset() is None
    cursor.executemany("insert into t values (%s)", [])
    assert (cursor.rowcount, cursor.nextset()) == (0, None)
    with pytest.raises(rs_driver.InternalError):
        cursor.execute("select bad")
    with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
        cursor.nextset()
    cursor.close()
    with pytest.raises(rs_driver.InterfaceError, match="cursor is closed"):
        cursor.nextset()


def test_rowcount_where_the_tag_has_none(server: FakeServer, connection: Any) -> None:
    for sql in ("select 2", "fetch 5 from c"):
        server.when(sql).returns({"a": "int4"}, [(1,), (2,)])
        cursor = connection.cursor()
        cursor.execute(sql)
        assert cursor.statusmessage == sql.partition(" ")[0].upper()
        assert cursor.rowcount == cursor.redshift_rowcount == 2
    for sql in ("create table u as select 2", "select 1 into u"):
        server.when(sql).completes("SELECT")
        cursor.execute(sql)
        assert (cursor.statusmessage, cursor.description) == ("SELECT", None)
        assert cursor.rowcount == cursor.redshift_rowcount == -1


@pytest.mark.parametrize("sql", ["", "  ", ";", "-- nothing", "/* nor here */ ;"])
def test_the_empty_statement(connection: Any, sql: str) -> None:
    cursor = connection.cursor()
    cursor.execute("select old")
    cursor.execute(sql)
    assert (cursor.rowcount, cursor.redshift_rowcount) == (-1, -1)
    assert (cursor.statusmessage, cursor.description) == (None, None)
    with pytest.raises(rs_driver.ProgrammingError, match="the statement gave no rows"):
        cursor.fetchall()


def test_scroll_and_rownumber(connection: Any) -> None:
    cursor = connection.cursor()
    with pytest.raises(rs_driver.ProgrammingError, match="execute a query first"):
        cursor.scroll(0)
    cursor.execute("select old; analyze; select new")
    assert cursor.rownumber == 0
    assert cursor.fetchone() == OLD[0]
    cursor.scroll(3)
    assert (cursor.rownumber, cursor.fetchone()) == (4, OLD[4])
    cursor.scroll(-5)
    assert cursor.fetchmany(2) == OLD[:2]
    cursor.scroll(8, "absolute")
    assert cursor.fetchall() == OLD[8:]
    cursor.scroll(value=2, mode="absolute")
    assert next(iter(cursor)) == OLD[2]
    assert cursor.rownumber == 3
    for value, mode in ((-4, "relative"), (6, "relative"), (-1, "absolute"), (9, "absolute")):
        with pytest.raises(IndexError):
            cursor.scroll(value, mode)
        assert cursor.rownumber == 3
    with pytest.raises(rs_driver.ProgrammingError, match="not 'sideways'"):
        cursor.scroll(1, "sideways")
    assert list(cursor) == OLD[3:]
    assert cursor.rownumber == 9
    assert cursor.nextset()
    assert cursor.rownumber is None
    with pytest.raises(rs_driver.ProgrammingError, match="gave no rows"):
        cursor.scroll(0, "absolute")
    assert cursor.nextset()
    assert cursor.rownumber == 0


# -- row factories --------------------------------------------------------------------------


def test_a_cursor_has_a_row_factory(connection: Any) -> None:
    cursor = connection.cursor(row_factory=dict_row)
    assert cursor.row_factory is dict_row
    cursor.execute("select old")
    assert cursor.fetchone() == {"a": 0, "b": "old"}
    assert cursor.fetchmany(1) == [{"a": 1, "b": "old"}]
    cursor.row_factory = namedtuple_row
    assert next(iter(cursor)).a == 2
    cursor.row_factory = None
    assert cursor.fetchall() == OLD[3:]
    assert connection.cursor().execute("select new").fetchone() == ("new",)


def test_a_connection_has_a_row_factory_for_its_cursors(connect: Connect) -> None:
    connection = connect(row_factory=list_row)
    assert connection.row_factory is list_row
    before = connection.cursor()
    connection.row_factory = dict_row
    after = connection.cursor()
    own = connection.cursor(row_factory=namedtuple_row)
    assert [cursor.row_factory for cursor in (before, after, own)] == [
        list_row,
        dict_row,
        namedtuple_row,
    ]
    assert before.execute("select new").fetchall() == [["new"]]
    assert after.execute("select new").fetchall() == [{"a": "new"}]
    connection.row_factory = None
    assert connection.cursor().execute("select new").fetchall() == [("new",)]
    assert by_class(connection).row_factory is None


def test_every_cursor_of_a_connection_has_its_factory_by_default(connection: Any) -> None:
    connection.row_factory = dict_row
    assert by_class(connection).row_factory is dict_row


@pytest.mark.parametrize("factory", [5, object(), [dict_row]])
def test_what_is_no_row_factory(connect: Connect, factory: Any) -> None:
    connection = connect()
    cursor = connection.cursor()
    uses: list[Callable[[], object]] = [
        lambda: connect(row_factory=factory),
        lambda: connection.cursor(row_factory=factory),
        lambda: by_class(connection, row_factory=factory),
        lambda: setattr(connection, "row_factory", factory),
        lambda: setattr(cursor, "row_factory", factory),
    ]
    for use in uses:
        with pytest.raises(rs_driver.InterfaceError, match="a row factory is a function"):
            use()
    assert connection.row_factory is cursor.row_factory is None


def test_a_row_that_is_none_does_not_end_a_loop(server: FakeServer, connection: Any) -> None:
    server.when("select nullable").returns({"a": "int4"}, [(1,), (None,), (3,)])
    cursor = connection.cursor(row_factory=lambda _columns: lambda values: values[0])
    cursor.execute("select nullable")
    assert list(cursor) == [1, None, 3]
    assert list(cursor) == []
    cursor.scroll(0, "absolute")
    assert [cursor.fetchone() for _ in range(4)] == [1, None, 3, None]


def test_a_row_factory_that_raises_loses_no_rows(connection: Any) -> None:
    def picky(_columns: Any) -> Callable[[tuple[Any, ...]], Any]:
        return lambda values: 1 // (values[0] - 2)

    cursor = connection.cursor(row_factory=picky)
    cursor.execute("select old")
    assert cursor.fetchmany(2) == [-1, -1]
    for fetch in (cursor.fetchone, cursor.fetchall, lambda: next(iter(cursor))):
        with pytest.raises(ZeroDivisionError):
            fetch()
        assert cursor.rownumber == 2
    cursor.row_factory = None
    assert cursor.fetchall() == OLD[2:]


# -- procedures -----------------------------------------------------------------------------


def test_callproc_gives_the_parameters_as_they_are_now(
    server: FakeServer, connect: Connect
) -> None:
    rule = server.when("call swap($1, $2)", params=[1, "x"])
    rule.returns({"a": "varchar", "b": "int4"}, [("x", 1)])
    redshift = connect().cursor()
    assert redshift.callproc("swap", [1, "x"]) == [1, "x"]  # INOUT b, OUT c of IN a, INOUT b?
    assert redshift.fetchall() == [("x", 1)]
    told_all = {"profile": {"kind": "postgres"}, "client_protocol_version": 0}
    cursor = connect(**told_all).cursor()
    given = (1, "x")
    assert cursor.callproc("swap", given) == ["x", 1]
    assert given == (1, "x")
    assert texts(server)[-1].lower() == "call swap($1, $2)"
    assert cursor.rownumber == 0
    assert cursor.fetchall() == [("x", 1)]
    cursor.row_factory = dict_row
    assert cursor.callproc("swap", [1, "x"]) == ["x", 1]
    assert cursor.fetchone() == {"a": "x", "b": 1}


def test_callproc_of_which_only_some_parameters_come_back(
    server: FakeServer, connection: Any
) -> None:
    server.when("call p($1, $2)").returns({"b": "int4"}, [(9,)])
    cursor = connection.cursor()
    given = [1, 2]
    returned = cursor.callproc("p", given)
    assert returned == given
    assert returned is not given
    assert cursor.fetchall() == [(9,)]


def test_callproc_of_which_nothing_comes_back(server: FakeServer, connection: Any) -> None:
    server.when("call p($1)").completes("CALL")
    server.when("call p()").completes("CALL")
    cursor = connection.cursor()
    assert cursor.callproc("p", (None,)) == [None]
    assert (cursor.description, cursor.statusmessage) == (None, "CALL")
    assert cursor.callproc("p") == cursor.callproc("p", ()) == cursor.callproc("p", None) == []
    with pytest.raises(rs_driver.ProgrammingError, match="CALL gave no rows"):
        cursor.fetchone()


@pytest.mark.parametrize("rows", [[], [(1, 2), (3, 4)]])
def test_callproc_of_a_result_that_is_no_row_of_parameters(
    server: FakeServer, connection: Any, rows: list[tuple[int, int]]
) -> None:
    server.when("call p($1, $2)").returns({"a": "int4", "b": "int4"}, rows)
    cursor = connection.cursor()
    assert cursor.callproc("p", [7, 8]) == [7, 8]
    assert cursor.fetchall() == rows


def test_callproc_without_parameters_leaves_the_row(server: FakeServer, connection: Any) -> None:
    server.when("call p()").returns({"out": "int4"}, [(5,)])
    cursor = connection.cursor()
    assert cursor.callproc("p") == []
    assert cursor.fetchall() == [(5,)]


@pytest.mark.parametrize("name", ['etl."Load Users"', '"a%sb:1?""c"', "größe$1", "db.schema.p"])
def test_callproc_writes_the_name_as_it_is(server: FakeServer, connection: Any, name: str) -> None:
    server.when(f"call {name}($1)").completes("CALL")
    for style in ("format", "qmark", "named"):
        cursor = by_class(connection, style)
        assert cursor.callproc(name, [1]) == [1]
        assert cursor.paramstyle == style
    assert texts(server)[-1] == f"CALL {name}($1)"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "p()",
        "p; drop table t",
        "p(1); --",
        "a.b.c.d",
        "a..b",
        ".p",
        "1p",
        "a b",
        '"a',
        'a"b"',
        '""',
        '"a\0b"',
        "p\n",
        "p ",
        "$1",
        "p/**/",
        "'p'",
    ],
)
def test_callproc_of_what_is_no_name(server: FakeServer, connection: Any, name: str) -> None:
    cursor = connection.cursor()
    sent = len(server.log.frontend())
    with pytest.raises(rs_driver.ProgrammingError, match="no name of a procedure"):
        cursor.callproc(name, [1])
    assert len(server.log.frontend()) == sent


def test_callproc_of_the_wrong_kind(connection: Any) -> None:
    cursor = connection.cursor()
    for name in (None, 5, b"p"):
        with pytest.raises(rs_driver.InterfaceError, match="the name of a procedure is a str"):
            cursor.callproc(name)
    for parameters in ("ab", b"ab", {"a": 1}, {1, 2}, 5, iter([1])):
        with pytest.raises(rs_driver.InterfaceError, match="takes a sequence of parameters"):
            cursor.callproc("p", parameters)


# -- messages -------------------------------------------------------------------------------


@pytest.fixture
def talkative(server: FakeServer) -> FakeServer:
    server.when("analyze").notices("first", "second").completes()
    server.when("select loud").notices("hush").returns(["a"], [(1,), (2,)])
    server.when("select bad").notices("careful").raises("22012", "division by zero")
    return server


def told(found: Any) -> list[tuple[type[Exception], str]]:
    """The messages of a cursor or connection, after a look at their form."""
    assert type(found.messages) is list
    for kind, message in found.messages:
        assert type(message) is kind
    return [(kind, str(message).splitlines()[0]) for kind, message in found.messages]


def test_notices_are_messages(talkative: FakeServer, connection: Any) -> None:
    cursor, other = connection.cursor(), connection.cursor()
    cursor.execute("analyze")
    assert told(cursor) == [(rs_driver.Warning, "first"), (rs_driver.Warning, "second")]
    assert cursor.messages[0][1].fields["M"] == "first"
    assert other.messages == connection.messages == []
    assert [notice["M"] for notice in connection.notices] == ["first", "second"]


def test_messages_are_those_of_the_last_statement(talkative: FakeServer, connection: Any) -> None:
    cursor = connection.cursor()
    kept = cursor.messages
    cursor.execute("analyze")
    cursor.execute("select loud")
    assert told(cursor) == [(rs_driver.Warning, "hush")]
    cursor.fetchone()
    cursor.fetchmany(1)
    cursor.fetchall()
    list(cursor)
    assert told(cursor) == [(rs_driver.Warning, "hush")]
    assert cursor.messages is kept  # PEP 249: the very list, which its user may clear
    del cursor.messages[:]
    assert cursor.messages == []


@pytest.mark.parametrize(
    "use",
    [
        lambda cursor: cursor.execute("select new"),
        lambda cursor: cursor.executemany("insert into t values (%s)", [(1,)]),
        lambda cursor: cursor.callproc("p"),
        lambda cursor: cursor.nextset(),
        lambda cursor: cursor.scroll(0, "absolute"),
        lambda cursor: cursor.setinputsizes([]),
        lambda cursor: cursor.setoutputsize(1),
        lambda cursor: cursor.close(),
    ],
)
def test_every_method_but_fetching_clears_the_messages(
    talkative: FakeServer, connection: Any, use: Callable[[Any], object]
) -> None:
    talkative.when("call p()").completes("CALL")
    cursor = connection.cursor()
    cursor.execute("select loud")
    assert len(cursor.messages) == 1
    use(cursor)
    assert cursor.messages == []


def test_the_error_is_the_last_message(talkative: FakeServer, connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("analyze")
    with pytest.raises(rs_driver.DataError) as caught:
        cursor.execute("select bad")
    assert told(cursor) == [
        (rs_driver.Warning, "careful"),
        (rs_driver.DataError, str(caught.value).splitlines()[0]),
    ]
    assert cursor.messages[-1][1] is caught.value
    connection.rollback()
    with pytest.raises(rs_driver.ProgrammingError) as caught_here:
        cursor.execute("select new", (1,))
    assert cursor.messages == [(rs_driver.ProgrammingError, caught_here.value)]


def test_notices_are_not_lost_for_an_exception_of_somebody_elses(
    talkative: FakeServer, connection: Any
) -> None:
    """What the cursor shows cannot be shown, for a reason that is none of ours."""

    class Spoilt:
        oid, format = oids.INT4, TEXT

        def decoder(self, field: Any, codecs: Any) -> Any:
            raise ZeroDivisionError

        def column_decoder(self, field: Any, codecs: Any) -> Any:
            return None

    cursor = connection.cursor()
    cursor.add_codecs(Spoilt())
    with pytest.raises(ZeroDivisionError):
        cursor.execute("select loud")
    assert told(cursor) == [(rs_driver.Warning, "hush")]


def test_the_messages_of_a_connection(talkative: FakeServer, connection: Any) -> None:
    kept = connection.messages
    connection.run("analyze")
    assert told(connection) == [(rs_driver.Warning, "first"), (rs_driver.Warning, "second")]
    connection.commit()
    assert connection.messages == []
    with pytest.raises(rs_driver.DataError):
        connection.run("select bad")
    assert [kind for kind, _ in told(connection)] == [rs_driver.Warning, rs_driver.DataError]
    with pytest.raises(rs_driver.InternalError) as caught:
        connection.commit()
    assert connection.messages == [(rs_driver.InternalError, caught.value)]
    connection.cursor()
    assert connection.messages == []
    assert connection.messages is kept


def test_messages_are_bounded(server: FakeServer, connection: Any) -> None:
    server.when("analyze").notices(*(f"notice {number}" for number in range(150))).completes()
    cursor = connection.cursor()
    for _ in range(2):
        cursor.execute("analyze")
        assert [text for _, text in told(cursor)] == [
            f"notice {number}" for number in range(150 - KEPT_NOTICES, 150)
        ]


# -- codecs of the user's own ---------------------------------------------------------------


class Money:
    """A class of the user's own."""


SHOUT = Codec(oids.VARCHAR, TEXT, "varchar", same(lambda data: data.decode() + "!"))
SING = Codec(oids.VARCHAR, TEXT, "varchar", same(lambda data: data.decode() + "~"))
PAY = Encoder(Money, lambda _value, _codecs: Parameter(oids.INT4, TEXT, b"1"))


def test_codecs_for_the_whole_connection(connection: Any) -> None:
    before = connection.cursor()
    with pytest.raises(rs_driver.NotSupportedError, match=r"parameter 1: .*Money"):
        before.execute("select old where a = %s", (Money(),))
    connection.add_codecs(SHOUT, PAY)
    for cursor in (before, connection.cursor()):
        assert cursor.execute("select new").fetchall() == [("new!",)]
        assert cursor.execute("select old where a = %s", (Money(),)).fetchall() == [(1,)]
    connection.add_codecs(SING)
    assert before.execute("select new").fetchall() == [("new~",)]
    assert connection.run("select new") == (("new~",),)


def test_codecs_for_one_cursor(connection: Any) -> None:
    cursor, other = connection.cursor(), connection.cursor()
    cursor.add_codecs(SING)
    connection.add_codecs(SHOUT, PAY)
    assert cursor.execute("select new").fetchall() == [("new~",)]
    assert other.execute("select new").fetchall() == [("new!",)]
    cursor.executemany("insert into t values (%s)", [(Money(),), (Money(),)])
    assert cursor.rowcount == 2


def test_codecs_from_the_beginning(server: FakeServer, connect: Connect) -> None:
    connection = connect(codecs=[SHOUT, PAY])
    assert connection.run("select new") == (("new!",),)
    connection.run("select old where a = :a", a=Money())
    bound = [message for message in server.log.frontend() if isinstance(message, Bind)]
    assert bound[-1].parameters == (b"1",)
    assert connect().run("select new") == (("new",),)


@pytest.mark.parametrize("codec", [5, Money, Codec])
def test_what_is_no_codec(connection: Any, codec: Any) -> None:
    cursor = connection.cursor()
    for add in (connection.add_codecs, cursor.add_codecs):
        with pytest.raises(rs_driver.InterfaceError, match=r"no codec|is a class"):
            add(SHOUT, codec)
    assert cursor.execute("select new").fetchall() == [("new",)]


# -- two phases -----------------------------------------------------------------------------


@pytest.fixture
def preparing() -> Iterator[FakeServer]:
    """A PostgreSQL on which transactions can be prepared."""
    with FakeServer(policy=UNANSWERED, server="postgres", two_phase=True) as found:
        script(found)
        yield found


def test_transaction_ids(connection: Any) -> None:
    found = connection.xid(1, "a", "b")
    assert (found[0], found[1], found[2]) == (1, "a", "b")
    for parts in ((-1, "a", "b"), (1, "a" * 65, "b"), (1, "a", "ü"), ("1", "a", "b")):
        with pytest.raises(rs_driver.ProgrammingError):
            connection.xid(*parts)


def test_two_phases(preparing: FakeServer, connect: Connect) -> None:
    connection = connect(preparing, server="postgres")
    for end in (connection.tpc_commit, connection.tpc_rollback):
        connection.tpc_begin(connection.xid(1, "a", "b"))
        assert connection.in_transaction
        connection.run("select new")
        connection.tpc_prepare()
        with pytest.raises(rs_driver.ProgrammingError):
            connection.run("select new")
        assert len(preparing.prepared_transactions) == 1
        end()
        assert not preparing.prepared_transactions
    connection.run("begin; prepare transaction 'other'")
    connection.tpc_commit("other")
    assert [sql for sql in texts(preparing) if "PREPARED" in sql] == [
        "COMMIT PREPARED '1_YQ==_Yg=='",
        "ROLLBACK PREPARED '1_YQ==_Yg=='",
        "COMMIT PREPARED 'other'",
    ]


def test_a_single_phase_where_the_server_has_no_other(server: FakeServer, connection: Any) -> None:
    assert connection.tpc_recover() == []
    connection.tpc_begin("name")
    connection.cursor().execute("insert into t values (%s)", (1,))
    with pytest.raises(rs_driver.NotSupportedError, match="no two-phase commit") as caught:
        connection.tpc_prepare()
    assert connection.messages == [(rs_driver.NotSupportedError, caught.value)]
    assert connection.in_transaction
    connection.tpc_commit()
    assert not connection.in_transaction
    for end in (connection.tpc_commit, connection.tpc_rollback):
        with pytest.raises(rs_driver.NotSupportedError):
            end("name")
    connection.tpc_begin("name")
    connection.tpc_rollback()
    ends = [sql for sql in texts(server) if sql in {"BEGIN", "COMMIT", "ROLLBACK"}]
    assert ends == ["BEGIN", "COMMIT", "BEGIN", "ROLLBACK"]


def test_what_is_not_allowed_in_two_phases(server: FakeServer, connection: Any) -> None:
    for early in (connection.tpc_prepare, connection.tpc_commit, connection.tpc_rollback):
        with pytest.raises(rs_driver.ProgrammingError, match="tpc_begin"):
            early()
    connection.tpc_begin("name")
    sent = len(server.log.frontend())
    uses: list[Callable[[], object]] = [
        connection.commit,
        connection.rollback,
        lambda: setattr(connection, "autocommit", True),
        lambda: connection.cursor().execute("commit"),
        lambda: connection.cursor().executemany("rollback", [()]),
        lambda: connection.run("begin"),
        lambda: connection.tpc_begin("other"),
        lambda: connection.tpc_commit("other"),
        lambda: connection.tpc_rollback("other"),
        connection.tpc_recover,
    ]
    for use in uses:
        with pytest.raises(rs_driver.ProgrammingError, match="inside a two-phase transaction"):
            use()
    assert len(server.log.frontend()) == sent
    connection.tpc_rollback()
    connection.run("select new")
    with pytest.raises(rs_driver.ProgrammingError, match="inside a transaction"):
        connection.tpc_begin("name")


def test_the_end_of_the_block_does_not_end_two_phases(server: FakeServer, connect: Connect) -> None:
    """What was begun is not committed by accident, and the user is told so."""
    connection = connect()
    with pytest.raises(rs_driver.ProgrammingError, match=r"commit\(\) is not possible"), connection:
        connection.tpc_begin("name")
        connection.run("select new")
    assert connection.closed
    assert "COMMIT" not in texts(server)


def test_an_exception_comes_before_that_of_two_phases(server: FakeServer, connect: Connect) -> None:
    connection = connect()
    with pytest.raises(ZeroDivisionError), connection:
        connection.tpc_begin("name")
        raise ZeroDivisionError
    assert connection.closed
    assert "COMMIT" not in texts(server)


def test_the_block_commits_after_two_phases(server: FakeServer, connect: Connect) -> None:
    with connect() as connection:
        connection.tpc_begin("name")
        connection.tpc_commit()
        connection.run("select new")
    assert texts(server)[-1] == "COMMIT"
    assert connection.closed


@pytest.mark.parametrize("error", [None, ZeroDivisionError])
def test_the_end_of_the_block_leaves_alone_what_is_prepared(
    preparing: FakeServer, connect: Connect, error: type[Exception] | None
) -> None:
    connection = connect(preparing, server="postgres")
    try:
        with connection:
            connection.tpc_begin(connection.xid(1, "a", "b"))
            connection.tpc_prepare()
            if error is not None:
                raise error
    except ZeroDivisionError:
        assert error is not None
    assert connection.closed
    assert texts(preparing)[-1] == "PREPARE TRANSACTION '1_YQ==_Yg=='"


# -- what is closed -------------------------------------------------------------------------


def uses_of_a_connection(connection: Any, cursor: Any) -> list[Callable[[], object]]:
    return [
        connection.cursor,
        lambda: connection.cursor(row_factory=dict_row),
        lambda: by_class(connection),
        connection.commit,
        connection.rollback,
        lambda: connection.run("select new"),
        lambda: connection.execute(cursor, "select new"),
        lambda: connection.tpc_begin("name"),
        connection.tpc_recover,
        lambda: connection.tpc_commit("name"),
        lambda: connection.tpc_rollback("name"),
        lambda: connection.xid(1, "a", "b"),
        lambda: connection.add_codecs(SHOUT),
        lambda: setattr(connection, "autocommit", True),
        connection.check,
        lambda: cursor.execute("select new"),
        lambda: cursor.executemany("insert into t values (%s)", [(1,)]),
        lambda: cursor.callproc("p"),
        cursor.fetchone,
        cursor.fetchmany,
        cursor.fetchall,
        lambda: cursor.scroll(0),
        cursor.nextset,
        lambda: next(iter(cursor)),
    ]


def test_a_closed_connection_is_of_no_use(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("select old; select new")
    connection.close()
    for use in uses_of_a_connection(connection, cursor):
        with pytest.raises(rs_driver.InterfaceError, match="connection is closed"):
            use()
    cursor.close()
    connection.close()


def test_a_closed_cursor_is_of_no_use(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("select old; select new")
    cursor.close()
    cursor.close()
    uses: list[Callable[[], object]] = [
        lambda: connection.execute(cursor, "select new"),
        lambda: cursor.execute("select new"),
        lambda: cursor.executemany("insert into t values (%s)", [(1,)]),
        lambda: cursor.callproc("p"),
        cursor.fetchone,
        cursor.fetchmany,
        cursor.fetchall,
        lambda: cursor.scroll(0),
        cursor.nextset,
        lambda: next(iter(cursor)),
        lambda: cursor.add_codecs(SHOUT),
    ]
    for use in uses:
        with pytest.raises(rs_driver.InterfaceError, match="cursor is closed"):
            use()
    assert (cursor.description, cursor.rowcount, cursor.rownumber) == (None, -1, None)
    assert connection.run("select new") == (("new",),)


def test_a_connection_says_what_it_is() -> None:
    with FakeServer(auth=Auth.md5({"alice": "hidden"}), policy=UNANSWERED) as server:
        server.when("select 1").returns({"n": "int4"}, [(1,)] * 50_000)
        opener = server.memory()
        connection = rs_driver.connect("alice", "dev", "hidden", transport=opener)
        where = f"<rs_driver.Connection to memory, process {connection.backend_pid}: "
        assert repr(connection) == where + "idle>"
        cursor = connection.cursor(stream=True).execute("select 1")
        assert repr(connection) == where + "in the middle of a result>"
        cursor.fetchall()
        assert repr(connection) == where + "in a transaction>"
        with pytest.raises(rs_driver.Error):
            connection.run("nonsense")
        assert repr(connection) == where + "in a failed transaction>"
        connection._state.core.busy = "a query"
        assert repr(connection) == where + "busy with a query>"
        connection._state.core.fail(rs_driver.OperationalError("lost"))
        assert repr(connection) == where + "broken>"
        connection.close()
        assert repr(connection) == where + "closed>"
