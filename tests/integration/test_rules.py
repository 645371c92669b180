"""Rules as a driver meets them: prepared statements, transactions, time, COPY, and the verdict."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync, Terminate
from rs_driver_fakeserver import FakeServer, FakeServerError, SqlError, matching
from rs_driver_fakeserver.rules.calls import Call
from support.wire_client import connected, names, rows, sqlstate


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as made:
        yield made


def connect(server: FakeServer, user: str = "alice", **options: Any) -> rs_driver.Connection:
    login = {"user": user, "database": "dev", "autocommit": True}
    return rs_driver.connect(transport=server.memory(), **{**login, **options})


def verdict(server: FakeServer) -> str:
    """What ``verify`` says; the problems are forgiven then."""
    with pytest.raises(FakeServerError) as caught:
        server.verify()
    server.reset()
    return str(caught.value)


def asked(connection: rs_driver.Connection, sql: str, *parameters: object) -> list[Any]:
    return connection.cursor().execute(sql, parameters or None).fetchall()


class TestPreparedStatements:
    """A driver keeps them; rules come and go meanwhile."""

    def test_answers_one_after_the_other(self, server: FakeServer) -> None:
        rule = server.when("select n").returns_each(["n"], [[(n,)] for n in range(6)])
        with connect(server) as connection:
            assert [asked(connection, "select n") for _ in range(6)] == [[(n,)] for n in range(6)]
        assert rule.count == 6
        assert server.log.parses <= 2

    def test_an_older_rule_takes_over(self, server: FakeServer) -> None:
        server.when("select n where $1").returns({"n": "int4"}, [(0,)])
        server.when("select n where $1").returns({"n": "int4"}, [(1,)]).times(3)
        with connect(server) as connection:
            found = [asked(connection, "select n where %s", True) for _ in range(6)]
        assert found == [[(1,)]] * 3 + [[(0,)]] * 3

    def test_one_with_other_columns(self, server: FakeServer) -> None:
        server.when("select n").returns({"n": "varchar"}, [("x",)])
        server.when("select n").returns({"n": "int4"}, [(1,)]).times(4)
        with connect(server) as connection:
            found = [asked(connection, "select n") for _ in range(6)]
        assert found == [[(1,)]] * 4 + [[("x",)]] * 2

    def test_a_failure_and_then_rows(self, server: FakeServer) -> None:
        server.when("select n").returns_each(["n"], [[(1,)], SqlError("57014", "slow"), [(2,)]])
        with connect(server) as connection:
            assert asked(connection, "select n") == [(1,)]
            with pytest.raises(rs_driver.Error, match="slow"):
                asked(connection, "select n")
            assert asked(connection, "select n") == [(2,)]

    @pytest.mark.parametrize("sqlstate", ["42P01", "22012"])
    def test_one_failure_counts_once(self, server: FakeServer, sqlstate: str) -> None:
        server.when("select n").returns(["n"], [(1,)])
        failing = server.when("select n").raises(sqlstate, "no").once()
        with connect(server) as connection:
            with pytest.raises(rs_driver.Error, match="no"):
                asked(connection, "select n")
            assert asked(connection, "select n") == [(1,)]
        assert failing.count == 1

    def test_used_up(self, server: FakeServer) -> None:
        server.when("select n").returns(["n"], [(1,)]).times(4)
        with connect(server) as connection:
            for _ in range(4):
                asked(connection, "select n")
            with pytest.raises(rs_driver.Error, match="no rule matches"):
                asked(connection, "select n")
        assert "A rule about it is used up: <Rule select n: 4 times, came 4 times>" in (
            verdict(server)
        )


class TestParameters:
    def test_by_value_and_function(self, server: FakeServer) -> None:
        when = server.when
        when("select $1, $2", params=[1, matching.ANY]).returns(["s"], [("one",)])
        when("select $1, $2", params=lambda params: params[0] == 2).returns(["s"], [("two",)])
        with connect(server) as connection:
            assert asked(connection, "select %s, %s", 1, None) == [("one",)]
            assert asked(connection, "select %s, %s", 2, "x") == [("two",)]
            with pytest.raises(rs_driver.Error, match="no rule matches the parameters"):
                asked(connection, "select %s, %s", 3, "x")
        assert "expected [1, ANY] ($1 is 3, not 1)" in verdict(server)

    def test_of_executemany(self, server: FakeServer) -> None:
        rule = server.when("insert into t values ($1)").completes("INSERT 0 1").times(3)
        with connect(server) as connection:
            connection.cursor().executemany("insert into t values (%s)", [(1,), (2,), (3,)])
        assert [call.params for call in rule.calls] == [(1,), (2,), (3,)]

    def test_what_they_make_of_the_answer(self, server: FakeServer) -> None:
        def double(call: Call) -> object:
            (value,) = call.params
            return [(value, call.number, call.user)]

        server.when("select $1", params=[matching.ANY]).answers(
            double, {"n": "int4", "number": "int4", "user": "text"}
        )
        with connect(server) as connection:
            assert asked(connection, "select %s", 21)[0][1:] == (1, "alice")
            assert asked(connection, "select %s", 22)[0][1:] == (2, "alice")


class TestSequences:
    def test_a_transaction(self, server: FakeServer) -> None:
        with server.sequence(strict=True) as steps:
            steps.expect("begin")
            insert = steps.expect(matching.glob("insert *")).completes("INSERT 0 1")
            steps.expect("commit")
        with connect(server, autocommit=False) as connection:
            connection.cursor().execute("insert into t values (1)")
            connection.commit()
        assert insert.count == 1

    def test_one_that_was_rolled_back(self, server: FakeServer) -> None:
        with server.sequence() as steps:
            steps.expect(matching.regex("^begin"))
            steps.expect("insert into t values (1)").raises("23505", "duplicate")
            steps.expect("commit")
        with connect(server, autocommit=False) as connection:
            with pytest.raises(rs_driver.IntegrityError):
                connection.cursor().execute("insert into t values (1)")
            connection.rollback()
        assert "step 3 of 3 of a sequence, commit: should have come once" in verdict(server)

    def test_out_of_turn(self, server: FakeServer) -> None:
        with server.sequence() as steps:
            steps.expect("insert into t values (1)").completes()
            steps.expect("insert into t values (2)").completes()
        with connect(server) as connection:
            cursor = connection.cursor()
            with pytest.raises(rs_driver.Error, match=r"step 1 of 2 is due: insert into t"):
                cursor.execute("insert into t values (2)")
            cursor.execute("insert into t values (1)")
            cursor.execute("insert into t values (2)")
        assert "unmatched (connection 1): out of turn: insert into t values (2)" in verdict(server)


class TestTime:
    def test_it_passes_by_the_clock_of_the_server(self, server: FakeServer) -> None:
        rule = server.when("select n").delays(3600).returns(["n"], [(1,)]).once()
        with connect(server) as connection:
            assert asked(connection, "select n") == [(1,)]
        assert server.clock.monotonic() >= 3600
        assert rule.count == 1

    def test_of_a_commit(self, server: FakeServer) -> None:
        with server.sequence() as steps:
            steps.expect("commit").delays(60)
        with connect(server, autocommit=False) as connection:
            connection.cursor().execute("set query_group to x")
            connection.commit()
        assert server.clock.monotonic() >= 60


def test_notices(server: FakeServer) -> None:
    server.when("vacuum").replies("VACUUM", [("INFO", "loaded 3"), "done"])
    with connect(server) as connection:
        connection.cursor().execute("vacuum")
        assert [notice["M"] for notice in connection.notices] == ["loaded 3", "done"]


def test_users(server: FakeServer) -> None:
    server.when("select who()", user="alice").returns(["w"], [("A",)])
    server.when("select who()", user="bob", database="dev").returns(["w"], [("B",)])
    for user, expected in (("alice", "A"), ("bob", "B")):
        with connect(server, user) as connection:
            assert asked(connection, "select who()") == [(expected,)]
    with connect(server, "carol") as connection, pytest.raises(rs_driver.Error, match="no rule"):
        asked(connection, "select who()")
    assert "is for others: select who() (user='bob', database='dev'); this is user 'carol'" in (
        verdict(server)
    )


class TestTheVerdict:
    """Also where the code under test swallows the error."""

    def test_unmatched(self, server: FakeServer) -> None:
        server.when("select name from users").returns(["n"])
        with connect(server) as connection, pytest.raises(rs_driver.Error):
            asked(connection, "select nme from users")
        assert "select [-name-]{+nme+} from users" in verdict(server)

    def test_unmet(self, server: FakeServer) -> None:
        server.when("select 1").returns(["n"], [(1,)]).once()
        assert "unmet: select 1: should have come once, came not at all" in verdict(server)

    def test_a_predicate_that_raises(self, server: FakeServer) -> None:
        def picky(sql: str) -> bool:
            if "picky" in sql:
                raise LookupError("no such thing")
            return False

        server.when(picky).completes()
        with connect(server) as connection, pytest.raises(rs_driver.Error, match="LookupError"):
            asked(connection, "select picky")
        assert "internal (connection 1): the predicate picky of the rule about where(picky)" in (
            verdict(server)
        )


class TestOnTheWire:
    def test_describing_does_not_count_and_a_portal_in_pieces_counts_once(
        self, server: FakeServer
    ) -> None:
        rule = server.when("select n").returns(["n"], [(n,) for n in range(3)]).once()
        client = connected(server)
        client.say(Parse("s", "select n", ()), Describe(b"S", "s"), Sync())
        client.say(Bind("p", "s", (), (), ()), Describe(b"P", "p"), Close(b"P", "p"), Sync())
        assert rule.count == 0
        said = client.say(
            Bind("p", "s", (), (), ()), *[Execute("p", 1)] * 4, Close(b"S", "s"), Sync()
        )
        assert names(said).count("PortalSuspended") == 3
        assert rule.count == 1
        client.say(Terminate())

    def test_each_statement_of_a_simple_query_counts(self, server: FakeServer) -> None:
        rule = server.when("select n").returns_each(["n"], [[(1,)], [(2,)]])
        client = connected(server)
        assert rows(client.say(Query("select n; SELECT n"))) == [(b"1",), (b"2",)]
        assert rule.count == 2
        client.say(Terminate())

    def test_a_failed_transaction_runs_nothing(self, server: FakeServer) -> None:
        server.when("fail").raises("22012", "no")
        rule = server.when("select n").delays(5).returns(["n"], [(1,)])
        client = connected(server)
        client.say(Query("begin"))
        client.say(Query("fail"))
        assert sqlstate(client.say(Query("select n"))) == "25P02"
        assert (rule.count, server.clock.monotonic()) == (0, 0)
        client.say(Query("rollback"), Terminate())


class TestCopy:
    def test_what_a_client_sends(self, server: FakeServer) -> None:
        rule = server.when(matching.glob("copy t from stdin*")).copies_in(2).times(2)
        with connect(server) as connection:
            for data in (b"1\ta\n2\tb\n", b""):
                connection.cursor().execute("copy t from stdin", stream=io.BytesIO(data))
        assert rule.received == [b"1\ta\n2\tb\n", b""]

    def test_what_a_client_is_sent(self, server: FakeServer) -> None:
        server.when("copy t to stdout").copies_out("1\ta\n2\tb\n").once()
        found = io.BytesIO()
        with connect(server) as connection:
            connection.cursor().execute("copy t to stdout", stream=found)
        assert found.getvalue() == b"1\ta\n2\tb\n"

    def test_errors_after_the_data(self, server: FakeServer) -> None:
        error = SqlError("22P04", "extra data after last expected column")
        server.when("copy t from stdin").copies_in(fails_after=error)
        server.when("copy t to stdout").copies_out("1\n", fails_after=SqlError("57014", "slow"))
        with connect(server) as connection:
            cursor = connection.cursor()
            with pytest.raises(rs_driver.Error, match="extra data"):
                cursor.execute("copy t from stdin", stream=io.BytesIO(b"1\t2\n"))
            with pytest.raises(rs_driver.Error, match="slow"):
                cursor.execute("copy t to stdout", stream=io.BytesIO())
