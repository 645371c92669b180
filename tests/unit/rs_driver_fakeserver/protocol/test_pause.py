from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sql.settings import Settings
from support.wire_client import MemoryClient, error, names, prepared, rows, sqlstate


@pytest.fixture
def client() -> Iterator[Client]:
    with FakeServer(policy="ignore") as server:
        made = ServerSession(server._instance)._client
        made.settings = Settings(made.dialect, {}, {})
        yield made


def test_no_time_is_no_pause(client: Client) -> None:
    assert list(pause(client, 0.0)) == []
    (want,) = pause(client, 1.5)
    assert want.pause == 1.5


def test_a_cancel_request_is_an_error(client: Client) -> None:
    waiting = pause(client, 1.5)
    next(waiting)
    client.cancelled = True
    with pytest.raises(SqlError, match="57014"):
        next(waiting)


def test_a_pause_ends_with_the_statement_timeout(client: Client) -> None:
    client.settings.set("statement_timeout", "1500")
    assert [want.pause for want in pause(client, 1.5)] == [1.5]
    waiting = pause(client, 1.6)
    assert next(waiting).pause == 1.5
    with pytest.raises(SqlError, match="57014"):
        next(waiting)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("redshift", "Query cancelled on user's request"),
        ("postgres", "canceling statement due to statement timeout"),
    ],
)
def test_statement_timeout(kind: ServerKind, text: str) -> None:
    with FakeServer(server=kind, policy="ignore") as server:
        slow = server.when("select slow()").delays(2).returns({"n": "int4"}, [(1,)])
        client = MemoryClient(server.memory().open_peer())
        client.start(options="-c statement_timeout=300")
        for question in ([Query("select slow()")], prepared("select slow()")):
            begun = server.clock.monotonic()
            assert client.say(*question) == []
            server.clock.advance(0.3)
            assert error(client.say())["M"] == text
            assert server.clock.monotonic() == pytest.approx(begun + 0.3)
        assert slow.count == 2
        assert sqlstate(client.say(Query("set statement_timeout to soon"))) == "22023"
        client.say(Query("set statement_timeout to 0"))
        assert client.say(Query("select slow()")) == []
        server.clock.advance(2)
        assert rows(client.say()) == [(b"1",)]


def test_options_that_are_none_let_nobody_in() -> None:
    with FakeServer(policy="ignore") as server:
        answer = MemoryClient(server.memory().open_peer()).start(options="--nonsense")
        assert (names(answer)[-1], error(answer)["S"]) == ("ErrorResponse", "FATAL")
