"""Conversations for tests of recording: said to a fake server in memory, and kept."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.messages import FrontendMessage, Message
from rs_driver.wire.query import Terminate
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.recorder import Recorder
from rs_driver_fakeserver.recording.said import Said, Sender
from rs_driver_fakeserver.recording.turns import Turn, Turns
from rs_driver_fakeserver.server import FakeServer

STARTUP = StartupMessage((("user", "alice"), ("database", "dev")))
LOGIN: list[Said] = [
    Said.of("F", STARTUP),
    Said.of("B", AuthenticationOk()),
    Said.of("B", ReadyForQuery("I")),
]


def recorded(
    server: FakeServer,
    *flights: Sequence[FrontendMessage],
    startup: StartupMessage = STARTUP,
) -> Conversation:
    """What a client that says these flights hears, with a Terminate at the end."""
    peer = server.memory().open_peer()
    first = Said.of("F", startup)
    recorder = Recorder(first)
    recorder.backend(peer.feed(first.raw))
    for flight in (*flights, [Terminate()]):
        raw = b"".join(message.encode() for message in flight)
        recorder.backend(peer.feed(recorder.frontend(raw)))
    peer.eof()
    return Conversation(recorder.turns.turns)


def cassette(*conversations: Conversation) -> Cassette:
    """As it is after it was saved and loaded: redacted."""
    return Cassette(list(conversations)).redacted()


def front(*messages: Message) -> list[Said]:
    return said("F", *messages)


def back(*messages: Message) -> list[Said]:
    return said("B", *messages)


def said(sender: Sender, *messages: Message) -> list[Said]:
    return [Said.of(sender, message) for message in messages]


def turns(*parts: list[Said]) -> list[Turn]:
    """The turns of a conversation, without its login."""
    return Turns.of([*LOGIN, *(one for part in parts for one in part)])[1:]


def words(turn: Turn) -> str:
    """The tags of a turn: what the client said, and what the server said."""
    return "".join(
        (one.tag.lower() if one.sender == "B" else one.tag).decode() for one in turn.said
    )
