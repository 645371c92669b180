"""Conversations on record: taken down at a transport, played back by a peer in memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from rs_driver.ports.transport import Channel, Transport

RECORDINGS = Path(__file__).parent / "recordings"


@dataclass
class Turn:
    """What the client said, and what the server answered to it."""

    client: bytes = b""
    server: bytes = b""


@dataclass
class Tape:
    """A conversation, turn by turn."""

    turns: list[Turn] = field(default_factory=list)

    def said(self, data: bytes) -> None:
        """The client said ``data``."""
        if not self.turns or self.turns[-1].server:
            self.turns.append(Turn())
        self.turns[-1].client += data

    def answered(self, data: bytes) -> None:
        """The server said ``data``."""
        self.turns[-1].server += data

    @property
    def server(self) -> bytes:
        """Everything that the server said."""
        return b"".join(turn.server for turn in self.turns)

    def with_server(self, data: bytes) -> Tape:
        """The tape with other words of the server, in pieces as long as the old ones.

        What is too much belongs to the last turn.
        """
        turns, at = [], 0
        for turn in self.turns:
            turns.append(Turn(turn.client, data[at : at + len(turn.server)]))
            at += len(turn.server)
        turns[-1].server += data[at:]
        return Tape(turns)

    def save(self, name: str, facts: dict[str, Any]) -> None:
        """Write it to ``recordings``, as JSON that can be compared line by line."""
        lines = [
            {key: base64.b64encode(data).decode("ascii") for key, data in vars(turn).items()}
            for turn in self.turns
        ]
        text = json.dumps({**facts, "turns": lines}, indent=1)
        (RECORDINGS / name).write_text(text + "\n", encoding="ascii")

    @classmethod
    def load(cls, name: str) -> Tape:
        """Read what ``save`` has written."""
        found = json.loads((RECORDINGS / name).read_text(encoding="ascii"))
        return cls(
            [
                Turn(base64.b64decode(turn["client"]), base64.b64decode(turn["server"]))
                for turn in found["turns"]
            ]
        )


class RecordingTransport:
    """A transport that takes down what passes through another one."""

    def __init__(self, inner: Transport, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def recv_into(self, view: memoryview) -> int | None:
        count = self._inner.recv_into(view)
        if count:
            self._tape.answered(bytes(view[:count]))
        return count

    def send(self, data: memoryview) -> int:
        count = self._inner.send(data)
        if count:
            self._tape.said(bytes(data[:count]))
        return count

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._inner.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> RecordingTransport:
        return RecordingTransport(self._inner.start_tls(hostname, deadline), self._tape)

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()


class ReplayPeer:
    """The server's side of a tape; a ``ports.transport.Peer``, and its own opener.

    Each turn is played when the client has said as much as it did on the tape; with
    ``strict`` it must say the very same. ``cut``: hang up after so many bytes.
    """

    def __init__(self, tape: Tape, *, strict: bool = True, cut: int | None = None) -> None:
        self._turns = list(tape.turns)
        self._strict = strict
        self._left = cut
        self._heard = b""
        self.closed = cut == 0

    def open_peer(self) -> ReplayPeer:
        return self

    def feed(self, data: bytes) -> bytes:
        self._heard += data
        if self._strict and self._turns:
            expected = self._turns[0].client
            said = self._heard[: len(expected)]
            if not expected.startswith(said):
                raise AssertionError(f"not as recorded: {said!r} instead of {expected!r}")
        answer = b""
        while self._turns and len(self._heard) >= len(self._turns[0].client):
            turn = self._turns.pop(0)
            self._heard = self._heard[len(turn.client) :]
            answer += turn.server
        return self._cut(answer)

    def _cut(self, answer: bytes) -> bytes:
        if self._left is None:
            return answer
        answer = answer[: self._left]
        self._left -= len(answer)
        self.closed = self._left == 0
        return answer

    def eof(self) -> None:
        pass


class ChoppedTransport:
    """Passes bytes on in pieces of the given sizes, again and again from the first."""

    def __init__(self, inner: Transport, sizes: Iterable[int]) -> None:
        self._inner = inner
        self._sizes: Iterator[int] = cycle(sizes)

    def recv_into(self, view: memoryview) -> int | None:
        return self._inner.recv_into(view[: next(self._sizes)])

    def send(self, data: memoryview) -> int:
        return self._inner.send(data[: next(self._sizes)])

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._inner.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> ChoppedTransport:
        return ChoppedTransport(self._inner.start_tls(hostname, deadline), self._sizes)

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()
