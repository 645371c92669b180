"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rs_driver import oids
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.results import ParameterDescription
from rs_driver_fakeserver.engine.port import Column
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

FIVE = "select five"
S = Sync()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when(FIVE).returns(["n"], [(n,) for n in range(1, 6)])
        made.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
        made.when("insert into t values ($1)").completes("INSERT 0 1")
        made.when("selec").raises("42601", "syntax error")
        made.when("select 1/0").raises("22012", "division by zero")
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


def numbers(messages: Sequence[object]) -> list[int]:
    return [int(value or b"") for (value,) in rows(messages)]


def test_one_flight(client: MemoryClient) -> None:
    answer = client.say(*prepared("select $1", [b"\0\0\0\7"], oids=[23], formats=[1], results=[1]))
    assert names(answer) == [
        *("ParseComplete", "BindComplete", "RowDescription"),
        *("DataRow", "CommandComplete", "ReadyForQuery"),
    ]
    assert rows(answer) == [(b"\0\0\0\7",)]
    assert description(answer).fields[0].format == 1
    assert tags(answer) == ["SELECT"]


def test_nothing_comes_before_sync_or_flush(client: MemoryClient) -> None:
    assert client.say(*prepared(FIVE)[:-1]) == []
    assert len(client.say(Flush())) == 9
    assert names(client.say(S)) == ["ReadyForQuery"]


def test_an_error_does_not_wait_for_sync(client: MemoryClient) -> None:
    assert names(client.say(Parse("", "selec", ()))) == ["ErrorResponse"]


def test_formats_a_column(server: FakeServer, client: MemoryClient) -> None:
    server.when("select two").returns({"a": "int4", "b": "int4"}, [(1, 1)])
    answer = client.say(*prepared("select two", results=[1, 0]))
    assert rows(answer) == [(b"\0\0\0\1", b"1")]
    assert [field.format for field in description(answer).fields] == [1, 0]
    assert sqlstate(client.say(*prepared("select two", results=[1, 0, 1]))) == "08P01"
    assert sqlstate(client.say(*prepared("select two", results=[7]))) == "22023"


def test_a_portal_is_described_in_the_formats_asked_for(
    server: FakeServer, client: MemoryClient
) -> None:
    server.when("select three").returns(["a", "b", "c"], [(1, 2, 3)])
    client.say(Parse("s", "select three", ()), S)
    for asked, expected in (((), [0, 0, 0]), ((1,), [1, 1, 1]), ((0, 1, 0), [0, 1, 0])):
        answer = client.say(Bind("", "s", (), (), asked), Describe(b"P", ""), Execute("", 0), S)
        assert [field.format for field in description(answer).fields] == expected
        widths = [len(value or b"") for value in rows(answer)[0]]
        assert widths == [4 if code else 1 for code in expected]
    fields = error(client.say(Bind("", "s", (), (), (0, 0)), S))
    assert fields["C"] == "08P01"
    assert fields["M"] == "bind message has 2 result formats but query has 3 columns"


def test_a_type_that_has_no_binary_form(server: FakeServer, client: MemoryClient) -> None:
    server.when("select s").returns({"s": "super"}, [({},)])
    fields = error(client.say(*prepared("select s", results=[1])))
    assert fields["C"] == "42883"
    assert fields["M"] == "no binary output function available for type super"


@pytest.mark.parametrize("forget", ["deallocate a", "deallocate all", "discard all"])
def test_a_statement_that_was_forgotten(client: MemoryClient, forget: str) -> None:
    client.say(Parse("a", FIVE, ()), S)
    assert numbers(client.say(Bind("", "a", (), (), ()), Execute("", 0), S)) == [1, 2, 3, 4, 5]
    client.say(Query(forget))
    answer = client.say(Bind("", "a", (), (), ()), Execute("", 0), S)
    assert names(answer) == ["ErrorResponse", "ReadyForQuery"]
    assert sqlstate(answer) == "26000"
    assert names(client.say(Parse("a", FIVE, ()), S))[0] == "ParseComplete"


def test_describe_a_statement(client: MemoryClient) -> None:
    answer = client.say(Parse("a", "select $1", (0,)), Describe(b"S", "a"), S)
    assert ParameterDescription((oids.INT4,)) in answer
    assert description(answer).fields[0].format == 0
    answer = client.say(Parse("b", "insert into t values ($1)", ()), Describe(b"S", "b"), S)
    assert names(answer)[1:3] == ["ParameterDescription", "NoData"]


def test_named_statements_stay(client: MemoryClient) -> None:
    client.say(Parse("a", FIVE, ()), S)
    for _ in range(2):
        answer = client.say(Bind("", "a", (), (), ()), Execute("", 0), S)
        assert numbers(answer) == [1, 2, 3, 4, 5]
    assert sqlstate(client.say(Parse("a", FIVE, ()), S)) == "42P05"
    client.say(Close(b"S", "a"), S)
    assert sqlstate(client.say(Bind("", "a", (), (), ()), S)) == "26000"


