"""The order of those who answer is tested with the runner."""

from __future__ import annotations

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.answerers import guarded
from support.wire_client import connected, rows, sqlstate


def test_bugs_become_errors_of_the_statement() -> None:
    assert guarded(lambda: 7) == 7
    with pytest.raises(SqlError, match="XX000: the engine failed: ZeroDivisionError") as caught:
        guarded(lambda: 1 // 0)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def fail() -> None:
        raise SqlError("22012", "division by zero")

    with pytest.raises(SqlError, match="22012"):
        guarded(fail)


def test_inner_queries_count_for_their_rules() -> None:
    with FakeServer(policy="ignore") as server:
        rule = server.when("select 1").returns(["n"], [(1,)]).once()
        client = connected(server)
        client.say(Query("begin"))
        client.say(Query("declare c cursor for select 1"))
        assert rows(client.say(Query("fetch c"))) == [(b"1",)]
        assert rule.count == 1
        assert sqlstate(client.say(Query("declare d cursor for select 1"))) == "XX000"


def test_the_session_answers_inner_queries_too() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server, "alice")
        client.say(Query("begin; declare c cursor for select current_user"))
        assert rows(client.say(Query("fetch all c"))) == [(b"alice",)]
