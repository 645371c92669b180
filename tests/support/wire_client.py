"""A client that speaks in messages: for tests of servers, fake or real."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from rs_driver.ports.transport import Peer
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Sync
from rs_driver.wire.registry import decode_backend
from rs_driver.wire.results import CommandComplete, DataRow, RowDescription
from rs_driver.wire.startup import BackendKeyData, StartupMessage
from rs_driver_fakeserver.server import FakeServer


class BackendReader:
    """Bytes of a server to messages, in the RowDescription form that it announced."""

    def __init__(self) -> None:
        self._buffer = ReceiveBuffer()
        self.protocol_version = 0

    def read(self, data: bytes) -> list[BackendMessage]:
        rest = memoryview(data)
        while rest:
            room = self._buffer.get_buffer()
            count = min(len(room), len(rest))
            room[:count] = rest[:count]
            self._buffer.received(count)
            rest = rest[count:]
        messages = []
        while frame := self._buffer.frame(DEFAULT_MAX_MESSAGE):
            body = self._buffer.body(frame)
            self._buffer.consume(frame)
            message = decode_backend(frame.tag, body, self.protocol_version)
            if isinstance(message, ParameterStatus) and message.name == "server_protocol_version":
                self.protocol_version = int(message.value)
            messages.append(message)
        assert len(self._buffer) == 0, "the server sent a part of a message"
        return messages


class MemoryClient:
    """Talks to a ``Peer``; ``say`` gives what it answers."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._reader = BackendReader()

    def say(self, *messages: FrontendMessage | bytes) -> list[BackendMessage]:
        sent = b"".join(m if isinstance(m, bytes) else m.encode() for m in messages)
        return self._reader.read(self.peer.feed(sent))

    def start(self, user: str = "awsuser", **parameters: str) -> list[BackendMessage]:
        keys = {"user": user, "database": "dev", **parameters}
        return self.say(StartupMessage(tuple(keys.items())))


class SocketClient:
    """The same to a server on TCP: waits for ``due`` ReadyForQuery messages or for the end."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = BackendReader()
        self.key: BackendKeyData | None = None
        """By which the server takes a CancelRequest; known after ``start``."""

    def say(self, *messages: FrontendMessage | bytes, due: int = 1) -> list[BackendMessage]:
        self._sock.sendall(b"".join(m if isinstance(m, bytes) else m.encode() for m in messages))
        answers: list[BackendMessage] = []
        data = b""
        while sum(isinstance(answer, ReadyForQuery) for answer in answers) < due:
            piece = self._sock.recv(65536)
            data += piece
            complete = _complete(data)
            answers += self._reader.read(data[:complete])
            data = data[complete:]
            if not piece:
                break
        return answers

    def start(self, user: str, database: str, **parameters: str) -> list[BackendMessage]:
        keys = {"user": user, "database": database, **parameters}
        answers = self.say(StartupMessage(tuple(keys.items())))
        self.key = next((m for m in answers if isinstance(m, BackendKeyData)), None)
        return answers


def _complete(data: bytes) -> int:
    """How many bytes of ``data`` are whole messages."""
    at = 0
    while len(data) - at >= 5:
        stop = at + 1 + int.from_bytes(data[at + 1 : at + 5], "big")
        if stop > len(data):
            break
        at = stop
    return at


def connected(server: FakeServer, user: str = "awsuser", **parameters: str) -> MemoryClient:
    """A client of ``server`` that has logged in without being asked for anything."""
    client = MemoryClient(server.memory().open_peer())
    answers = client.start(user, **parameters)
    assert isinstance(answers[-1], ReadyForQuery), answers
    return client


def prepared(
    sql: str,
    parameters: Sequence[bytes | None] = (),
    *,
    oids: Sequence[int] = (),
    formats: Sequence[int] = (),
    results: Sequence[int] = (),
    max_rows: int = 0,
) -> list[FrontendMessage]:
    """An extended query with the unnamed statement and portal, up to its Sync."""
    return [
        Parse("", sql, tuple(oids)),
        Bind("", "", tuple(formats), tuple(parameters), tuple(results)),
        Describe(b"P", ""),
        Execute("", max_rows),
        Sync(),
    ]


def names(messages: Sequence[object]) -> list[str]:
    """The types of messages, without those about settings."""
    return [type(m).__name__ for m in messages if not isinstance(m, ParameterStatus)]


def rows(messages: Sequence[object]) -> list[tuple[bytes | None, ...]]:
    return [message.values for message in messages if isinstance(message, DataRow)]


def tags(messages: Sequence[object]) -> list[str]:
    return [message.command for message in messages if isinstance(message, CommandComplete)]


def status(messages: Sequence[object]) -> str:
    """The transaction status that the answer ends with."""
    last = messages[-1]
    assert isinstance(last, ReadyForQuery), last
    return last.status


def error(messages: Sequence[object]) -> dict[str, str]:
    """The fields of the only error."""
    (found,) = (message for message in messages if isinstance(message, ErrorResponse))
    return found.fields


def sqlstate(messages: Sequence[object]) -> str:
    return error(messages)["C"]


def description(messages: Sequence[object]) -> RowDescription:
    """The only RowDescription."""
    (found,) = (message for message in messages if isinstance(message, RowDescription))
    return found


def settings(messages: Sequence[object]) -> dict[str, Any]:
    """What ParameterStatus messages report."""
    return {m.name: m.value for m in messages if isinstance(m, ParameterStatus)}
