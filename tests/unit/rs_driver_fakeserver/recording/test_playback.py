from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rs_driver.wire.auth import AuthenticationOk, PasswordMessage
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Flush, Parse, Query, Sync, Terminate
from rs_driver.wire.startup import NegotiateProtocolVersion, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.playback import Playback
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turns
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import STARTUP, back, cassette, front, recorded
from support.wire_client import BackendReader, error, names, prepared, rows, sqlstate, status


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        made.when("select 1").returns({"a": "int4"}, [(1,)])
        made.when("select $1").returns({"a": "int4"}, [(7,)])
        made.when("copy t from stdin").copies_in()
        yield made


class Client:
    """Speaks to a playback in messages."""

    def __init__(self, tape: Cassette, startup: StartupMessage = STARTUP, **options: Any) -> None:
        self.reports: list[tuple[str, str]] = []
        self.playback = Playback(
            Library(tape),
            lambda kind, text: self.reports.append((kind, text)),
            Redactor() if tape.redact else None,
            Said.of("F", startup),
            **options,
        )
        self._reader = BackendReader()
        self.hello = self._reader.read(self.playback.start())

    def say(self, *messages: FrontendMessage) -> list[Any]:
        return self._reader.read(self.playback.feed(b"".join(one.encode() for one in messages)))


def test_the_same_answers(server: FakeServer) -> None:
    client = Client(cassette(recorded(server, [Query("select 1")], prepared("select $1", [b"7"]))))
    assert names(client.hello)[:1] == ["AuthenticationOk"]
    assert status(client.hello) == "I"
    assert rows(client.say(Query("SELECT 1"))) == [(b"1",)]
    assert rows(client.say(*prepared("select $1", [b"7"]))) == [(b"7",)]
    assert client.say(Terminate()) == []
    assert client.playback.closed
    assert client.reports == []


def test_byte_by_byte(server: FakeServer) -> None:
    tape = cassette(recorded(server, [Query("select 1")]))
    playback = Client(tape).playback
    data = Query("select 1").encode()
    said = b"".join(playback.feed(data[at : at + 1]) for at in range(len(data)))
    assert said == Client(tape).playback.feed(data)


def test_a_password_is_not_asked_for() -> None:
    with FakeServer(auth=Auth.cleartext({"alice": "secret"}), policy="ignore") as server:
        server.when("select 1").returns({"a": "int4"}, [(1,)])
        conversation = recorded(server, [PasswordMessage(b"secret")], [Query("select 1")])
    client = Client(cassette(conversation), StartupMessage((("user", "bob"),)))
    assert names(client.hello)[0] == "AuthenticationOk"
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_a_login_that_fails() -> None:
    with FakeServer(auth=Auth.cleartext({"alice": "secret"}), policy="ignore") as server:
        conversation = recorded(server, [PasswordMessage(b"wrong")])
    client = Client(cassette(conversation))
    assert names(client.hello) == ["ErrorResponse"]
    assert client.playback.closed


def test_an_older_protocol_is_negotiated_first() -> None:
    said = [
        *front(STARTUP),
        *back(AuthenticationOk(), NegotiateProtocolVersion(0, ()), ReadyForQuery("I")),
    ]
    client = Client(cassette(Conversation(Turns.of(said))))
    assert names(client.hello) == ["NegotiateProtocolVersion", "AuthenticationOk", "ReadyForQuery"]


def test_what_was_not_recorded(server: FakeServer) -> None:
    client = Client(cassette(recorded(server, [Query("select 1")])))
    answers = client.say(Query("select 2"))
    assert names(answers) == ["ErrorResponse", "ReadyForQuery"]
    assert error(answers)["M"] == "not on the cassette: Query select 2"
    assert "- Query select 1" in error(answers)["H"]
    ((kind, text),) = client.reports
    assert kind == "unmatched"
    assert "Query select 2" in text
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_the_transaction_fails_with_it(server: FakeServer) -> None:
    client = Client(cassette(recorded(server, [Query("begin")], [Query("rollback")])))
    assert status(client.say(Query("begin"))) == "T"
    assert status(client.say(Query("nope"))) == "E"
    assert status(client.say(Query("rollback"))) == "I"


