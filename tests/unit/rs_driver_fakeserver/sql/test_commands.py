from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver import oids
from rs_driver.wire.query import Parse, Query, Sync
from rs_driver_fakeserver.dialect import VarbyteText
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import (
    MemoryClient,
    connected,
    description,
    names,
    prepared,
    rows,
    settings,
    sqlstate,
    tags,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        yield made


@pytest.fixture
def client(server: FakeServer) -> MemoryClient:
    return connected(server, "alice", client_protocol_version="2")


@pytest.mark.parametrize(
    ("sql", "name", "value"),
    [
        ("set timezone to 'Europe/Berlin'", "TimeZone", "Europe/Berlin"),
        ("SET SESSION TimeZone = 'Asia/Tokyo';", "TimeZone", "Asia/Tokyo"),
        ("set time zone 'UTC+3'", "TimeZone", "UTC+3"),
        ("set application_name='it''s me'", "application_name", "it's me"),
        ('set "application_name" to me', "application_name", "me"),
        ("set application_name to 'a', b", "application_name", "a, b"),
    ],
)
def test_set_is_reported(client: MemoryClient, sql: str, name: str, value: str) -> None:
    answer = client.say(Query(sql))
    assert tags(answer) == ["SET"]
    assert settings(answer) == {name: value}


def test_set_default_and_reset(client: MemoryClient) -> None:
    client.say(Query("set timezone to x"))
    assert settings(client.say(Query("set timezone to default"))) == {"TimeZone": "UTC"}
    client.say(Query("set timezone to x"))
    answer = client.say(Query("reset timezone"))
    assert (tags(answer), settings(answer)) == (["RESET"], {"TimeZone": "UTC"})
    client.say(Query("set timezone to x"))
    assert settings(client.say(Query("reset all"))) == {"TimeZone": "UTC"}


@pytest.mark.parametrize("sql", ["show timezone", "SHOW TimeZone;", "show time zone"])
def test_show(client: MemoryClient, sql: str) -> None:
    answer = client.say(Query(sql))
    assert (rows(answer), tags(answer)) == ([(b"UTC",)], ["SHOW"])
    assert description(answer).fields[0].name == "TimeZone"


def test_show_by_the_extended_protocol(client: MemoryClient) -> None:
    answer = client.say(*prepared("show search_path"))
    assert rows(answer) == [(b'"$user", public',)]


def test_set_local_lasts_as_long_as_the_transaction(client: MemoryClient) -> None:
    client.say(Query("begin"))
    assert settings(client.say(Query("set local timezone to x"))) == {"TimeZone": "x"}
    assert settings(client.say(Query("commit"))) == {"TimeZone": "UTC"}


def test_a_rollback_takes_settings_back(client: MemoryClient) -> None:
    client.say(Query("begin; set timezone to x"))
    assert settings(client.say(Query("rollback"))) == {"TimeZone": "UTC"}


@pytest.mark.parametrize(
    "sql",
    [
        "set transaction isolation level serializable",
        "set session characteristics as transaction read only",
    ],
)
def test_transaction_characteristics(client: MemoryClient, sql: str) -> None:
    assert tags(client.say(Query(sql))) == ["SET"]


@pytest.mark.parametrize(
    ("sql", "name", "oid", "value"),
    [
        ("select version()", "version", oids.TEXT, None),
        ("SELECT pg_catalog.version();", "version", oids.TEXT, None),
        ("select current_database()", "current_database", oids.NAME, b"dev"),
        ("select current_user", "current_user", oids.NAME, b"alice"),
        ("select session_user", "session_user", oids.NAME, b"alice"),
        ("select current_schema()", "current_schema", oids.NAME, b"public"),
        ("select pg_backend_pid()", "pg_backend_pid", oids.INT4, b"1"),
    ],
)
def test_where_am_i(
    client: MemoryClient, sql: str, name: str, oid: int, value: bytes | None
) -> None:
    for question in ([Query(sql)], prepared(sql)):
        answer = client.say(*question)
        (field,) = description(answer).fields
        assert (field.name, field.type_oid) == (name, oid)
        ((found,),) = rows(answer)
        assert found is not None
        assert found == value or (value is None and b"Redshift 1.0." in found)


def test_deallocate(client: MemoryClient) -> None:
    for name in ("a", "b", "c"):
        client.say(Parse(name, "select current_user", ()), Sync())
    assert tags(client.say(Query("deallocate a"))) == ["DEALLOCATE"]
    assert sqlstate(client.say(Query("deallocate prepare a"))) == "26000"
    assert tags(client.say(Query("deallocate all"))) == ["DEALLOCATE ALL"]
    assert sqlstate(client.say(Query("deallocate b"))) == "26000"


def test_discard(client: MemoryClient) -> None:
    client.say(Query("set timezone to x"))
    client.say(Parse("a", "select current_user", ()), Sync())
    answer = client.say(Query("discard all"))
    assert (tags(answer), settings(answer)) == (["DISCARD ALL"], {"TimeZone": "UTC"})
    assert sqlstate(client.say(Query("deallocate a"))) == "26000"


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SELECT 'a'::varbyte", "varbyte"),
        ("select 'a'::varbinary(10) as probe;", "probe"),
        ("select cast('a' as varbyte)", "varbyte"),
    ],
)
@pytest.mark.parametrize(
    ("form", "version", "expected"),
    [("hex", "2", b"61"), ("raw", "2", b"a"), ("raw", "1", b"61"), ("hex", "0", b"61")],
)
def test_how_varbyte_looks(
    sql: str, name: str, form: VarbyteText, version: str, expected: bytes
) -> None:
    with FakeServer(policy="ignore", varbyte_text=form) as server:
        client = connected(server, client_protocol_version=version)
        for question in ([Query(sql)], prepared(sql)):
            answer = client.say(*question)
            assert rows(answer) == [(expected,)]
            (field,) = description(answer).fields
            assert (field.name, field.type_oid) == (name, oids.VARBYTE)


