"""What hooks hear, the same from both shells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import Auth, FakeServer
from rs_driver_fakeserver.faults import Drop, ErrorMidRows, Fault, inside
from support import blocking
from support.ears import Ears, Nuisance, OnlyExecuted
from support.policies import UNANSWERED

Connect = Callable[..., Any]

LOGIN: dict[str, Any] = {"user": "alice", "password": "secret", "database": "dev"}
ROWS = [(number, "x" * 100) for number in range(2000)]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(auth=Auth.cleartext({"alice": "secret"}), policy=UNANSWERED) as found:
        found.when("select a from t").returns(["a", "b"], [(1, "x"), (2, "y")])
        found.when("select a from t where a = $1").returns(["a"], [(1,)])
        found.when("select long").returns({"n": "int4", "t": "varchar"}, ROWS)
        found.when("insert into t values ($1)").completes("INSERT 0 1")
        found.when("update t").raises("22012", "division by zero of 'value'")
        found.when("analyze").completes()
        yield found


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, server: FakeServer) -> Iterator[Connect]:
    opened: list[Any] = []
    loop = asyncio.new_event_loop()

    def connecting(*hooks: Any, **options: Any) -> Any:
        options = {**LOGIN, "transport": server.memory(), "hooks": hooks, **options}
        if request.param == "sync":
            opened.append(rs_driver.connect(**options))
        else:
            opened.append(blocking.connect(loop, **options))
        return opened[-1]

    yield connecting
    for connection in opened:
        connection.close()
    loop.close()


@pytest.fixture
def ears() -> Ears:
    return Ears()


# -- connections ----------------------------------------------------------------------------


def test_a_connection_comes_and_goes(connect: Connect, ears: Ears) -> None:
    connection = connect(ears)
    connection.close()
    connection.close()
    assert ears.names == ["connected", "closed"]
    info = ears.heard[0][1].connection
    assert (info.user, info.database, info.peer) == ("alice", "dev", "memory")
    assert (info.server, info.server_version) == ("redshift", "8.0.2")
    assert info.process_id == connection.state.core.session.process_id > 0
    assert ears.last("connected").elapsed >= 0
    assert ears.last("closed").connection is info
    assert ears.last("closed").error is None


def test_a_login_that_fails(connect: Connect, ears: Ears) -> None:
    with pytest.raises(rs_driver.OperationalError) as caught:
        connect(ears, password="wrong")
    assert ears.names == ["connect_failed"]
    event = ears.last("connect_failed")
    assert event.error is caught.value
    assert (event.connection.user, event.connection.process_id) == ("alice", 0)


def test_a_setting_that_fails(connect: Connect, ears: Ears) -> None:
    with pytest.raises(rs_driver.Error):
        connect(ears, session_settings={"server_version": "9"})
    assert ears.names == ["connect_failed"]


def test_a_connection_that_is_lost(connect: Connect, ears: Ears, server: FakeServer) -> None:
    server.when("select gone").raises("57P01", "terminated", severity="FATAL")
    connection = connect(ears)
    with pytest.raises(rs_driver.OperationalError) as caught:
        connection.run("select gone")
    connection.close()
    assert ears.names == ["connected", "executing", "closed", "failed"]
    assert ears.last("closed").error is connection.state.core.broken
    assert ears.last("failed").error is caught.value


def test_a_connection_that_is_forgotten_is_not_told_of(server: FakeServer, ears: Ears) -> None:
    """A finalizer may run in the middle of the hook itself."""
    connection = rs_driver.connect(hooks=[ears], transport=server.memory(), **LOGIN)
    with pytest.warns(ResourceWarning):
        del connection
    assert ears.names == ["connected"]


# -- statements -----------------------------------------------------------------------------


def test_a_query(connect: Connect, ears: Ears) -> None:
    connection = connect(ears)
    connection.cursor().execute("select a from t")
    assert ears.names == ["connected", "executing", "executed"]
    begun, done = ears.last("executing"), ears.last("executed")
    assert begun.connection is done.connection is ears.last("connected").connection
    assert begun.sql == done.sql == begun.excerpt == "select a from t"
    assert (begun.command, begun.parameters, begun.batch) == ("SELECT", 0, None)
    assert (done.rowcount, done.columns, done.status, done.token) == (2, 2, "SELECT", 1)
    assert done.elapsed >= 0


def test_the_text_is_the_users_and_the_parameters_are_counted(connect: Connect, ears: Ears) -> None:
    cursor = connect(ears).cursor()
    cursor.execute("select a from t where a = %s", (1,))
    assert ears.last("executed").sql == "select a from t where a = %s"
    assert ears.last("executed").parameters == 1
    cursor.paramstyle = "named"
    cursor.execute("select a from t where a = :a", {"a": 1, "b": 2})
    assert ears.last("executed").parameters == 2


def test_executemany(connect: Connect, ears: Ears) -> None:
    cursor = connect(ears).cursor()
    cursor.executemany("insert into t values (%s)", [(1,), (2,), (3,)])
    done = ears.last("executed")
    assert (done.command, done.parameters, done.batch) == ("INSERT", 1, 3)
    assert (done.rowcount, done.columns) == (3, 0)
    cursor.executemany("insert into t values (%s)", [])
    done = ears.last("executed")
    assert (done.parameters, done.batch, done.rowcount) == (0, 0, 0)


def test_run_and_callproc(connect: Connect, ears: Ears, server: FakeServer) -> None:
    server.when("CALL p($1)").completes("CALL")
    connection = connect(ears)
    connection.run("select a from t")
    connection.cursor().callproc("p", [1])
    assert [event.command for event in ears.named("executed")] == ["SELECT", "CALL"]


def test_several_statements_have_no_command(connect: Connect, ears: Ears) -> None:
    connect(ears).cursor().execute("analyze; select a from t")
    done = ears.last("executed")
    assert (done.command, done.columns, done.status) == ("", 0, "ANALYZE")


def test_a_statement_that_fails(connect: Connect, ears: Ears) -> None:
    cursor = connect(ears).cursor()
    with pytest.raises(rs_driver.DataError) as caught:
        cursor.execute("update t")
    failed = ears.last("failed")
    assert ears.names[1:] == ["executing", "failed"]
    assert failed.error is caught.value
    assert (failed.command, failed.sqlstate, failed.token) == ("UPDATE", "22012", 1)
    assert "value" not in repr(failed)


class Unsized(list[int]):
    """Arguments that cannot be counted."""

    def __len__(self) -> int:
        raise ValueError("mine")


@pytest.mark.parametrize(
    ("sql", "args"), [(5, None), ("select a from t where a = %s", 5), ("select %s", Unsized([1]))]
)
def test_what_makes_no_sense_fails_as_without_hooks(
    connect: Connect, ears: Ears, sql: Any, args: Any
) -> None:
    with pytest.raises(rs_driver.Error) as without:
        connect().cursor().execute(sql, args)
    with pytest.raises(type(without.value)) as caught:
        connect(ears).cursor().execute(sql, args)
    assert str(caught.value) == str(without.value)
    assert ears.last("failed").sqlstate is None
    assert ears.last("failed").parameters == 0


def test_what_is_refused_before_anything_is_run_is_not_told(connect: Connect, ears: Ears) -> None:
    cursor = connect(ears).cursor()
    cursor.close()
    with pytest.raises(rs_driver.InterfaceError):
        cursor.execute("select a from t")
    assert ears.names == ["connected"]


def test_the_ends_of_transactions(connect: Connect, ears: Ears) -> None:
    connection = connect(ears)
    connection.commit()
    connection.rollback()
    assert ears.names == ["connected"]  # nothing was sent
    for end in (connection.commit, connection.rollback):
        connection.run("select a from t")
        end()
    told = [(event.command, event.sql, event.columns) for event in ears.named("executed")]
    assert told[1::2] == [("COMMIT", "COMMIT", 0), ("ROLLBACK", "ROLLBACK", 0)]


def test_two_phases(connect: Connect, ears: Ears) -> None:
    connection = connect(ears)
    connection.tpc_begin("x")
    connection.run("select a from t")
    with pytest.raises(rs_driver.NotSupportedError):
        connection.tpc_prepare()
    connection.tpc_rollback()
    assert ears.last("failed").command == "PREPARE TRANSACTION"
    assert ears.last("executed").command == "ROLLBACK"


# -- long results ---------------------------------------------------------------------------


def test_a_long_result_is_told_of_twice(connect: Connect, ears: Ears) -> None:
    cursor = connect(ears, result_budget=1000).cursor()
    cursor.execute("select long")
    done = ears.last("executed")
    assert (done.rowcount, done.columns) == (-1, 2)
    assert len(cursor.fetchall()) == len(ROWS)
    assert ears.names[1:] == ["executing", "executed", "rows_read"]
    read = ears.last("rows_read")
    assert (read.rowcount, read.sql, read.token) == (len(ROWS), "select long", 1)
    assert read.elapsed >= done.elapsed


def test_a_long_result_that_makes_way(connect: Connect, ears: Ears) -> None:
    connection = connect(ears, result_budget=1000)
    cursor = connection.cursor()
    cursor.execute("select long")
    ears.clear()
    connection.run("select a from t")
    assert ears.names == ["executing", "rows_read", "executed"]
    assert ears.last("rows_read").rowcount == len(ROWS)
    assert len(cursor.fetchall()) == len(ROWS)
    assert ears.names.count("rows_read") == 1


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        (Drop(inside("DataRow", nth=1500, offset=7)), ["failed", "closed"]),
        (ErrorMidRows(after=1500, sqlstate="XX000"), ["failed"]),
    ],
    ids=["lost", "refused"],
)
def test_a_long_result_that_fails_late(
    connect: Connect, ears: Ears, server: FakeServer, fault: Fault, names: list[str]
) -> None:
    with server.fault(fault):
        cursor = connect(ears, result_budget=1000).cursor()
    cursor.execute("select long")
    ears.clear()
    with pytest.raises(rs_driver.DatabaseError) as caught:
        cursor.fetchall()
    assert ears.names == names
    failed = ears.last("failed")
    assert (type(failed.error), failed.error.args) == (type(caught.value), caught.value.args)
    assert (failed.sql, failed.token) == ("select long", 1)


# -- hooks themselves -----------------------------------------------------------------------


def test_a_hook_that_raises_does_no_harm(
    connect: Connect, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        connection = connect(Nuisance(), ears, result_budget=1000)
        for _ in range(2):
            cursor = connection.cursor()
            cursor.execute("select long")
            assert len(cursor.fetchall()) == len(ROWS)
        with pytest.raises(rs_driver.DataError):
            connection.run("update t")
        connection.rollback()
        connection.close()
    assert ears.names.count("rows_read") == 2
    assert ears.names[-1] == "closed"
    said = [record for record in caplog.records if record.name == "rs_driver.hooks"]
    assert sorted(record.getMessage().split()[0] for record in said) == [
        *("Nuisance.closed", "Nuisance.connected", "Nuisance.executed", "Nuisance.executing"),
        *("Nuisance.failed", "Nuisance.rows_read"),
    ]
    assert "a hook of the user's" in caplog.text
    assert "division by zero" not in caplog.text  # it might quote a parameter


def test_a_hook_that_raises_when_a_login_fails(connect: Connect) -> None:
    with pytest.raises(rs_driver.OperationalError, match="authentication"):
        connect(Nuisance(), password="wrong")


def test_an_interrupted_hook_leaves_the_connection_in_step(connect: Connect) -> None:
    class Interrupted:
        def executed(self, event: Any) -> None:
            raise KeyboardInterrupt

    connection = connect(Interrupted())
    with pytest.raises(KeyboardInterrupt):
        connection.run("select a from t")
    with pytest.raises(KeyboardInterrupt):
        connection.run("analyze")
    assert not connection.broken


def test_a_hook_cannot_use_the_connection_while_rows_are_read(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    class Greedy:
        connection: Any = None

        def rows_read(self, event: Any) -> None:
            self.connection.run("select a from t")

    hook = Greedy()
    options: Any = {**LOGIN, "transport": server.memory(), "result_budget": 1000}
    with rs_driver.connect(hooks=[hook], **options) as hook.connection:
        assert len(hook.connection.run("select long")) == len(ROWS)
    assert "Greedy.rows_read raised" in caplog.text


def test_one_method_is_enough(connect: Connect) -> None:
    hook = OnlyExecuted()
    connection = connect(hook)
    connection.run("select a from t")
    assert [event.token for event in hook.heard] == [None]


@pytest.mark.parametrize("hook", [5, object(), OnlyExecuted, print])
def test_what_is_no_hook(connect: Connect, hook: Any) -> None:
    with pytest.raises(rs_driver.InterfaceError, match="hooks: each is an object"):
        connect(hook)


def test_without_hooks_there_is_nobody_to_ask(connect: Connect) -> None:
    class Connections:
        def closed(self, event: Any) -> None:
            pass

    assert connect().observer is None
    assert connect(Connections()).observer is None
    assert connect(OnlyExecuted()).observer is not None
