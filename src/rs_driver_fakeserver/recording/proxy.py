"""A proxy on loopback that records what goes through it, in plain TCP.

with RecordingProxy(("127.0.0.1", 5432)) as proxy:
    client.connect(host=proxy.host, port=proxy.port, sslmode="disable")
recording = proxy.recordings[0]
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from rs_driver_fakeserver.recording.listener import LOOPBACK, Listener
from rs_driver_fakeserver.recording.relay import Relay
from rs_driver_fakeserver.recording.tape import Recording, Sender
from rs_driver_fakeserver.recording.upstream import Address, Upstream

if TYPE_CHECKING:
    from typing_extensions import Self


class RecordingProxy:
    """Listens for as long as the ``with`` block; each connection becomes one recording.

    ``upstream``: the server, a host and a port, or the path of a Unix socket.
    """

    host = LOOPBACK

    def __init__(self, upstream: Address) -> None:
        self._upstream = Upstream(upstream, tls=False)
        self._lock = threading.Lock()
        self._tapes: list[_Tape] = []
        self._listener = Listener(self._serve)
        self.port = self._listener.port

    @property
    def recordings(self) -> list[Recording]:
        """What went over each connection so far, in the order in which they were opened."""
        with self._lock:
            return [tape.recording for tape in self._tapes]

    def close(self) -> None:
        """Cut every connection, wait for the threads, free the port."""
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self, client: socket.socket, stop: socket.socket) -> None:
        with client, contextlib.suppress(OSError):  # a side that is gone ends the connection
            with self._lock:  # so that the order is that in which clients came
                server = self._upstream.connect()
                tape = _Tape()
                self._tapes.append(tape)
            with server:
                Relay(client, server, stop, tape).run()


class _Tape:
    """A ``relay.Tap`` that keeps what goes by."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: list[tuple[Sender, bytes]] = []

    def frontend(self, data: bytes) -> bytes:
        return self._keep("F", data)

    def backend(self, data: bytes) -> bytes:
        return self._keep("B", data)

    def _keep(self, sender: Sender, data: bytes) -> bytes:
        with self._lock:
            self._pieces.append((sender, data))
        return data

    @property
    def recording(self) -> Recording:
        """What was relayed so far."""
        with self._lock:
            return Recording.of(self._pieces)