def test_the_unnamed_statement_is_replaced(client: MemoryClient) -> None:
    client.say(Parse("", FIVE, ()), S)
    client.say(Parse("", "insert into t values ($1)", ()), S)
    assert sqlstate(client.say(Bind("", "", (), (), ()), S)) == "08P01"
    client.say(Query(FIVE))
    assert sqlstate(client.say(Bind("", "", (), (b"1",), ()), S)) == "26000"
    client.say(Parse("", FIVE, ()), S)
    client.say(Parse("", "selec", ()), S)
    assert sqlstate(client.say(Bind("", "", (), (), ()), S)) == "26000"


def test_portals_are_suspended(client: MemoryClient) -> None:
    answer = client.say(
        Parse("", FIVE, ()),
        Bind("p", "", (), (), ()),
        *(Execute("p", 2), Execute("p", 2), Execute("p", 2), Execute("p", 2)),
        S,
    )
    assert numbers(answer) == [1, 2, 3, 4, 5]
    assert names(answer).count("PortalSuspended") == 2
    assert tags(answer) == ["SELECT", "SELECT"]


def test_redshift_limits_named_portals_only(client: MemoryClient) -> None:
    answer = client.say(Parse("", FIVE, ()), Bind("", "", (), (), ()), Execute("", 2), S)
    assert (numbers(answer), tags(answer)) == ([1, 2, 3, 4, 5], ["SELECT"])
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when(FIVE).returns(["n"], [(n,) for n in range(5)])
        answer = connected(server).say(
            Parse("", FIVE, ()), Bind("", "", (), (), ()), Execute("", 2), S
        )
        assert numbers(answer) == [0, 1]


@pytest.mark.parametrize(
    ("message", "tag"), [(Parse("x", FIVE, ()), "P"), (Query(FIVE), "Q"), (Query("rollback"), "Q")]
)
def test_redshift_takes_nothing_new_beside_a_suspended_portal(
    client: MemoryClient, message: Parse | Query, tag: str
) -> None:
    client.say(Query("begin"))
    client.say(Parse("a", FIVE, ()), Bind("p", "a", (), (), ()), Execute("p", 2), S)
    answer = client.say(message, S)
    fields = error(answer)
    assert (fields["C"], fields["M"], fields["R"]) == (
        "XX000",
        f"Invalid protocol sequence '{tag}' while in PortalSuspended state.",
        "pg_throw",
    )
    assert status(answer) == "E"


def test_what_ends_the_suspension(client: MemoryClient) -> None:
    """That the portal is closed, that it is run to its end, that something fails."""
    client.say(Query("begin"), Parse("a", FIVE, ()), S)
    portal = [Bind("p", "a", (), (), ()), Execute("p", 2)]
    assert numbers(client.say(*portal, Close(b"P", "p"), Parse("b", FIVE, ()), S)) == [1, 2]
    answer = client.say(*portal, Execute("p", 0), Parse("c", FIVE, ()), S)
    assert numbers(answer) == [1, 2, 3, 4, 5]
    assert names(answer)[-2:] == ["ParseComplete", "ReadyForQuery"]
    client.say(Close(b"P", "p"), *portal, S)
    assert sqlstate(client.say(Query(FIVE))) == "XX000"
    assert tags(client.say(Query("rollback"))) == ["ROLLBACK"]


def test_a_portal_that_vanishes() -> None:
    with FakeServer(policy="ignore", vanishing_portals=True) as server:
        server.when(FIVE).returns(["n"], [(n,) for n in range(5)])
        client = connected(server)
        client.say(Query("begin"))
        client.say(Parse("a", FIVE, ()), Bind("p", "a", (), (), ()), S)
        assert numbers(client.say(Execute("p", 2), Execute("p", 1), S)) == [0, 1, 2]
        fields = error(client.say(Execute("p", 2), S))
        assert (fields["C"], fields["M"]) == ("34000", 'portal "p" does not exist')


def test_postgres_counts_the_last_rows_only() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when(FIVE).returns(["n"], [(n,) for n in range(5)])
        flight = [Parse("", FIVE, ()), Bind("", "", (), (), ()), Execute("", 3), Execute("", 3), S]
        assert tags(connected(server).say(*flight)) == ["SELECT 2"]


def test_several_portals_in_a_transaction(client: MemoryClient) -> None:
    client.say(Query("begin"))
    client.say(Parse("a", FIVE, ()), Bind("p", "a", (), (), ()), Bind("q", "a", (), (), ()), S)
    assert numbers(client.say(Execute("p", 2), S)) == [1, 2]
    fields = error(client.say(Execute("q", 3), S))
    assert (fields["C"], fields["R"]) == ("XX000", "pg_throw")
    assert fields["M"] == (
        "Received protocol request 'E' for portal 'q' while in PortalSuspended state "
        "for portal 'p'."
    )


