from __future__ import annotations

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.alone import refused, wants_to_be_alone
from support.wire_client import connected, error, prepared, sqlstate, status, tags

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")


@pytest.mark.parametrize(
    ("sql", "redshift", "postgres"),
    [
        ("vacuum", "VACUUM", "VACUUM"),
        ("VACUUM FULL t", "VACUUM", "VACUUM"),
        ("create /* x */ database d", "CREATE DATABASE", "CREATE DATABASE"),
        ("drop database d", "DROP DATABASE", "DROP DATABASE"),
        ("commit prepared 'x'", "COMMIT PREPARED", "COMMIT PREPARED"),
        ("discard all", "DISCARD ALL", "DISCARD ALL"),
        ("alter system set a to b", None, "ALTER SYSTEM"),
        ("create external table s.t (a int)", "CREATE EXTERNAL TABLE", None),
        ("alter table t append from u", "ALTER TABLE APPEND", None),
        ("alter table s.t alter column c type varchar(9)", "ALTER TABLE ALTER COLUMN", None),
        ("alter table t alter column c encode az64", None, None),
        ("alter table t rename column append to b", None, None),
        ("alter table append add column a int", None, None),
        ("create table database (a int)", None, None),
        ("commit", None, None),
        ("select 'vacuum'", None, None),
        ("", None, None),
    ],
)
def test_which(sql: str, redshift: str | None, postgres: str | None) -> None:
    assert wants_to_be_alone(sql, REDSHIFT) == redshift
    assert wants_to_be_alone(sql, POSTGRES) == postgres


def test_words() -> None:
    assert refused("VACUUM", in_block=True).message == (
        "VACUUM cannot run inside a transaction block"
    )
    assert refused("VACUUM", in_block=False).message.endswith("within a pipeline")


@pytest.mark.parametrize("server", ["redshift", "postgres"])
def test_in_a_block_not_even_a_rule_helps(server: str) -> None:
    """Code that forgot to leave its transaction fails here as it would on a server."""
    with FakeServer(policy="ignore", server=server) as fake:  # type: ignore[arg-type]  # one of two
        fake.when("vacuum").completes()
        fake.when("select 1").returns(["n"], [(1,)])
        client = connected(fake)
        assert tags(client.say(Query("vacuum"))) == ["VACUUM"]
        client.say(Query("begin"))
        answer = client.say(Query("vacuum"))
        assert (sqlstate(answer), status(answer)) == ("25001", "E")
        client.say(Query("rollback"))
        answer = client.say(Query("select 1; vacuum"))
        assert error(answer)["M"] == "VACUUM cannot run inside a transaction block"
        flight = [*prepared("select 1")[:-1], *prepared("vacuum")]
        assert error(client.say(*flight))["M"] == "VACUUM cannot be executed within a pipeline"
        assert tags(client.say(*prepared("vacuum"))) == ["VACUUM"]
