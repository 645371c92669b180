from __future__ import annotations

from rs_driver.wire.query import Query
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.cli.following import Follower
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected


def test_what_is_new() -> None:
    lines: list[str] = []
    with FakeServer(policy="ignore") as server:
        follower = Follower(server.log, lines.append)
        follower.look()
        assert lines == []
        client = connected(server)
        follower.look()
        count = len(lines)
        assert lines[0].startswith("1\tF\t")
        assert "StartupMessage" in lines[0]
        server.when("select 'x'").returns({"a": "varchar(9)"}, [("hidden",)])
        client.say(Query("select 'x'"))
        follower.look()
        assert lines[count].startswith("1\tF\t")
        assert "Query" in lines[count]
        follower.look()
    assert [line for line in lines if "\tQuery\t" in line] == [lines[count]]
    assert "hidden" not in "".join(lines)
    assert not any(line.endswith("\n") for line in lines)


def test_passwords_are_not_shown() -> None:
    lines: list[str] = []
    with FakeServer(auth=Auth.cleartext({"alice": "a secret"}), policy="ignore") as server:
        client = MemoryClient(server.memory().open_peer())
        client.start("alice")
        from rs_driver.wire.auth import PasswordMessage

        client.say(PasswordMessage(b"a secret"))
        Follower(server.log, lines.append).look()
    assert "PasswordMessage" in "".join(lines)
    assert "a secret" not in "".join(lines)


def test_what_was_dropped_meanwhile() -> None:
    lines: list[str] = []
    log = MessageLog(limit=100)
    follower = Follower(log, lines.append)
    connection = log.connect()
    for number in range(50):
        message = Query(f"select {number}")
        connection.frontend(message.encode(), message)
        if number == 10:
            follower.look()
    follower.look()
    assert len(set(lines)) == len(lines)
    assert len(lines) < 50


def test_notes_and_many_connections() -> None:
    lines: list[str] = []
    log = MessageLog()
    follower = Follower(log, lines.append)
    for _ in range(300):
        log.connect().note("dropped")
        log.connect().frontend(b"Q\0\0\0\5\0", None)
    follower.look()
    assert lines[0] == "1\t# dropped"
    assert len(follower._tracers) == 200
