"""What the server says, held back until the client may expect it."""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.wire.messages import BackendMessage
from rs_driver_fakeserver.log import ConnectionLog

THRESHOLD = 64 * 1024
"""Bytes that are held at most before they go out without a Sync or Flush."""


class Outbox:
    """Collects messages; ``flush`` says that what is there may go out.

    Without a ``drain`` what may go out waits for ``take``. With one (a host's write to
    its socket, which may block) it is handed over at once, so that a long result needs
    no memory of its length.
    """

    def __init__(self, log: ConnectionLog, drain: Callable[[bytes], None] | None = None) -> None:
        self.log = log
        self._drain = drain
        self._held: list[bytes] = []
        self._size = 0
        self._out: list[bytes] = []
        self._asked = False

    def asked(self) -> None:
        """The client sent something: the next bytes that go out answer it."""
        self._asked = True

    def send(self, message: BackendMessage) -> None:
        """Say ``message``."""
        raw = message.encode()
        self.log.backend(raw, message)
        self._hold(raw)

    def send_raw(self, raw: bytes) -> None:
        """Say DataRows that are encoded already, or the single byte before TLS."""
        if raw:
            self.log.backend(raw, None)
            self._hold(raw)

    def send_answer(self, said: bytes) -> None:
        """Say what answers an SSLRequest: one byte, or what should not be said there."""
        if said[:1] in (b"S", b"N"):
            self.send_raw(said[:1])
            said = said[1:]
        if said:
            self.log.note(f"{len(said)} bytes that do not belong there")
            self._hold(said)

    def _hold(self, raw: bytes) -> None:
        self._held.append(raw)
        self._size += len(raw)
        if self._size >= THRESHOLD:
            self.flush()

    def flush(self) -> None:
        """Let everything go out."""
        if not self._held:
            return
        held = b"".join(self._held)
        self._held.clear()
        self._size = 0
        if self._asked:
            self._asked = False
            self.log.turned()
        if self._drain is None:
            self._out.append(held)
        else:
            self._drain(held)

    def take(self) -> bytes:
        """What may go out and was not taken yet."""
        out = b"".join(self._out)
        self._out.clear()
        return out
