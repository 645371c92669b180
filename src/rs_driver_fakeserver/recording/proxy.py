"""A proxy on loopback that records what goes through it, in plain TCP.

with RecordingProxy(("127.0.0.1", 5432)) as proxy:
    client.connect(host=proxy.host, port=proxy.port, sslmode="disable")
recording = proxy.recordings[0]
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from rs_driver_fakeserver.recording.tape import Recording, Sender

if TYPE_CHECKING:
    from typing_extensions import Self

_LOOPBACK = "127.0.0.1"
_CHUNK = 64 * 1024
_MAX_PENDING = 1024 * 1024
"""Bytes that wait for one side; until they are gone the other is not read."""


class RecordingProxy:
    """Listens for as long as the ``with`` block; each connection becomes one recording.

    ``upstream``: the server, a host and a port, or the path of a Unix socket.
    """

    host = _LOOPBACK

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self._upstream = upstream
        self._lock = threading.Lock()
        self._relays: list[_Relay] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((_LOOPBACK, 0))
        self._wake, self._woken = socket.socketpair()
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept_all, daemon=True)
        self._thread.start()

    @property
    def recordings(self) -> list[Recording]:
        """What went over each connection so far, in the order in which they were opened."""
        with self._lock:
            return [relay.recording for relay in self._relays]

    def close(self) -> None:
        """Cut every connection, wait for the threads, free the port."""
        self._wake.close()  # an end of file that every thread sees
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._woken.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _accept_all(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while self._woken not in {key.fileobj for key, _ in selector.select()}:
                self._relay(self._listener.accept()[0])

    def _relay(self, client: socket.socket) -> None:
        try:
            server = self._connect()
        except OSError:
            client.close()
            return
        relay = _Relay(client, server, self._woken)
        thread = threading.Thread(target=relay.run, daemon=True)
        with self._lock:
            self._relays.append(relay)
            self._threads.append(thread)
        thread.start()

    def _connect(self) -> socket.socket:
        if not isinstance(self._upstream, str):
            return socket.create_connection(self._upstream)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(self._upstream)
        except OSError:
            sock.close()
            raise
        return sock


class _Relay:
    """One connection: bytes go both ways at once, so that neither side can block the other."""

    def __init__(self, client: socket.socket, server: socket.socket, stop: socket.socket) -> None:
        self._client = client
        self._server = server
        self._stop = stop
        self._pending = {client: bytearray(), server: bytearray()}
        self._open = {client, server}
        self._lock = threading.Lock()
        self._pieces: list[tuple[Sender, bytes]] = []

    @property
    def recording(self) -> Recording:
        """What was relayed so far."""
        with self._lock:
            return Recording.of(self._pieces)

    def run(self) -> None:
        """Relay until one side hangs up and the other has everything, or ``stop`` speaks."""
        with (
            self._client,
            self._server,
            selectors.DefaultSelector() as selector,
            contextlib.suppress(OSError),  # a side that is gone ends the connection
        ):
            selector.register(self._stop, selectors.EVENT_READ)
            for sock in self._pending:
                sock.setblocking(False)
            while self._watch(selector):
                for key, events in selector.select():
                    if key.fileobj is self._stop:
                        return
                    self._serve(self._side(key.fileobj), events)

    def _side(self, fileobj: object) -> socket.socket:
        return self._client if fileobj is self._client else self._server

    def _watch(self, selector: selectors.BaseSelector) -> bool:
        """Watch what can go on; False when nothing can any more."""
        watched = selector.get_map()
        busy = False
        for sock, waiting in self._pending.items():
            other = self._server if sock is self._client else self._client
            events = selectors.EVENT_WRITE if waiting else 0
            if self._open == self._pending.keys() and len(self._pending[other]) < _MAX_PENDING:
                events |= selectors.EVENT_READ
            if sock in watched:
                selector.unregister(sock)
            if events:
                selector.register(sock, events)
                busy = True
        return busy

    def _serve(self, sock: socket.socket, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            waiting = self._pending[sock]
            del waiting[: sock.send(waiting)]
        if events & selectors.EVENT_READ:
            data = sock.recv(_CHUNK)
            if not data:
                self._open.discard(sock)
                return
            other = self._server if sock is self._client else self._client
            self._pending[other] += data
            with self._lock:
                self._pieces.append(("F" if sock is self._client else "B", data))
