"""Statements that outlive their tables are in TestChanges, with the embedded engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.prepared import Statement, Statements, check_types
from rs_driver_fakeserver.protocol.results import Shape
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.epoch import Epoch
from rs_driver_fakeserver.values.types import resolve
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    error,
    names,
    rows,
    sqlstate,
    status,
)

S = Sync()
RUN = [Bind("", "a", (), (), ()), Execute("", 0), S]


def statement(sql: str = "select 1") -> Statement:
    return Statement(sql, (), (), None, Epoch(0, 0))


class TestNames:
    def test_only_the_unnamed_one_is_replaced(self) -> None:
        statements = Statements()
        statements.add("", statement("one"))
        statements.add("", statement("two"))
        assert statements.get("").sql == "two"
        statements.add("a", statement())
        with pytest.raises(SqlError, match='42P05: prepared statement "a" already exists'):
            statements.add("a", statement())

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("", "26000: unnamed prepared statement does not exist"),
            ("a", '26000: prepared statement "a" does not exist'),
        ],
    )
    def test_unknown_names(self, name: str, message: str) -> None:
        statements = Statements()
        statements.close(name)
        with pytest.raises(SqlError, match=message):
            statements.get(name)
        with pytest.raises(SqlError, match=message):
            statements.deallocate(name)

    def test_every_change_is_reported(self) -> None:
        reports: list[tuple[str, bool]] = []
        statements = Statements(lambda name, there: reports.append((name, there)))
        statements.add("a", statement())
        statements.add("b", statement())
        statements.close("x")
        statements.close("a")
        statements.deallocate("b")
        statements.add("c", statement())
        statements.deallocate(None)
        statements.add("", statement())
        statements.deallocate(None)
        assert statements.get("") is not None
        assert reports == [
            *(("a", True), ("b", True), ("a", False)),
            *(("b", False), ("c", True), ("c", False), ("", True)),
        ]


def test_types_count_and_names_do_not() -> None:
    one, two = (Shape((name,), (resolve("int4"),)) for name in "ab")
    check_types(one, two)
    check_types(None, None)
    wide = Shape(("a",), (resolve("varchar(20)"),))
    for now in (None, wide, Shape(("a",), (resolve("varchar(21)"),))):
        with pytest.raises(SqlError, match="0A000: cached plan must not change result type"):
            check_types(one if now is wide else wide, now)


def say(client: MemoryClient, *statements: str) -> None:
    for sql in statements:
        answer = client.say(Query(sql))
        assert not any(isinstance(message, ErrorResponse) for message in answer), answer


def prepare(client: MemoryClient, sql: str) -> None:
    assert names(client.say(Parse("a", sql, ()), S)) == ["ParseComplete", "ReadyForQuery"]


@pytest.mark.engine
class TestChanges:
    @pytest.fixture
    def clients(self) -> Iterator[Sequence[MemoryClient]]:
        pytest.importorskip("duckdb")
        with FakeServer(policy="ignore", engine="duckdb", server="postgres") as server:
            made = [connected(server) for _ in range(2)]
            say(made[0], "create table t (a int)", "insert into t values (1)")
            yield made
            for client in made:
                client.peer.eof()

    @pytest.mark.parametrize("who", [0, 1])
    def test_a_new_column(self, clients: Sequence[MemoryClient], who: int) -> None:
        client = clients[0]
        prepare(client, "select * from t")
        assert rows(client.say(*RUN)) == [(b"1",)]
        say(clients[who], "alter table t add column b date")
        for _ in range(2):
            answer = client.say(*RUN)
            assert names(answer) == ["ErrorResponse", "ReadyForQuery"]  # before BindComplete
            fields = error(answer)
            assert (fields["C"], fields["M"], fields["R"]) == (
                "0A000",
                "cached plan must not change result type",
                "RevalidateCachedQuery",
            )
            assert fields["D"] == "It was prepared to return (a int4), now it is (a int4, b date)."
        assert sqlstate(client.say(Describe(b"S", "a"), S)) == "0A000"
        client.say(Close(b"S", "a"), S)
        prepare(client, "select * from t")
        assert rows(client.say(*RUN)) == [(b"1", None)]

    def test_another_type_and_another_name(self, clients: Sequence[MemoryClient]) -> None:
        one, two = clients
        prepare(one, "select * from t")
        say(two, "alter table t alter a type varchar")
        assert sqlstate(one.say(*RUN)) == "0A000"
        say(two, "alter table t alter a type int")
        assert rows(one.say(*RUN)) == [(b"1",)]
        say(two, "alter table t rename column a to b")
        assert sqlstate(one.say(*RUN)) == "0A000"

    def test_what_does_not_matter(self, clients: Sequence[MemoryClient]) -> None:
        one, two = clients
        prepare(one, "select a from t")
        say(two, "create table other (x int)", "alter table t add column b date")
        assert rows(one.say(*RUN)) == [(b"1",)]
        assert rows(one.say(*RUN)) == [(b"1",)]

    def test_a_table_that_is_gone(self, clients: Sequence[MemoryClient]) -> None:
        one, two = clients
        prepare(one, "select a from t")
        say(two, "drop table t")
        assert sqlstate(one.say(*RUN)) == "42P01"
        say(two, "create table t (a int)", "insert into t values (2)")
        assert rows(one.say(*RUN)) == [(b"2",)]
        say(two, "alter table t rename column a to b")
        assert sqlstate(one.say(*RUN)) == "42703"

    def test_a_change_counts_for_others_once_it_is_committed(
        self, clients: Sequence[MemoryClient]
    ) -> None:
        one, two = clients
        prepare(one, "select * from t")
        say(two, "begin", "alter table t add column b date")
        assert rows(one.say(*RUN)) == [(b"1",)]
        say(two, "commit")
        assert sqlstate(one.say(*RUN)) == "0A000"

    def test_a_change_that_is_rolled_back(self, clients: Sequence[MemoryClient]) -> None:
        one = clients[0]
        prepare(one, "select * from t")
        say(one, "begin", "alter table t add column b date")
        answer = one.say(*RUN)
        assert (sqlstate(answer), status(answer)) == ("0A000", "E")
        say(one, "rollback")
        assert rows(one.say(*RUN)) == [(b"1",)]

    def test_a_transaction_that_began_before_sees_what_was(
        self, clients: Sequence[MemoryClient]
    ) -> None:
        one, two = clients
        prepare(one, "select * from t")
        say(one, "begin", "select * from t")
        say(two, "alter table t add column b date")
        assert rows(one.say(*RUN)) == [(b"1",)]
        say(one, "commit")
        assert sqlstate(one.say(*RUN)) == "0A000"

    def test_statements_without_rows(self, clients: Sequence[MemoryClient]) -> None:
        one, two = clients
        prepare(one, "delete from t")
        say(two, "alter table t add column b date")
        assert names(one.say(*RUN))[1] == "CommandComplete"
        say(two, "drop table t")
        assert sqlstate(one.say(*RUN)) == "42P01"


@pytest.mark.engine
def test_one_text_for_parameters_of_several_types() -> None:
    """Each statement keeps to its own description."""
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", engine="duckdb") as server:
        client = connected(server, client_protocol_version="2")
        oids = {"int8": 20, "int4": 23, "date": 1082, "unknown": 705, "numeric": 1700}
        values = {"date": b"2024-02-29"}
        for name, oid in oids.items():
            client.say(Parse(name, "select $1 as x", (oid,)), S)
        for name, oid in oids.items():
            value = values.get(name, b"5")
            flight = [Bind("", name, (), (value,), ()), Describe(b"P", ""), Execute("", 0), S]
            answer = client.say(*flight)
            (field,) = description(answer).fields
            assert field.type_oid == (oid if oid != 705 else 1043)
            assert rows(answer) == [(b"5.0000000000" if name == "numeric" else value,)]
        client.say(Query("create table t (n numeric(9,2))"), Query("insert into t values (1)"))
        client.say(Parse("open", "select n + $1 as x from t", ()), S)
        client.say(Query("create table u (a int)"))  # so that it is described anew
        answer = client.say(Bind("", "open", (), (b"0.5",), ()), Execute("", 0), S)
        assert rows(answer) == [(b"1.5",)]  # as text, as nobody could say what $1 is
        client.peer.eof()


class TestRules:
    def test_a_rule_with_other_columns(self) -> None:
        with FakeServer(policy="ignore") as server:
            server.when("select 1").returns({"a": "int4"}, [(1,)])
            client = connected(server)
            prepare(client, "select 1")
            server.when("select 1").returns({"other": "int4"}, [(2,)])
            assert rows(client.say(*RUN)) == [(b"2",)]  # only the types count
            server.when("select 1").returns({"a": "text"}, [("x",)])
            answer = client.say(*RUN)
            assert names(answer) == ["ErrorResponse", "ReadyForQuery"]
            assert error(answer)["R"] == "RevalidateCachedQuery"
            server.when("select 1").raises("57014", "cancelled")
            answer = client.say(*RUN)
            assert names(answer)[0] == "BindComplete"
            assert sqlstate(answer) == "57014"

    def test_a_rule_for_other_parameters(self) -> None:
        with FakeServer(policy="ignore") as server:
            server.when("select $1", params=[1]).returns({"a": "int4"}, [(1,)])
            client = connected(server)
            client.say(Parse("a", "select $1", (23,)), S)
            server.when("select $1", params=[2]).returns({"a": "text"}, [("x",)])
            answer = client.say(Bind("", "a", (), (b"1",), ()), Execute("", 0), S)
            assert rows(answer) == [(b"1",)]
            assert sqlstate(client.say(Bind("", "a", (), (b"2",), ()), S)) == "0A000"
            assert sqlstate(client.say(Describe(b"S", "none"), S)) == "26000"
            assert names(client.say(Describe(b"S", "a"), S))[0] == "ParameterDescription"
