"""The TCP host: a listener on loopback, one thread a connection.

Made to stand hostile clients: a deadline for the login, a bound on connections, nothing
kept for a client beyond what it sent, and every thread and socket gone after ``close``.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
import weakref

from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.hosts.connection import Connection
from rs_driver_fakeserver.hosts.listening import Listening
from rs_driver_fakeserver.hosts.wake import Wake, readable

_PATIENCE = 0.1
"""Seconds between two attempts to end a connection."""
_BACKLOG = 1024
"""Clients that have not been accepted yet; one that is too many waits a second to ask again."""
_MOST_REFUSING = 100
"""Clients that are being told that there are too many."""
_GLANCE = 0.001
"""Seconds between two looks at who has come."""
_BREATH = 0.01
"""Seconds until it is tried again to accept, where descriptors or threads have run out."""


class TcpHost:
    """Listens from its creation on.

    ``context``: the server side of TLS, where it is offered.
    """

    def __init__(
        self,
        instance: Instance,
        context: ssl.SSLContext | None,
        listening: Listening,
    ) -> None:
        self._instance = instance
        self._context = context
        self._login_timeout = listening.login_timeout
        self._max_connections = listening.max_connections
        self._lock = threading.Lock()
        self._door = threading.Lock()
        """Held while somebody comes in."""
        self._connections: set[Connection] = set()
        self._ending: list[threading.Thread] = []
        """Of connections that are over, with a step or two to go."""
        self._closing = False
        self._wake = Wake()
        try:
            where = (listening.host, listening.port)
            family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
            self._listener = socket.create_server(where, family=family, backlog=_BACKLOG)
        except BaseException:  # whatever it is, nobody else knows of the descriptors yet
            self._wake.close()
            raise
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        """Where it listens."""
        self._thread = threading.Thread(
            target=self._accept_all, name="rs_driver_fakeserver", daemon=True
        )
        _HOSTS.add(self)
        self._thread.start()

    def close(self) -> None:
        """Hang up on everybody, wait for the threads, free the port.

        Whoever calls it again, or meanwhile, waits for the same.
        """
        self._closing = True
        self._wake.ring()
        self._thread.join()
        self.hang_up()
        with contextlib.suppress(OSError):  # another was faster, or it is not Linux
            # For everybody: a child that is being forked has not let go of it yet.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._release()

    def settle(self, patience: float) -> None:
        """Wait until the server knows of everybody who has connected; seconds at most."""
        until = time.monotonic() + patience
        while not self._settled() and time.monotonic() < until:
            time.sleep(_GLANCE)

    def _settled(self) -> bool:
        with self._door, self._lock:
            queue = not self._closing and readable(self._listener)
            return not queue and all(connection.begun for connection in self._connections)

    def _release(self) -> None:
        self._listener.close()
        self._wake.close()

    def hang_up(self) -> None:
        """End the connections that there are now, and wait for their threads.

        From one of these threads, such as by a rule's function, there is no waiting.
        """
        with self._lock:
            connections, ending = list(self._connections), self._ending
        for connection in connections:
            connection.interrupt()
        if any(connection.thread is threading.current_thread() for connection in connections):
            return
        for thread in ending:
            thread.join()
        for connection in connections:
            # Again and again: a statement that begins just now does not see the first one.
            connection.thread.join(_PATIENCE)
            while connection.thread.is_alive():
                connection.interrupt()
                connection.thread.join(_PATIENCE)

    def _accept_all(self) -> None:
        while not self._closing:
            if self._wake.wait(None, self._listener) and not self._closing:
                with self._door:
                    self._accept()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            # The client is gone already, or this process has no more descriptors: then
            # its place in the queue stays, and it is not asked again at once.
            time.sleep(_BREATH)
            return
        with self._lock:
            refusing = sum(connection.refused for connection in self._connections)
            refused = len(self._connections) - refusing >= self._max_connections
        if refused and refusing >= _MOST_REFUSING:
            sock.close()
            return
        try:
            connection = Connection(
                sock,
                self._instance,
                self._context,
                self._login_timeout,
                self.forget,
                refused=refused,
            )
        except OSError:  # no more descriptors for its second and third
            sock.close()
            time.sleep(_BREATH)
            return
        with self._lock:
            if self._started(connection):
                self._connections.add(connection)

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
            self._ending = [thread for thread in self._ending if thread.is_alive()]
            self._ending.append(connection.thread)

    def let_go(self) -> None:
        """In a forked child, which has the descriptors but not the threads: close those here.

        What belongs to the parent goes on; ``close`` has nothing more to do.
        """
        self._lock, self._door = threading.Lock(), threading.Lock()  # others may have held them
        connections, self._connections = self._connections, set()
        for connection in connections:
            connection.let_go()
        self._wake.let_go()
        self._release()


_HOSTS: weakref.WeakSet[TcpHost] = weakref.WeakSet()


def _let_go() -> None:
    for host in list(_HOSTS):
        with contextlib.suppress(OSError):
            host.let_go()


os.register_at_fork(after_in_child=_let_go)
