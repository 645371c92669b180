from __future__ import annotations

import pytest

import rs_driver
from rs_driver.wire.query import Query
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.dialect import ServerKind
from support.wire_client import connected, rows, sqlstate

KINDS: tuple[ServerKind, ...] = ("redshift", "postgres")


@pytest.mark.parametrize("kind", KINDS)
def test_values_can_be_parameters(kind: ServerKind) -> None:
    with (
        FakeServer(server=kind) as server,
        rs_driver.connect(transport=server.memory(), user="alice") as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("select set_config(%s, %s, false)", ("search_path", "it's"))
        assert cursor.fetchall() == [("it's",)]
        connection.commit()
        assert connection.run("show search_path") == (("it's",),)
        connection.run("SELECT pg_catalog.set_config('query_group', 'a', TRUE);")
        assert connection.run("show query_group") == (("a",),)
        connection.commit()
        assert connection.run("show query_group") == (("default",),)


def test_literals_are_read_as_the_server_reads_them() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        client.say(Query(r"select set_config('query_group', 'a\\b''c', false)"))
        assert rows(client.say(Query("show query_group"))) == [(rb"a\b'c",)]


def test_what_is_more_than_that_is_for_rules() -> None:
    with FakeServer(policy="ignore", server="postgres") as server:
        server.when("select set_config('a.b', 'c' || 'd', false)").returns(["x"], [("ruled",)])
        client = connected(server)
        answer = client.say(Query("select set_config('a.b', 'c' || 'd', false)"))
        assert rows(answer) == [(b"ruled",)]
        assert sqlstate(client.say(Query("select set_config('no_such', 'c', false)"))) == "42704"
