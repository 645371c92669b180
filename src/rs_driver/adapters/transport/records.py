"""TLS records on their way between a socket and OpenSSL, in steps of bounded size.

OpenSSL works on memory here and not on the socket: on the socket, one call would go on
for as long as a peer keeps sending what needs no answer (HelloRequest messages, session
tickets), and nobody could look at a clock meanwhile.
"""

from __future__ import annotations

import socket
import ssl

STEP = 64 * 1024
"""Bytes of ciphertext that OpenSSL gets to see at once."""


class Records:
    """The two ends that an ``ssl.SSLObject`` reads and writes, over a non-blocking socket.

    ``fetch`` and ``flush`` raise the socket's OSError as it is.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = memoryview(bytearray(STEP))
        self._unsent = memoryview(b"")
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()

    @property
    def unsent(self) -> bool:
        """Whether the socket has yet to take something."""
        return bool(self._unsent) or self.outgoing.pending > 0

    def fetch(self) -> bool:
        """Take what has come, ``STEP`` bytes at most, or its end; False where nothing has."""
        try:
            count = self._sock.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return False
        if count:
            self.incoming.write(self._buffer[:count])
        else:
            self.incoming.write_eof()
        return True

    def flush(self) -> bool:
        """Send what there is to send; False where the socket does not take all of it now."""
        while self.unsent:
            if not self._unsent:
                self._unsent = memoryview(self.outgoing.read())
            try:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
            except (BlockingIOError, InterruptedError):
                return False
        return True
