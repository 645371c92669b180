from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.control import NoticeResponse
from rs_driver.wire.query import Query
from rs_driver.wire.startup import BackendKeyData, CancelRequest
from rs_driver_fakeserver.engine.port import Column, Result
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    error,
    names,
    prepared,
    rows,
    status,
    tags,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select 1").returns(["a"], [(1,), (None,)])
        made.when("insert into t values (1)").completes("INSERT 0 1")
        made.when("select 1/0").raises("22012", "division by zero", detail="d", hint="h")
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server)


def test_rows(client: MemoryClient) -> None:
    answer = client.say(Query("select 1"))
    assert names(answer) == [
        *("RowDescription", "DataRow", "DataRow", "CommandComplete", "ReadyForQuery")
    ]
    assert rows(answer) == [(b"1",), (None,)]
    assert description(answer).fields[0].format == 0
    assert status(answer) == "I"


@pytest.mark.parametrize("sql", ["", " ", ";", " ; ; ", "-- nothing", "/* nothing */"])
def test_nothing(client: MemoryClient, sql: str) -> None:
    assert names(client.say(Query(sql))) == ["EmptyQueryResponse", "ReadyForQuery"]


def test_several_statements(client: MemoryClient) -> None:
    answer = client.say(Query("select 1; insert into t values (1); begin; select 1;"))
    assert tags(answer) == ["SELECT", "INSERT 0 1", "BEGIN", "SELECT"]
    assert status(answer) == "T"


def test_the_rest_is_not_run_after_an_error(client: MemoryClient) -> None:
    answer = client.say(Query("insert into t values (1); select 1/0; select 1"))
    assert names(answer) == ["CommandComplete", "ErrorResponse", "ReadyForQuery"]
    assert error(answer) == {
        "S": "ERROR",
        "C": "22012",
        "M": "division by zero",
        "D": "d",
        "H": "h",
    }
    assert status(answer) == "I"


def test_a_block_in_one_query(client: MemoryClient) -> None:
    answer = client.say(Query("begin; select 1/0; rollback"))
    assert (tags(answer), status(answer)) == (["BEGIN"], "E")
    assert (tags(client.say(Query("rollback; begin; commit")))) == ["ROLLBACK", "BEGIN", "COMMIT"]


def test_backslashes_escape_on_redshift_only(server: FakeServer, client: MemoryClient) -> None:
    server.when(r"select '\'; select 1; --'").returns(["a"], [("one",)])
    assert rows(client.say(Query(r"select '\'; select 1; --'"))) == [(b"one",)]
    with FakeServer(policy="ignore", server="postgres") as postgres:
        postgres.when(r"select '\'").returns(["a"], [("two",)])
        postgres.when("select 1").returns(["a"], [("three",)])
        answer = connected(postgres).say(Query(r"select '\'; select 1; --'"))
        assert rows(answer) == [(b"two",), (b"three",)]


def test_every_statement_has_its_result(server: FakeServer, client: MemoryClient) -> None:
    server.when("select 2").returns({"b": "varchar"}, [("x",)])
    answer = client.say(Query("select 1; insert into t values (1); select 2; show timezone"))
    assert names(answer) == [
        *("RowDescription", "DataRow", "DataRow", "CommandComplete", "CommandComplete"),
        *("RowDescription", "DataRow", "CommandComplete"),
        *("RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"),
    ]
    assert rows(answer) == [(b"1",), (None,), (b"x",), (b"UTC",)]
    assert tags(answer) == ["SELECT", "INSERT 0 1", "SELECT", "SHOW"]


def test_notices_come_before_the_result(server: FakeServer, client: MemoryClient) -> None:
    server.when("copy t from 's3://b'").notices("3 loaded", severity="INFO").completes("COPY")
    server.when("select 2").notices("one", "two").returns(["b"], [(1,)])
    server.when("select 3").notices("oh").raises("22012", "no")
    answer = client.say(Query("copy t from 's3://b'; select 2; select 3"))
    assert names(answer) == [
        *("NoticeResponse", "CommandComplete", "NoticeResponse", "NoticeResponse"),
        *("RowDescription", "DataRow", "CommandComplete"),
        *("NoticeResponse", "ErrorResponse", "ReadyForQuery"),
    ]
    notices = [message.fields for message in answer if isinstance(message, NoticeResponse)]
    assert [fields["M"] for fields in notices] == ["3 loaded", "one", "two", "oh"]
    assert [fields["S"] for fields in notices] == ["INFO", "NOTICE", "NOTICE", "NOTICE"]
    assert names(client.say(*prepared("select 2")))[3:6] == [
        *("NoticeResponse", "NoticeResponse", "DataRow")
    ]


def test_a_fatal_error_ends_the_connection(server: FakeServer, client: MemoryClient) -> None:
    server.when("die").raises("57P01", "shutting down", severity="FATAL")
    answer = client.say(Query("die"))
    assert names(answer) == ["ErrorResponse"]
    assert client.peer.closed


def test_a_column_name_that_the_wire_cannot_carry(server: FakeServer, client: MemoryClient) -> None:
    from_an_engine = Result((Column("a\0b", "int4"),), (), "SELECT")
    server.script.add(Rule("select nul", None, from_an_engine))
    answer = client.say(Query("select nul"))
    assert names(answer) == ["ErrorResponse", "ReadyForQuery"]
    assert "cannot say" in error(answer)["M"]


def test_the_columns_of_what_was_cancelled_as_it_ran() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select slow").delays(60).returns(["n"], [(1,)])
        client = MemoryClient(server.memory().open_peer())
        (key,) = (message for message in client.start() if isinstance(message, BackendKeyData))
        assert client.say(Query("select slow")) == []
        other = MemoryClient(server.memory().open_peer())
        other.say(CancelRequest(key.process_id, key.secret_key))
        assert names(client.say()) == ["RowDescription", "ErrorResponse", "ReadyForQuery"]
