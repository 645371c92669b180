from __future__ import annotations

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.refusals import refusal
from support.wire_client import connected, error, prepared, sqlstate, status, tags

LOAD = "LOAD source is not supported. (Hint: only S3 or DynamoDB or EMR based load is allowed)"
REDSHIFT, POSTGRES = ServerConfig(), ServerConfig(kind="postgres")


@pytest.mark.parametrize(
    ("sql", "sqlstate", "message", "position"),
    [
        ("prepare transaction 'x'", "42601", "syntax error at or near \"'x'\"", 21),
        ("COMMIT PREPARED 'x';", "42601", 'syntax error at or near "PREPARED"', 8),
        ("/* ü */ rollback prepared 'x'", "42601", 'syntax error at or near "prepared"', 18),
        ("copy t from stdin", "0A000", LOAD, None),
        ("COPY t (a, b) FROM STDIN WITH CSV", "0A000", None, None),
        ("copy t to STDOUT", "42601", 'syntax error at or near "STDOUT"', 11),
        ("savepoint a", "0A000", 'SQL command "savepoint a" not supported.', None),
        ("release savepoint a", "0A000", None, None),
        ("rollback to a", "0A000", 'SQL command "rollback to a" not supported.', None),
        ("ABORT WORK TO SAVEPOINT a", "0A000", None, None),
        ("listen a", "0A000", 'SQL command "listen a" not supported.', None),
        ("unlisten *", "0A000", None, None),
        ("notify a, 'x'", "0A000", None, None),
    ],
)
def test_redshift(sql: str, sqlstate: str, message: str | None, position: int | None) -> None:
    found = refusal(sql, REDSHIFT)
    assert found is not None
    assert (found.sqlstate, found.position) == (sqlstate, position)
    assert message in (None, found.message)


@pytest.mark.parametrize("sql", ["copy t from stdin", "copy (select 1) to stdout"])
def test_postgres(sql: str) -> None:
    found = refusal(sql, POSTGRES)
    assert found is not None
    assert found.sqlstate == "0A000"
    assert "needs a rule or an engine" in found.message


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
        "abort transaction",
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
        # What undoes a savepoint is let in, as that is its purpose; and refused all the same.
        assert sqlstate(client.say(Query("rollback to savepoint a"))) == "0A000"
        assert sqlstate(client.say(Query("savepoint a"))) == "25P02"
        client.say(Query("rollback"))
        assert sqlstate(client.say(*prepared("copy t from stdin"))) == "0A000"
        server.when("copy t from stdin").completes("COPY 0")
        assert tags(client.say(Query("copy t from stdin"))) == ["COPY 0"]