def test_postgres_has_no_varbyte() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        assert sqlstate(connected(server).say(Query("select 'a'::varbyte"))) == "XX000"


def test_a_rule_comes_first(server: FakeServer, client: MemoryClient) -> None:
    server.when("show timezone").returns(["z"], [("mine",)])
    server.when("select version()").returns(["v"], [("mine",)])
    assert rows(client.say(Query("show timezone"))) == [(b"mine",)]
    assert rows(client.say(*prepared("select version()"))) == [(b"mine",)]


@pytest.mark.parametrize(
    "sql",
    [
        "show tables from schema dev.public",
        "show nothing",
        "set role x",
        "select 1",
        "select " + "1" * 20_000,
    ],
)
def test_what_is_not_about_the_session_goes_on(client: MemoryClient, sql: str) -> None:
    assert sqlstate(client.say(Query(sql))) == "XX000"  # no rule matches


def test_postgres_knows_all_its_settings() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        client = connected(server)
        assert sqlstate(client.say(Query("show nothing"))) == "42704"
        assert sqlstate(client.say(Query("set nothing to 1"))) == "42704"
        answer = client.say(Query("select version()"))
        assert names(answer)[0] == "RowDescription"
        assert rows(answer)[0][0] == b"PostgreSQL 15.0 (rs_driver_fakeserver)"


def test_locks_that_nobody_has() -> None:
    sql = "SELECT pg_advisory_unlock_all();"
    with FakeServer(server="postgres", policy="ignore") as server:
        answer = connected(server).say(Query(sql))
        assert description(answer).fields[0].type_oid == oids.VOID
        assert rows(answer) == [(b"",)]
    with FakeServer(policy="ignore") as server:  # Redshift has none of them
        assert sqlstate(connected(server).say(Query(sql))) == "XX000"
