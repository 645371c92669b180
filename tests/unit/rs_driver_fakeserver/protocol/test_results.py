from __future__ import annotations

import pytest

from rs_driver.wire.query import Execute, Query, Sync
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.engine.port import Column, Result, SqlError
from rs_driver_fakeserver.protocol.results import shape, spread
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import connected, error, names, rows, status, tags

COLUMNS = (Column("n", "numeric(10,2)"), Column("s", "varchar(20)"))


def test_row_description() -> None:
    dialect = Dialect("redshift", 2)
    message = shape(COLUMNS, dialect).row_description((1, 0), dialect)
    assert message.protocol_version == 2
    assert message.fields == (
        FieldDescription("n", 0, 0, 1700, 8, 0x000A0006, 1),
        FieldDescription("s", 0, 0, 1043, -1, 24, 0),
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((), (0, 0, 0)), ((1,), (1, 1, 1)), ((0, 1, 0), (0, 1, 0))],
)
def test_spread(codes: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert spread(codes, 3) == expected


def test_formats_must_fit_the_columns() -> None:
    found = shape(COLUMNS, Dialect())
    assert found.formats((1,)) == (1, 1)
    with pytest.raises(SqlError) as caught:
        found.formats((0, 1, 0))
    assert caught.value.sqlstate == "08P01"


def test_a_column_of_an_unknown_type() -> None:
    with FakeServer(policy="ignore") as server:
        nonsense = Result((Column("a", "nonsense"),), (), "SELECT")
        server.script.add(Rule("select 1", None, nonsense))
        assert error(connected(server).say(Query("select 1")))["C"] == "42704"


@pytest.mark.parametrize(("kind", "tag"), [("redshift", "SELECT"), ("postgres", "SELECT 1200")])
def test_many_rows_and_the_tag(kind: str, tag: str) -> None:
    with FakeServer(policy="ignore", server=kind) as server:  # type: ignore[arg-type]  # a parameter
        server.when("select many").returns(["n"], [(n,) for n in range(1200)])
        answer = connected(server).say(Query("select many"))
        assert [int(value or b"") for (value,) in rows(answer)] == list(range(1200))
        assert tags(answer) == [tag]


def test_good_rows_come_before_the_error() -> None:
    with FakeServer(policy="ignore") as server:
        unsound = (*[(n,) for n in range(700)], (99999,))
        bad = Result((Column("n", "int2"),), unsound, "SELECT")
        server.script.add(Rule("select bad", None, bad))
        client = connected(server)
        answer = client.say(Query("select bad"))
        assert len(rows(answer)) == 700
        assert names(answer)[-2:] == ["ErrorResponse", "ReadyForQuery"]
        assert error(answer)["C"] == "XX000"
        assert status(answer) == "I"


def test_a_tag_without_a_count() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when("explain").returns(["plan"], [("x",)])
        assert tags(connected(server).say(Query("explain"))) == ["EXPLAIN"]


@pytest.mark.parametrize(("kind", "tag"), [("redshift", "SELECT"), ("postgres", "SELECT 3")])
def test_create_table_as_has_its_own_count(kind: ServerKind, tag: str) -> None:
    with FakeServer(policy="ignore", server=kind) as server:
        server.when("create table t as select 1").completes("SELECT 3")
        assert tags(connected(server).say(Query("create table t as select 1"))) == [tag]


def test_how_far_it_got() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when("select 1").returns(["n"], [(n,) for n in range(4)])
        client = connected(server)
        client.say(Query("begin; declare c scroll cursor for select 1"))
        client.say(Execute("c", 2), Sync())
        assert rows(client.say(Query("fetch relative 0 c"))) == [(b"1",)]
        client.say(Execute("c", 2), Sync())
        assert rows(client.say(Query("fetch prior c"))) == [(b"2",)]
        client.say(Execute("c", 0), Sync())
        assert rows(client.say(Query("fetch prior c"))) == [(b"3",)]
