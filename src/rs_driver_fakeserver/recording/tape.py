"""Conversations kept as bytes: record them, and replay the server's part to a client."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rs_driver.errors import RemoteProtocolError
from rs_driver.ports.transport import Peer
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE, MAX_HANDSHAKE_MESSAGE, Frame
from rs_driver.wire.startup import GSSENCRequest, SSLRequest, decode_startup

Sender = Literal["F", "B"]


@dataclass(frozen=True)
class Recording:
    """What went over one connection: who sent (F, the client; B, the server), and the bytes.

    Pieces of one sender that follow each other are joined. Holds everything that the
    client sent, passwords too: record with throw-away ones.
    """

    pieces: tuple[tuple[Sender, bytes], ...]

    @classmethod
    def of(cls, pieces: Iterable[tuple[Sender, bytes]]) -> Recording:
        """A recording of pieces as they came."""
        joined: list[tuple[Sender, bytes]] = []
        for sender, data in pieces:
            if joined and joined[-1][0] == sender:
                joined[-1] = (sender, joined[-1][1] + data)
            elif data:
                joined.append((sender, data))
        return cls(tuple(joined))

    def sent_by(self, sender: Sender) -> bytes:
        """Everything that one side sent."""
        return b"".join(data for who, data in self.pieces if who == sender)

    def save(self, path: str | Path) -> None:
        """Write it as JSON lines, one piece a line, the bytes in hex."""
        lines = [json.dumps([sender, data.hex()]) for sender, data in self.pieces]
        Path(path).write_text("\n".join(lines) + "\n", encoding="ascii")

    @classmethod
    def load(cls, path: str | Path) -> Recording:
        """Read what ``save`` wrote; ValueError if it is anything else."""
        pieces: list[tuple[Sender, bytes]] = []
        for line in Path(path).read_text(encoding="ascii").splitlines():
            match json.loads(line):
                case ["F" | "B" as sender, str(data)]:
                    pieces.append((sender, bytes.fromhex(data)))
                case _:
                    raise ValueError("not a recording")
        return cls.of(pieces)


class ReplayPeer:
    """A ``ports.transport.Peer`` that says what the recorded server said.

    It answers by turns: once the client has sent as many messages as it had by then in
    the recording, the server's next piece comes. What the messages say is not compared,
    as names and nonces differ from run to run; ``received`` keeps it. A client whose
    bytes are no messages is hung up on.
    """

    def __init__(self, recording: Recording) -> None:
        counter = _MessageCounter()
        self._turns: list[int | bytes] = [
            counter.count(data) if sender == "F" else data for sender, data in recording.pieces
        ]
        self._counter = _MessageCounter()
        self._ended = False
        self.received = b""

    def feed(self, data: bytes) -> bytes:
        """Count what the client sent; what the server says by then."""
        if self._ended:
            return b""
        self.received += data
        try:
            sent = self._counter.count(data)
        except RemoteProtocolError:
            self._ended = True
            return b""
        answer = []
        while self._turns:
            turn = self._turns.pop(0)
            if isinstance(turn, bytes):
                answer.append(turn)
            elif sent < turn:
                self._turns.insert(0, turn - sent)
                break
            else:
                sent -= turn
        return b"".join(answer)

    @property
    def closed(self) -> bool:
        """True at the end of the recording."""
        return self._ended or not self._turns

    def eof(self) -> None:
        """The client has hung up."""
        self._ended = True


class _MessageCounter:
    """Counts a client's messages in bytes that come in any pieces."""

    def __init__(self) -> None:
        self._buffer = ReceiveBuffer(4096)
        self._started = False

    def count(self, data: bytes) -> int:
        """How many messages end in ``data``. RemoteProtocolError where none can be made out."""
        rest, found = memoryview(data), 0
        while rest:
            room = self._buffer.get_buffer()
            size = min(len(room), len(rest))
            room[:size] = rest[:size]
            self._buffer.received(size)
            rest = rest[size:]
            while frame := self._frame():
                if not self._started:
                    message = decode_startup(self._buffer.body(frame))
                    self._started = not isinstance(message, SSLRequest | GSSENCRequest)
                self._buffer.consume(frame)
                found += 1
        return found

    def _frame(self) -> Frame | None:
        if self._started:
            return self._buffer.frame(DEFAULT_MAX_MESSAGE)
        return self._buffer.untagged_frame(MAX_HANDSHAKE_MESSAGE)


class ReplayOpener:
    """A ``ports.transport.PeerOpener``: every connection gets the same recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def open_peer(self) -> ReplayPeer:
        """A new replay, at its start."""
        return ReplayPeer(self._recording)


class RecordingPeer:
    """Keeps what goes to and from another peer."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._pieces: list[tuple[Sender, bytes]] = []

    def feed(self, data: bytes) -> bytes:
        """Hand ``data`` on, and the answer back."""
        answer = self._peer.feed(data)
        self._pieces += [("F", data), ("B", answer)]
        return answer

    @property
    def closed(self) -> bool:
        """As the peer says."""
        return self._peer.closed

    def eof(self) -> None:
        """Hand it on."""
        self._peer.eof()

    @property
    def recording(self) -> Recording:
        """The conversation so far."""
        return Recording.of(self._pieces)
