"""Listens on an address of its own; each client is served by a thread."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable

LOOPBACK = "127.0.0.1"

Serve = Callable[[socket.socket, socket.socket], None]
"""Serves a client, whose socket it closes. The second socket becomes readable when the
listener is closed: then it has to return at once. It raises nothing."""


class Listener:
    """Listens from its creation on. ``port`` 0: one that is free.

    Who comes while ``max_connections`` are being served is hung up on.
    """

    def __init__(
        self, serve: Serve, *, host: str = LOOPBACK, port: int = 0, max_connections: int = 100
    ) -> None:
        self._serve = serve
        self._max_connections = max_connections
        self._threads: list[threading.Thread] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=128)
        self._socket.setblocking(False)
        self._wake, self._stop = socket.socketpair()
        self.host = host
        self.port = int(self._socket.getsockname()[1])
        self._thread = self._started(self._accept_all)

    def close(self) -> None:
        """Wait until every client is gone, and free the port."""
        self._wake.close()  # an end of file that every thread sees
        self._thread.join()
        for thread in self._threads:
            thread.join()
        self._socket.close()
        self._stop.close()

    def _started(self, run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=run, name="rs_driver_fakeserver recording", daemon=True)
        thread.start()
        return thread

    def _accept_all(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._stop, selectors.EVENT_READ)
            while self._stop not in {key.fileobj for key, _ in selector.select()}:
                self._accept()

    def _accept(self) -> None:
        try:
            client, _ = self._socket.accept()
        except OSError:
            # The client is gone already, or there are no more descriptors: not again at once.
            time.sleep(0.01)
            return
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if len(self._threads) >= self._max_connections:
            client.close()
            return
        client.setblocking(True)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._threads.append(self._started(lambda: self._serve(client, self._stop)))
        except RuntimeError:  # no more threads
            client.close()
