"""The TCP host: a listener on loopback, one thread a connection.

Made to stand hostile clients: a deadline for the login, a bound on connections, nothing
kept for a client beyond what it sent, and every thread and socket gone after ``close``.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time

from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.hosts.connection import Connection

LOOPBACK = "127.0.0.1"
_PATIENCE = 0.1
"""Seconds between two attempts to end a connection."""


class TcpHost:
    """Listens on a free port from its creation on.

    ``host``: the address of the interface, loopback if not told otherwise.
    ``context``: the server side of TLS, where it is offered. ``login_timeout``: seconds
    from the connect to the first ReadyForQuery.
    """

    def __init__(
        self,
        instance: Instance,
        context: ssl.SSLContext | None,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        max_connections: int = 100,
        login_timeout: float = 30.0,
    ) -> None:
        self.instance = instance
        self.context = context
        self.login_timeout = login_timeout
        self._max_connections = max_connections
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=128)
        self._listener.setblocking(False)
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(
            target=self._accept_all, name="rs_driver_fakeserver", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Hang up on everybody, wait for the threads, free the port."""
        self._wake.send(b"x")
        self._thread.join()
        self.hang_up()
        for sock in (self._listener, self._wake, self._woken):
            sock.close()

    def hang_up(self) -> None:
        """End the connections that there are now, and wait for their threads."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.interrupt()
        for connection in connections:
            # Again and again: a statement that begins just now does not see the first one.
            connection.thread.join(_PATIENCE)
            while connection.thread.is_alive():
                connection.interrupt()
                connection.thread.join(_PATIENCE)

    def _accept_all(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    return
                self._accept()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            # The client is gone already, or this process has no more descriptors: then
            # its place in the queue stays, and it is not asked again at once.
            time.sleep(0.01)
            return
        connection = Connection(sock, self.instance, self.context, self.login_timeout, self.forget)
        with self._lock:
            full = len(self._connections) >= self._max_connections
            if not full and self._started(connection):
                self._connections.add(connection)
        if full:
            connection.refuse()

    def _started(self, connection: Connection) -> bool:
        try:
            connection.thread.start()
        except RuntimeError:  # no more threads
            connection.discard()
            return False
        return True

    def forget(self, connection: Connection) -> None:
        """A connection is over."""
        with self._lock:
            self._connections.discard(connection)
