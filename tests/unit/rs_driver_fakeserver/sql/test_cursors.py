"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.query import Bind, Describe, Execute, Parse, Query, Sync
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    error,
    names,
    prepared,
    rows,
    sqlstate,
    status,
    tags,
)

THREE = "select three"
S = Sync()


@pytest.fixture(params=["redshift", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with FakeServer(policy="ignore", server=request.param) as made:
        made.when(THREE).returns({"n": "int4"}, [(1,), (2,), (3,)])
        made.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
        made.when("select 1/0").raises("22012", "division by zero")
        made.when("delete from t").completes("DELETE 0")
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


@pytest.fixture
def redshift() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when(THREE).returns({"n": "int4"}, [(1,), (2,), (3,)])
        yield made


def say(client: MemoryClient, *statements: str) -> None:
    for sql in statements:
        answer = client.say(Query(sql))
        assert "ErrorResponse" not in names(answer), answer


def test_over_a_rule(server: FakeServer, client: MemoryClient) -> None:
    rule = server.when(THREE).returns({"n": "int4"}, [(1,), (2,), (3,)])
    say(client, "begin", f"declare c cursor for {THREE}")
    assert rule.count == 0
    answer = client.say(Query("fetch 2 from c"))
    assert [field.name for field in description(answer).fields] == ["n"]
    assert rows(answer) == [(b"1",), (b"2",)]
    assert tags(answer)[0].startswith("FETCH")
    assert rows(client.say(Query("fetch forward all from c"))) == [(b"3",)]
    assert rows(client.say(Query("fetch c"))) == []
    assert rule.count == 1
    assert tags(client.say(Query("close c"))) == ["CLOSE CURSOR"]
    assert sqlstate(client.say(Query("fetch c"))) == "34000"


def test_tags(redshift: FakeServer) -> None:
    client = connected(redshift)
    say(client, "begin")
    assert tags(client.say(Query(f"declare c cursor for {THREE}"))) == ["DECLARE CURSOR"]
    assert tags(client.say(Query("fetch 2 from c"))) == ["FETCH"]
    assert tags(client.say(Query("close c"))) == ["CLOSE CURSOR"]


def test_parameters_and_formats(client: MemoryClient) -> None:
    say(client, "begin")
    flight = prepared("declare c cursor for select $1", [b"7"], oids=[23])
    assert tags(client.say(*flight)) == ["DECLARE CURSOR"]
    assert rows(client.say(*prepared("fetch all from c", results=[1]))) == [(b"\0\0\0\7",)]


def test_a_prepared_fetch_has_the_columns_of_the_moment(client: MemoryClient) -> None:
    run = [Bind("", "f", (), (), ()), Describe(b"P", ""), Execute("", 0), S]
    client.say(Parse("f", "fetch 1 from c", ()), S)
    assert sqlstate(client.say(*run)) == "34000"
    say(client, "begin", f"declare c cursor for {THREE}")
    assert rows(client.say(*run)) == [(b"1",)]
    say(client, "close c", "commit")


def test_only_in_a_transaction_block(client: MemoryClient) -> None:
    fields = error(client.say(Query(f"declare c cursor for {THREE}")))
    assert fields["C"] == "25P01"
    assert "be used in transaction blocks" in fields["M"]
    say(client, "begin", f"declare c cursor for {THREE}", "commit")
    assert sqlstate(client.say(Query("fetch c"))) == "34000"


def test_a_rule_that_is_an_error(client: MemoryClient) -> None:
    say(client, "begin")
    answer = client.say(Query("declare c cursor for select 1/0"))
    assert (sqlstate(answer), status(answer)) == ("22012", "E")


def test_a_query_that_fails_does_so_at_the_first_fetch(
    server: FakeServer, client: MemoryClient
) -> None:
    failed = SqlError("22012", "division by zero")
    server.when("select late").returns_each({"n": "int4"}, [failed])
    say(client, "begin", "declare c cursor for select late")
    assert sqlstate(client.say(Query("fetch c"))) == "22012"


def test_what_is_no_query(client: MemoryClient) -> None:
    say(client, "begin")
    assert sqlstate(client.say(Query("declare c cursor for delete from t"))) == "42601"


def test_a_rule_comes_first(server: FakeServer, client: MemoryClient) -> None:
    server.when("fetch 1 from c").returns({"n": "int4"}, [(9,)], tag="FETCH")
    assert rows(client.say(Query("fetch 1 from c"))) == [(b"9",)]


def test_the_query_may_take_its_time() -> None:
    with FakeServer(policy="ignore") as server:
        rule = server.when(THREE).delays(60).returns({"n": "int4"}, [(1,)])
        client = connected(server)
        say(client, "begin", f"declare c cursor for {THREE}")
        assert client.say(Query("fetch c")) == []
        server.clock.advance(61)
        assert rows(client.say()) == [(b"1",)]
        assert rule.count == 1


class TestPostgres:
    @pytest.fixture
    def client(self) -> Iterator[MemoryClient]:
        with FakeServer(policy="ignore", server="postgres") as made:
            made.when(THREE).returns({"n": "int4"}, [(1,), (2,), (3,)])
            yield connected(made)

    def test_several_with_one_name_each(self, client: MemoryClient) -> None:
        say(client, "begin", f"declare a cursor for {THREE}", f"declare b cursor for {THREE}")
        assert tags(client.say(Query("fetch a; fetch all b"))) == ["FETCH 1", "FETCH 3"]
        assert sqlstate(client.say(Query(f"declare a cursor for {THREE}"))) == "42P03"

    def test_they_are_portals(self, client: MemoryClient) -> None:
        say(client, "begin", f"declare a cursor for {THREE}")
        assert names(client.say(Describe(b"P", "a"), S)) == ["RowDescription", "ReadyForQuery"]
        answer = client.say(Execute("a", 2), S)
        assert (rows(answer), names(answer)[-2]) == ([(b"1",), (b"2",)], "PortalSuspended")
        client.say(Parse("", THREE, ()), Bind("p", "", (), (), ()), S)
        assert rows(client.say(Query("fetch p"))) == [(b"1",)]
        assert sqlstate(client.say(Bind("a", "", (), (), ()), S)) == "26000"

    def test_scrolling(self, client: MemoryClient) -> None:
        say(client, "begin", f"declare a cursor for {THREE}", "move all a")
        assert rows(client.say(Query("fetch backward 2 a"))) == [(b"3",), (b"2",)]
        assert tags(client.say(Query("move first a"))) == ["MOVE 1"]
        say(client, f"declare b no scroll cursor for {THREE}", "fetch b")
        fields = error(client.say(Query("fetch prior b")))
        assert (fields["C"], fields["M"]) == ("55000", "cursor can only scan forward")

    @pytest.mark.parametrize("fetch", ["last", "absolute -1"])
    def test_what_counts_from_the_end_scrolls(self, client: MemoryClient, fetch: str) -> None:
        say(client, "begin", f"declare a cursor for {THREE}")
        assert rows(client.say(Query(f"fetch {fetch} from a"))) == [(b"3",)]
        say(client, f"declare b no scroll cursor for {THREE}")
        assert rows(client.say(Query("fetch absolute 2 from b"))) == [(b"2",)]
        assert sqlstate(client.say(Query(f"fetch {fetch} from b"))) == "55000"

    def test_one_that_is_held(self, client: MemoryClient) -> None:
        say(client, "begin", f"declare a cursor with hold for {THREE}", "commit")
        assert rows(client.say(Query("fetch 2 a"))) == [(b"1",), (b"2",)]
        say(client, "begin", f"declare b cursor with hold for {THREE}", "rollback")
        assert sqlstate(client.say(Query("fetch b"))) == "34000"
        assert tags(client.say(Query("close all"))) == ["CLOSE CURSOR ALL"]
        assert sqlstate(client.say(Query("fetch a"))) == "34000"

    def test_binary_ones_are_not_there(self, client: MemoryClient) -> None:
        say(client, "begin")
        assert sqlstate(client.say(Query(f"declare a binary cursor for {THREE}"))) == "0A000"


class TestRedshift:
    def test_one_open_cursor_a_session(self, redshift: FakeServer) -> None:
        client = connected(redshift)
        say(client, "begin", f"declare a cursor for {THREE}", f"declare b cursor for {THREE}")
        say(client, "fetch a", "close a", "fetch b")
        say(client, f"declare a cursor for {THREE}")
        fields = error(client.say(Query("fetch a")))
        assert fields["C"] == "24000"
        assert fields["M"].startswith("opening multiple cursors")

    def test_forward_only(self, redshift: FakeServer) -> None:
        client = connected(redshift)
        for fetch in ("prior", "first", "last", "absolute 3", "relative 1", "backward all"):
            say(client, "begin", f"declare a scroll cursor for {THREE}", "fetch 2 a")
            assert sqlstate(client.say(Query(f"fetch {fetch} from a"))) == "55000"
            client.say(Query("rollback"))

    def test_none_outlives_its_transaction(self, redshift: FakeServer) -> None:
        client = connected(redshift)
        say(client, f"declare a cursor with hold for {THREE}")
        fields = error(client.say(Query("fetch a")))
        assert fields["C"] == "XX000"
        assert fields["M"].startswith("cursors can only be used within the transaction")

    def test_the_limit_of_a_single_node(self) -> None:
        with FakeServer(policy="ignore", fetch_limit=2) as server:
            server.when(THREE).returns({"n": "int4"}, [(1,), (2,), (3,)])
            client = connected(server)
            for sql, words in (
                ("fetch 3 a", "Fetch size 3 exceeds the limit of 2"),
                ("fetch all a", "FETCH ALL"),
            ):
                say(client, "begin", f"declare a cursor for {THREE}", "fetch 2 a")
                fields = error(client.say(Query(sql)))
                assert fields["C"] == "XX000"
                assert words in fields["M"]
                say(client, "rollback")


@pytest.mark.engine
def test_over_the_engine() -> None:
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", engine="duckdb") as server:
        client = connected(server)
        say(client, "create table t (a int)", "insert into t values (1), (2)", "begin")
        assert sqlstate(client.say(Query("declare c cursor for select * from nope"))) == "42P01"
        say(client, "rollback", "begin", "declare c cursor for select a from t order by a desc")
        assert rows(client.say(Query("fetch 5 c"))) == [(b"2",), (b"1",)]
        client.peer.eof()
