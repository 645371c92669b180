"""Conversations on record: taken down at a transport, played back by a peer in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path

from rs_driver.ports.transport import Channel, Transport
from rs_driver_fakeserver.recording.tape import Recording, Sender

RECORDINGS = Path(__file__).parent / "recordings"

PATIENCE = 1000
"""How often a peer that has hung up may be asked."""


class OffTapeError(BaseException):
    """The client does not do as recorded. No ``Exception``: the driver makes errors of its
    own of those, and this is about the driver."""


def with_server(recording: Recording, data: bytes) -> Recording:
    """The same client with other words of the server, in pieces as long as the old ones.

    What is too much belongs to the last piece.
    """
    pieces: list[tuple[Sender, bytes]] = []
    at = 0
    for sender, old in recording.pieces:
        if sender == "F":
            pieces.append((sender, old))
        else:
            pieces.append((sender, data[at : at + len(old)]))
            at += len(old)
    return Recording((*pieces, ("B", data[at:])))


class RecordingTransport:
    """A transport that adds to ``pieces`` what passes through another one."""

    def __init__(self, inner: Transport, pieces: list[tuple[Sender, bytes]]) -> None:
        self._inner = inner
        self._pieces = pieces

    def recv_into(self, view: memoryview) -> int | None:
        count = self._inner.recv_into(view)
        if count:
            self._pieces.append(("B", bytes(view[:count])))
        return count

    def send(self, data: memoryview) -> int:
        count = self._inner.send(data)
        if count:
            self._pieces.append(("F", bytes(data[:count])))
        return count

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self._inner.wait(read, write, deadline)

    def start_tls(self, hostname: str, deadline: float | None) -> RecordingTransport:
        return RecordingTransport(self._inner.start_tls(hostname, deadline), self._pieces)

    def channel(self) -> Channel:
        return self._inner.channel()

    def close(self) -> None:
        self._inner.close()


class TapePeer:
    """The server's side of a recording; a ``ports.transport.Peer``, and its own opener.

    Each piece is said when the client has said as many bytes as it had in the recording;
    with ``strict`` they must be the very same. ``cut``: hang up after so many bytes.
    (``rs_driver_fakeserver.recording.tape.ReplayPeer`` forgives more: it counts messages.)
    """

    def __init__(
        self, recording: Recording, *, strict: bool = True, cut: int | None = None
    ) -> None:
        self._pieces = list(recording.pieces)
        self._strict = strict
        self._left = cut
        self._heard = b""
        self._asked = 0

    def open_peer(self) -> TapePeer:
        return self

    @property
    def closed(self) -> bool:
        """Whether it has hung up. OffTapeError for a client that asks on and on."""
        if self._left != 0:
            return False
        self._asked += 1
        if self._asked > PATIENCE:
            raise OffTapeError("the client does not notice that the server has hung up")
        return True

    def feed(self, data: bytes) -> bytes:
        self._heard += data
        answer = b""
        while self._pieces:
            sender, piece = self._pieces[0]
            if sender == "B":
                answer += piece
            elif not self._take(piece):
                break
            del self._pieces[0]
        return self._cut(answer)

    def _take(self, expected: bytes) -> bool:
        """Whether the client has said ``expected``, or as much as that."""
        said = self._heard[: len(expected)]
        if self._strict and not expected.startswith(said):
            raise OffTapeError(f"not as recorded: {said!r} instead of {expected!r}")
        if len(said) < len(expected):
            return False
        self._heard = self._heard[len(expected) :]
        return True

    def _cut(self, answer: bytes) -> bytes:
        if self._left is None:
            return answer
        answer = answer[: self._left]
        self._left -= len(answer)
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
