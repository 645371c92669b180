"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rs_driver.wire.control import NotificationResponse
from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import connected, names, sqlstate, tags


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore", server="postgres") as made:
        yield made


def heard(messages: Sequence[object]) -> list[tuple[str, str]]:
    return [(m.channel, m.payload) for m in messages if isinstance(m, NotificationResponse)]


def test_others_hear_it(server: FakeServer) -> None:
    one, two = connected(server), connected(server)
    one.say(Query('listen a; listen "B c"'))
    assert tags(two.say(Query("notify a, 'it''s'; notify \"B c\"; notify d"))) == ["NOTIFY"] * 3
    assert heard(one.say()) == [("a", "it's"), ("B c", "")]
    assert heard(two.say()) == []


def test_itself_before_it_is_ready(server: FakeServer) -> None:
    client = connected(server)
    answer = client.say(Query("listen a; notify a, 'x'; notify a, 'x'; notify a, 'y'"))
    assert heard(answer) == [("a", "x"), ("a", "y")]
    assert names(answer)[-1] == "ReadyForQuery"


def test_only_what_is_committed(server: FakeServer) -> None:
    one, two = connected(server), connected(server)
    one.say(Query("begin; listen a"))
    two.say(Query("notify a, '1'"))
    one.say(Query("commit"))
    two.say(Query("begin; notify a, '2'; rollback"))
    two.say(Query("begin; notify a, '3'"))
    assert heard(one.say()) == []
    two.say(Query("commit"))
    assert heard(one.say()) == [("a", "3")]
    one.say(Query("begin; unlisten a; rollback"))
    two.say(Query("notify a, '4'"))
    assert heard(one.say()) == [("a", "4")]
    one.say(Query("listen a; unlisten *; listen b; unlisten b; listen b"))
    two.say(Query("notify a; notify b"))
    assert heard(one.say()) == [("b", "")]


def test_not_within_a_transaction(server: FakeServer) -> None:
    one, two = connected(server), connected(server)
    one.say(Query("listen a"))
    one.say(Query("begin"))
    two.say(Query("notify a"))
    assert heard(one.say()) == []
    assert heard(one.say(Query("commit"))) == [("a", "")]


def test_who_is_gone_hears_nothing(server: FakeServer) -> None:
    one, two = connected(server), connected(server)
    one.say(Query("listen a"))
    one.peer.eof()
    assert tags(two.say(Query("notify a"))) == ["NOTIFY"]
    three = connected(server)
    assert heard(three.say(Query("notify a"))) == []


def test_faults(server: FakeServer) -> None:
    client = connected(server)
    assert sqlstate(client.say(Query(f"notify a, '{'x' * 8000}'"))) == "22023"
    assert tags(client.say(Query(f"notify a, '{'x' * 7999}'"))) == ["NOTIFY"]
    for sql in ("notify", "notify a, 1", "listen *", "listen 'a'", "unlisten"):
        assert sqlstate(client.say(Query(sql))) == "42601"
