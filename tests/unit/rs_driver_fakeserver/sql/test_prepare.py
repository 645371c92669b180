from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.prepare import Execution, Prepare, parse
from support.wire_client import (
    MemoryClient,
    connected,
    error,
    names,
    prepared,
    rows,
    sqlstate,
    status,
    tags,
)

S = Sync()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("prepare a as select 1", Prepare("a", (), "select 1")),
        (
            'PREPARE "A""b" (int, numeric(10, 2)) AS /* x */ SELECT $1;',
            Prepare('A"b', ("int", "numeric ( 10 , 2 )"), "/* x */ SELECT $1;"),
        ),
        ("prepare A () as select 1", Prepare("a", (), "select 1")),
        ("execute a", Execution("a", ())),
        ("execute a()", Execution("a", ())),
        (
            "EXECUTE A (1, -2.5, 'it''s', NULL, true, E'a\\'b', $$x$$, '1'::int)",
            Execution("a", ("1", "-2.5", "it's", None, "true", "a'b", "x", "1")),
        ),
        ("prepare transaction 'x'", None),
        ("prepare a", None),
        ("prepare a (int) select 1", None),
        ("prepare a (int as select 1", None),
        ("execute", None),
        ("execute 'a'", None),
        ("execute a 1", None),
        ("execute a (1", None),
    ],
)
def test_parsing(sql: str, expected: object) -> None:
    assert parse(sql, backslashes=False) == expected


def test_backslashes() -> None:
    sql = r"execute a ('\'x', 1)"
    assert parse(sql, backslashes=True) == Execution("a", ("'x", "1"))


@pytest.mark.parametrize("argument", ["now()", "1 + 1", "", "-'a'", "-null", "-true", "$1", "b"])
def test_only_literals(argument: str) -> None:
    with pytest.raises(SqlError, match="0A000: the fake server takes only literals"):
        parse(f"execute a (1, {argument})", backslashes=False)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
        made.when("insert into t values (1)").completes("INSERT 0 1")
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


def test_prepare_and_execute(client: MemoryClient) -> None:
    assert tags(client.say(Query("prepare a (int) as select $1"))) == ["PREPARE"]
    answer = client.say(Query("execute a (7)"))
    assert (rows(answer), tags(answer)) == ([(b"7",)], ["SELECT"])
    assert rows(client.say(*prepared("execute a ('7')", results=[1]))) == [(b"\0\0\0\7",)]
    answer = client.say(Parse("x", "execute a (7)", ()), Describe(b"S", "x"), S)
    assert names(answer)[1:3] == ["ParameterDescription", "RowDescription"]
    assert sqlstate(client.say(Query("prepare a (int) as select $1"))) == "42P05"
    assert tags(client.say(Query("deallocate a"))) == ["DEALLOCATE"]
    assert sqlstate(client.say(Query("execute a (7)"))) == "26000"
    assert sqlstate(client.say(*prepared("execute a (7)"))) == "26000"


def test_without_rows(client: MemoryClient) -> None:
    answer = client.say(*prepared("prepare a as insert into t values (1)"))
    assert names(answer)[2:4] == ["NoData", "CommandComplete"]
    assert tags(client.say(Query("execute a"))) == ["INSERT 0 1"]


def test_the_names_are_those_of_the_protocol(server: FakeServer, client: MemoryClient) -> None:
    client.say(Parse("wire", "select $1", (23,)), S)
    assert rows(client.say(Query("execute wire (7)"))) == [(b"7",)]
    client.say(Query("prepare text (int) as select $1"))
    assert server.log.statements == {1: {"wire", "text"}}
    answer = client.say(Bind("", "text", (), (b"7",), ()), Execute("", 0), S)
    assert rows(answer) == [(b"7",)]
    client.say(Close(b"S", "text"), S)
    assert sqlstate(client.say(Query("execute text (7)"))) == "26000"


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("execute a", "42601"),
        ("execute a (1, 2)", "42601"),
        ("execute a ('x')", "22P02"),
        ("execute a (now())", "0A000"),
        ("execute a (8)", "XX000"),
        ("prepare b (nonsense) as select $1", "42704"),
        ("prepare b as nothing", "XX000"),
        ("prepare transaction 'x'", "42601"),
    ],
)
def test_errors(client: MemoryClient, sql: str, state: str) -> None:
    client.say(Query("prepare a (int) as select $1"))
    assert sqlstate(client.say(Query(sql))) == state


def test_how_many_arguments(client: MemoryClient) -> None:
    client.say(Query("prepare a (int) as select $1"))
    fields = error(client.say(Query("execute a")))
    assert fields["M"] == 'wrong number of parameters for prepared statement "a"'
    assert fields["D"] == "Expected 1 parameters but got 0."


def test_in_a_failed_transaction(client: MemoryClient) -> None:
    client.say(Query("prepare a (int) as select $1"))
    client.say(Query("begin"))
    client.say(Query("nothing"))
    for sql in (
        *("execute a (7)", "prepare b (int) as select $1"),
        *("execute unknown", "prepare a as select 1"),
    ):
        answer = client.say(Query(sql))
        assert (sqlstate(answer), status(answer)) == ("25P02", "E")


def test_a_rule_comes_first(server: FakeServer, client: MemoryClient) -> None:
    server.when("prepare a as select 1").raises("0A000", "no")
    server.when("execute a").returns(["x"], [("mine",)])
    assert sqlstate(client.say(Query("prepare a as select 1"))) == "0A000"
    assert rows(client.say(Query("execute a"))) == [(b"mine",)]


@pytest.mark.engine
def test_on_the_engine() -> None:
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", engine="duckdb") as server:
        client = connected(server)
        client.say(Query("create table t (a int, b date)"))
        client.say(Query("prepare ins as insert into t values ($1, $2)"))
        assert tags(client.say(Query("execute ins (1, '2024-02-29')"))) == ["INSERT 0 1"]
        client.say(Query("prepare sel (int) as select * from t where a = $1"))
        assert rows(client.say(Query("execute sel (1)"))) == [(b"1", b"2024-02-29")]
        client.say(Query("alter table t add column c int"))
        assert sqlstate(client.say(Query("execute sel (1)"))) == "0A000"
        client.say(Query("drop table t"))
        assert sqlstate(client.say(Query("execute sel (1)"))) == "42P01"
        client.peer.eof()
