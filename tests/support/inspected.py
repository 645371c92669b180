"""An Inspector between a client and any peer in memory, such as a model of a server."""

from __future__ import annotations

from rs_driver.ports.transport import Peer, PeerOpener
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE
from rs_driver.wire.registry import decode_backend, decode_frontend
from rs_driver.wire.startup import StartupMessage, decode_startup
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.strict.inspector import Inspector


class Inspected:
    """Opens what ``opener`` opens. ``found``: what the inspectors of all peers found."""

    def __init__(self, opener: PeerOpener) -> None:
        self._opener = opener
        self.found: list[tuple[ProblemKind, str]] = []
        self.messages = 0

    def open_peer(self) -> InspectedPeer:
        return InspectedPeer(self._opener.open_peer(), self)


class InspectedPeer:
    """Shows every whole message of both sides to its inspector; TLS is not for it."""

    def __init__(self, peer: Peer, owner: Inspected) -> None:
        self._peer = peer
        self._owner = owner
        self._inspector = Inspector(
            lambda kind, text: owner.found.append((kind, text)), encrypted=True
        )
        self._sent, self._said = ReceiveBuffer(), ReceiveBuffer()
        self._begun = False

    def feed(self, data: bytes) -> bytes:
        _put(self._sent, data)
        self._look_at_sent()
        answer = self._peer.feed(data)
        _put(self._said, answer)
        self._look_at_said()
        return answer

    @property
    def closed(self) -> bool:
        return self._peer.closed

    def eof(self) -> None:
        self._inspector.ended(len(self._sent), by_server=False)
        self._peer.eof()

    def _look_at_sent(self) -> None:
        while frame := (
            self._sent.frame(DEFAULT_MAX_MESSAGE)
            if self._begun
            else self._sent.untagged_frame(DEFAULT_MAX_MESSAGE)
        ):
            body = self._sent.body(frame)
            self._sent.consume(frame)
            message = decode_frontend(frame.tag, body) if self._begun else decode_startup(body)
            self._begun |= isinstance(message, StartupMessage)
            self._owner.messages += 1
            self._inspector.frontend(message.encode(), message, None)

    def _look_at_said(self) -> None:
        while frame := self._said.frame(DEFAULT_MAX_MESSAGE):
            body = self._said.body(frame)
            self._said.consume(frame)
            message = decode_backend(frame.tag, body)
            self._inspector.backend(message.encode(), message)


def _put(buffer: ReceiveBuffer, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        room = buffer.get_buffer()
        count = min(len(room), len(rest))
        room[:count] = rest[:count]
        buffer.received(count)
        rest = rest[count:]
