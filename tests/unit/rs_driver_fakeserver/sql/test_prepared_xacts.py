from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.domain.operations.two_phase import _PREPARED
from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    prepared,
    rows,
    sqlstate,
)


@pytest.fixture
def client() -> Iterator[MemoryClient]:
    with FakeServer(policy="ignore", server="postgres", two_phase=True) as server:
        connected(server, "bob", database="other").say(
            Query("begin; prepare transaction 'elsewhere'")
        )
        one = connected(server, "alice")
        one.say(Query("begin; prepare transaction 'it''s'"))
        yield one


def test_as_rs_driver_asks(client: MemoryClient) -> None:
    answer = client.say(Query(_PREPARED))
    ((gid, when, owner, database),) = rows(answer)
    assert (gid, owner, database) == (b"it's", b"alice", b"dev")
    assert when is not None
    assert when.endswith(b"+00:00")
    assert len(when) == len("2024-02-29 12:00:00.000000+00:00")
    assert [field.name for field in description(answer).fields] == [
        *("gid", "?column?", "owner", "database")
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select gid from pg_prepared_xacts", [(b"elsewhere",), (b"it's",)]),
        (
            "select gid as g, owner from pg_prepared_xacts where gid = 'it''s'",
            [(b"it's", b"alice")],
        ),
        ("select count(*) from pg_catalog.pg_prepared_xacts", [(b"2",)]),
        (
            "SELECT count(*) AS n FROM pg_prepared_xacts WHERE database = current_database()",
            [(b"1",)],
        ),
        (
            "select transaction, gid from pg_prepared_xacts order by owner, gid",
            [(b"2", b"it's"), (b"1", b"elsewhere")],
        ),
    ],
)
def test_other_questions(client: MemoryClient, sql: str, expected: list[tuple[bytes, ...]]) -> None:
    assert rows(client.say(Query(sql))) == expected


def test_all_columns(client: MemoryClient) -> None:
    answer = client.say(Query("select * from pg_prepared_xacts"))
    assert [field.name for field in description(answer).fields] == [
        *("transaction", "gid", "prepared", "owner", "database")
    ]


def test_a_parameter(client: MemoryClient) -> None:
    sql = "select owner from pg_prepared_xacts where gid = $1"
    assert rows(client.say(*prepared(sql, [b"it's"]))) == [(b"alice",)]
    assert rows(client.say(*prepared(sql, [b"nope"]))) == []


def test_what_needs_an_engine(client: MemoryClient) -> None:
    assert sqlstate(client.say(Query("select upper(gid) from pg_prepared_xacts"))) == "XX000"
    assert sqlstate(client.say(Query("select gid from pg_prepared_xacts order by 1"))) == "XX000"
    assert sqlstate(client.say(Query("select gid, count(*) from pg_prepared_xacts"))) == "XX000"
