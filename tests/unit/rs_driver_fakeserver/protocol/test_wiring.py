"""What the parts do together is tested with each of them."""

from __future__ import annotations

from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import connected, rows, tags


def test_each_family_is_there() -> None:
    with FakeServer(policy="ignore", server="postgres", two_phase=True) as server:
        server.when("select 1").returns(["n"], [(1,)])
        client = connected(server)
        for sql, last in (
            ("begin; declare c cursor for select 1; fetch c; close c; rollback", "ROLLBACK"),
            ("begin; savepoint s; rollback to s; release s; commit", "COMMIT"),
            ("listen a; notify a; unlisten a", "UNLISTEN"),
            ("begin; prepare transaction 'x'", "PREPARE TRANSACTION"),
        ):
            assert tags(client.say(Query(sql)))[-1] == last
        assert rows(client.say(Query("select gid from pg_prepared_xacts"))) == [(b"x",)]


def test_rules_know_who_asks() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select 1", user="alice", database="prod").returns(["n"], [(1,)])
        client = connected(server, "alice", database="prod")
        assert rows(client.say(Query("select 1"))) == [(b"1",)]
        (call,) = server.script.rules[0].calls
        assert call.connection == 1