def test_several_portals_in_a_transaction_of_postgres() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when(FIVE).returns(["n"], [(n,) for n in range(1, 6)])
        client = connected(server)
        client.say(Query("begin"))
        client.say(Parse("a", FIVE, ()), Bind("p", "a", (), (), ()), Bind("q", "a", (), (), ()), S)
        assert numbers(client.say(Execute("p", 2), S)) == [1, 2]
        assert numbers(client.say(Execute("q", 3), S)) == [1, 2, 3]
        assert numbers(client.say(Execute("p", 2), S)) == [3, 4]
        answer = client.say(Bind("p", "a", (), (), ()), S)
        assert (sqlstate(answer), status(answer)) == ("42P03", "E")
        client.say(Query("rollback"))
        assert sqlstate(client.say(Execute("q", 3), S)) == "34000"


def test_portals_end_with_the_group(client: MemoryClient) -> None:
    client.say(Parse("a", FIVE, ()), Bind("p", "a", (), (), ()), Execute("p", 2), S)
    assert sqlstate(client.say(Execute("p", 2), S)) == "34000"


def test_closing_what_is_not_there(client: MemoryClient) -> None:
    answer = client.say(Close(b"S", "x"), Close(b"P", "x"), Close(b"S", ""), S)
    assert names(answer) == ["CloseComplete"] * 3 + ["ReadyForQuery"]


def test_after_an_error_everything_is_skipped_up_to_sync(client: MemoryClient) -> None:
    answer = client.say(
        Parse("", "select 1/0", ()),
        *prepared(FIVE)[1:-1],
        Query(FIVE),
        Flush(),
        Close(b"S", "x"),
        Parse("late", FIVE, ()),
        S,
    )
    assert names(answer) == [
        "ParseComplete",
        "BindComplete",
        "NoData",
        "ErrorResponse",
        "ReadyForQuery",
    ]
    assert sqlstate(client.say(Bind("", "late", (), (), ()), S)) == "26000"


def test_two_commands_cannot_be_prepared(client: MemoryClient) -> None:
    fields = error(client.say(Parse("", f"{FIVE}; {FIVE}", ()), S))
    assert fields["C"] == "42601"
    assert fields["M"] == "cannot insert multiple commands into a prepared statement"
    assert names(client.say(Parse("", f"{FIVE};", ()), S))[0] == "ParseComplete"


def test_an_empty_statement(client: MemoryClient) -> None:
    answer = client.say(*prepared(" -- nothing"))
    assert names(answer)[2:4] == ["NoData", "EmptyQueryResponse"]


def test_a_statement_without_rows_runs_once(client: MemoryClient) -> None:
    flight = prepared("insert into t values ($1)", [b"1"])
    answer = client.say(*flight[:-1], Execute("", 0), S)
    assert tags(answer) == ["INSERT 0 1"]
    assert sqlstate(answer) == "55000"


def test_parameters(client: MemoryClient) -> None:
    sql = "select $1"
    assert rows(client.say(*prepared(sql, [b"7"], oids=[23]))) == [(b"7",)]
    assert rows(client.say(*prepared(sql, [b"7"], oids=[705]))) == [(b"7",)]
    assert rows(client.say(*prepared(sql, [b"\0\7"], oids=[21], formats=[1]))) == [(b"7",)]
    assert sqlstate(client.say(*prepared(sql, [b"8"], oids=[23]))) == "XX000"
    assert sqlstate(client.say(*prepared(sql, [None], oids=[23]))) == "XX000"
    assert sqlstate(client.say(*prepared(sql, [b"x"], oids=[23]))) == "22P02"
    assert sqlstate(client.say(*prepared(sql, [b"7"], oids=[23], formats=[0, 0]))) == "08P01"
    assert sqlstate(client.say(*prepared(sql, [], oids=[23]))) == "08P01"


def test_a_result_that_is_not_as_described(server: FakeServer, client: MemoryClient) -> None:
    client.say(Parse("a", FIVE, ()), S)
    server.when(FIVE).returns([Column("n", "text")], [("x",)])
    fields = error(client.say(Bind("", "a", (), (), ()), Execute("", 0), S))
    assert fields["C"] == "0A000"
    assert fields["M"] == "cached plan must not change result type"
    assert fields["D"] == "It was prepared to return (n int4), now it is (n text)."
    server.when(FIVE).completes("SELECT")
    answer = client.say(Bind("", "a", (), (), ()), Execute("", 0), S)
    assert "no rows" in error(answer)["D"]


def test_the_extended_description(server: FakeServer) -> None:
    client = connected(server, client_protocol_version="2")
    answer = client.say(*prepared(FIVE))
    assert description(answer).protocol_version == 2
    assert numbers(answer) == [1, 2, 3, 4, 5]


def test_redshifts_numeric_in_binary(server: FakeServer) -> None:
    server.when("select n").returns({"n": "numeric(10,2)"}, [("12.34",)])
    for version, expected in (("2", "00000000000004d2"), ("1", "0002000000000002000c0d48")):
        client = connected(server, client_protocol_version=version)
        assert rows(client.say(*prepared("select n", results=[1]))) == [(bytes.fromhex(expected),)]