def test_there_is_a_way_out_of_it(server: FakeServer) -> None:
    """Although nobody rolled back when it was recorded."""
    client = Client(cassette(recorded(server, [Query("begin")], [Query("select 1")])))
    assert status(client.say(Query("rollback"))) == "I"
    client = Client(cassette(recorded(server, [Query("begin")], [Query("select 1")])))
    client.say(Query("begin"))
    assert status(client.say(Query("nope"))) == "E"
    assert status(client.say(Query("ROLLBACK"))) == "I"
    assert len(client.reports) == 1
    assert status(client.say(Query("begin"))) == "T"
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_after_an_error_everything_is_skipped_up_to_the_sync(server: FakeServer) -> None:
    client = Client(cassette(recorded(server, [Query("select 1")])))
    assert sqlstate(client.say(Parse("", "nope", ()), Flush())) == "XX000"
    assert client.say(*prepared("select $1", [b"7"])[1:-1], Flush()) == []
    assert names(client.say(Sync())) == ["ReadyForQuery"]
    assert len(client.reports) == 1


def test_the_names_of_another_login_are_replaced(server: FakeServer) -> None:
    server.when("select * from dev.t").returns({"a": "int4"}, [(3,)])
    tape = cassette(recorded(server, [Query("select * from dev.t")]))
    other = StartupMessage((("user", "bob"), ("database", "test")))
    assert rows(Client(tape, other).say(Query("select * from test.t"))) == [(b"3",)]
    assert rows(Client(tape, other).say(Query("select * from prod.t"))) == [(b"3",)]


def test_a_copy(server: FakeServer) -> None:
    from rs_driver.wire.copy import CopyData, CopyDone

    copy = [Query("copy t from stdin")]
    tape = cassette(recorded(server, copy, [CopyData(b"1\n2\n"), CopyDone()], [Query("select 1")]))
    client = Client(tape)
    assert names(client.say(*copy)) == ["CopyInResponse"]
    assert client.say(CopyData(b"1\n")) == []
    answers = client.say(CopyData(b"2\n"), CopyDone())
    assert names(answers) == ["CommandComplete", "ReadyForQuery"]
    assert rows(client.say(Query("select 1"))) == [(b"1",)]


def test_a_server_that_hung_up() -> None:
    fatal = ErrorResponse({"S": "FATAL", "C": "57P01", "M": "bye"})
    said = [*front(STARTUP), *back(AuthenticationOk(), ReadyForQuery("I"))]
    said += [*front(Query("a")), *back(fatal)]
    client = Client(cassette(Conversation(Turns.of(said))))
    assert sqlstate(client.say(Query("a"))) == "57P01"
    assert client.playback.closed
    assert client.say(Query("a")) == []


def test_an_empty_cassette() -> None:
    client = Client(Cassette())
    assert sqlstate(client.hello) == "08004"
    assert client.playback.closed


def test_bytes_that_are_no_message(server: FakeServer) -> None:
    client = Client(cassette(recorded(server)))
    assert client.playback.feed(b"A\0\0\0\0\0\0\0") == b""
    assert client.playback.closed
    assert [kind for kind, _ in client.reports] == ["violation"]


def test_an_unredacted_cassette(server: FakeServer) -> None:
    tape = Cassette([recorded(server, [Query("select 1")])], redact=False)
    assert rows(Client(tape).say(Query("select 1"))) == [(b"1",)]


def test_handing_over(server: FakeServer) -> None:
    known, new = Query("select 1"), Query("select 2")
    tape = cassette(recorded(server, [known]))
    client = Client(tape, hand_over=True, login=False)
    assert rows(client.say(known)) == [(b"1",)]
    assert client.say(new, known) == []
    assert client.playback.feed(b"Q\0") == b""
    assert client.playback.history == [known.encode()]
    assert client.playback.unrecorded == new.encode() + known.encode()
    assert client.playback.rest() == b"Q\0"
    assert client.reports == []


def test_a_flush_of_nothing_is_answered_by_nothing(server: FakeServer) -> None:
    client = Client(cassette(recorded(server, prepared("select $1", [b"7"]), [Query("select 1")])))
    assert rows(client.say(*prepared("select $1", [b"7"]), Flush())) == [(b"7",)]
    assert client.say(Flush()) == []
    assert rows(client.say(Query("select 1"))) == [(b"1",)]
    assert client.reports == []
