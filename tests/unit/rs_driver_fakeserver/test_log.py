from __future__ import annotations

from rs_driver.wire.auth import PasswordMessage
from rs_driver.wire.query import Close, Parse, Query, Sync, Terminate
from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected

ROWS = [DataRow((b"1", None)), DataRow((b"xyz",))]


def test_runs_of_rows_are_decoded_when_asked() -> None:
    log = MessageLog()
    connection = log.connect()
    connection.backend(b"".join(row.encode() for row in ROWS), None)
    connection.backend(b"S", None)
    connection.frontend(Query("x").encode(), Query("x"))
    assert log.backend() == ROWS
    assert log.frontend() == [Query("x")]
    assert len(log.entries) == 3


def test_the_log_is_bounded() -> None:
    log = MessageLog(limit=1000)
    connection = log.connect()
    for number in range(100):
        query = Query(f"{number:0100}")
        connection.frontend(query.encode(), query)
    kept = log.frontend()
    assert kept == [Query(f"{number:0100}") for number in range(100 - len(kept), 100)]
    assert 5 < len(kept) < 11
    assert log.dropped == 100 - len(kept)


def test_one_entry_is_kept_however_long() -> None:
    log = MessageLog(limit=10)
    log.connect().frontend(Query("x" * 100).encode(), Query("x" * 100))
    assert len(log.entries) == 1


def test_counts_and_clear() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        assert (server.log.connections, server.log.sends, server.log.turns) == (1, 1, 1)
        client.say(Query("select 1"))
        assert (server.log.sends, server.log.turns) == (2, 2)
        connected(server)
        assert server.log.connections == 2
        server.log.clear()
        assert (server.log.entries, server.log.sends, server.log.turns) == ((), 0, 0)


def test_parses_and_prepared_statements() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select 1").returns(["a"], [(1,)])
        one, two = connected(server), connected(server)
        assert (server.log.parses, server.log.statements) == (0, {})
        one.say(Parse("a", "select 1", ()), Parse("b", "select 1", ()), Sync())
        one.say(Parse("", "select 1", ()), Parse("c", "nothing", ()), Sync())
        two.say(Parse("x", "select 1", ()), Sync())
        assert server.log.parses == 5
        assert server.log.statements == {1: {"a", "b"}, 2: {"x"}}
        one.say(Close(b"S", "a"), Close(b"S", "nope"), Sync())
        two.say(Query("deallocate all"))
        assert server.log.statements == {1: {"b"}, 2: frozenset()}
        server.log.clear()
        assert server.log.parses == 0
        assert server.log.statements == {1: {"b"}, 2: frozenset()}
        one.say(Terminate())
        two.peer.eof()
        assert server.log.statements == {}


def test_the_transcript_shows_both_directions_and_no_secret() -> None:
    with FakeServer(policy="ignore", auth=Auth.cleartext({"alice": "Secret1!"})) as server:
        server.when("select 1").returns(["a"], [("classified",)])
        client = MemoryClient(server.memory().open_peer())
        client.start("alice")
        client.say(PasswordMessage(b"Secret1!"))
        client.say(Query("select 1"))
        transcript = server.log.transcript()
        assert '1\tF\t13\tQuery\t "select 1"\n' in transcript
        assert "1\tB\t5\tReadyForQuery\t I\n" in transcript
        assert "Secret1!" not in transcript
        assert "classified" not in transcript
        assert "'classified'" in server.log.transcript(redact=False)
        assert "Secret1!" not in server.log.transcript(redact=False)
        assert "Secret1!" not in repr(server.log.entries)
        assert server.log.frontend()[1] == PasswordMessage(b"Secret1!")


def test_connections_are_told_apart() -> None:
    with FakeServer(policy="ignore") as server:
        for _ in range(2):
            connected(server)
        lines = server.log.transcript().splitlines()
        assert {line[0] for line in lines} == {"1", "2"}


def test_what_could_not_be_decoded_is_in_the_transcript() -> None:
    with FakeServer(policy="ignore") as server:
        connected(server).say(b"Q\0\0\0\6ab")
        assert "Unreadable" in server.log.transcript()
        assert server.log.entries[-3].message is None
