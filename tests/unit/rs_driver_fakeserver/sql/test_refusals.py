from __future__ import annotations

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.refusals import refusal
from support.wire_client import connected, error, prepared, sqlstate, status, tags

LOAD = "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)"
REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message", "position"),
    [
        ("prepare transaction 'x'", "42601", "syntax error at or near \"'x'\"", 21),
        ("COMMIT PREPARED 'x';", "42601", 'syntax error at or near "PREPARED"', 8),
        ("/* ü */ rollback prepared 'x'", "42601", 'syntax error at or near "prepared"', 18),
        ("copy t from stdin", "0A000", LOAD, None),
        ("COPY t (a, b) FROM STDIN WITH CSV", "0A000", None, None),
        ("copy t to STDOUT", "42601", 'syntax error at or near "STDOUT"', 11),
    ],
)
def test_redshift(sql: str, sqlstate: str, message: str | None, position: int | None) -> None:
    found = refusal(sql, REDSHIFT)
    assert found is not None
    assert (found.sqlstate, found.position) == (sqlstate, position)
    assert message in (None, found.message)


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message"),
    [
        ("prepare transaction 'x'", "55000", "prepared transactions are disabled"),
        ("commit prepared 'x'", "55000", "prepared transactions are disabled"),
        ("copy t from stdin", "0A000", "COPY STDIN is not supported by the fake server"),
        ("copy (select 1) to stdout", "0A000", "COPY STDOUT is not supported by the fake server"),
    ],
)
def test_postgres(sql: str, sqlstate: str, message: str) -> None:
    found = refusal(sql, POSTGRES)
    assert found is not None
    assert (found.sqlstate, found.message) == (sqlstate, message)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "select 'copy t from stdin'",
        "copy t from 's3://stdin'",
        "copy t from 's3://b' credentials 'from stdin'",
        "prepare a as select 1",
        "prepare transaction",
        "commit",
        "rollback work",
        "copy t from stdin " + "x" * 20_000,
    ],
)
def test_what_is_not_refused_here(sql: str) -> None:
    assert refusal(sql, REDSHIFT) is None
    assert refusal(sql, POSTGRES) is None


def test_the_server_says_it_when_preparing_and_a_rule_comes_first() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        client.say(Query("begin"))
        answer = client.say(Query("prepare transaction 'x'"))
        assert (sqlstate(answer), status(answer)) == ("42601", "E")
        assert error(answer)["P"] == "21"
        client.say(Query("rollback"))
        assert sqlstate(client.say(*prepared("copy t from stdin"))) == "0A000"
        server.when("copy t from stdin").completes("COPY 0")
        assert tags(client.say(Query("copy t from stdin"))) == ["COPY 0"]
