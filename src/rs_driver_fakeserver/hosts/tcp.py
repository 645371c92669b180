"""The TCP host: a listener on loopback, one thread a connection.

Made to stand hostile clients: a deadline for the login, a bound on connections, nothing
kept for a client beyond what it sent, and every thread and socket gone after ``close``.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
import time

from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.protocol.replies import error_response, fatal
from rs_driver_fakeserver.protocol.session import ServerSession

LOOPBACK = "127.0.0.1"
_CHUNK = 64 * 1024
_PATIENCE = 0.1
"""Seconds between two attempts to end a connection."""
_GOODBYE = 1.0
"""Seconds that a client has to hang up after the server did."""


class TcpHost:
    """Listens on a free port of the loopback interface from its creation on.

    ``context``: the server side of TLS, where it is offered. ``login_timeout``: seconds
    from the connect to the first ReadyForQuery.
    """

    def __init__(
        self,
        instance: Instance,
        context: ssl.SSLContext | None,
        *,
        port: int = 0,
        max_connections: int = 100,
        login_timeout: float = 30.0,
    ) -> None:
        self.instance = instance
        self.context = context
        self.login_timeout = login_timeout
        self._max_connections = max_connections
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._closing = False
        self._listener = socket.create_server((LOOPBACK, port), backlog=128)
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
        with self._lock:
            self._closing = True
            connections = list(self._connections)
        for connection in connections:
            connection.interrupt()
        for connection in connections:
            # Again and again: a statement that begins just now does not see the first one.
            connection.thread.join(_PATIENCE)
            while connection.thread.is_alive():
                connection.interrupt()
                connection.thread.join(_PATIENCE)
        for sock in (self._listener, self._wake, self._woken):
            sock.close()

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
        connection = _Connection(self, sock)
        with self._lock:
            full = len(self._connections) >= self._max_connections
            if not full:
                self._connections.add(connection)
        if full:
            connection.refuse()
            return
        try:
            connection.thread.start()
        except RuntimeError:  # no more threads
            self.forget(connection)
            sock.close()

    def forget(self, connection: _Connection) -> None:
        """A connection is over."""
        with self._lock:
            self._connections.discard(connection)


class _Connection:
    """One client: its socket and its session, pumped by a thread of its own."""

    def __init__(self, host: TcpHost, sock: socket.socket) -> None:
        self._host = host
        self._sock = sock
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + host.login_timeout
        self._session: ServerSession | None = None
        self.thread = threading.Thread(
            target=self._run, name="rs_driver_fakeserver connection", daemon=True
        )

    def refuse(self) -> None:
        """There are too many."""
        self._sock.setblocking(False)
        with contextlib.suppress(OSError), self._sock:
            error = fatal("53300", "sorry, too many clients already")
            self._sock.send(error_response(error, Dialect()).encode())

    def interrupt(self) -> None:
        """From another thread: make the connection end now, whatever it waits for."""
        session = self._session
        if session is not None:
            session.cancel()
        with self._lock, contextlib.suppress(OSError):
            # Not the method of SSLSocket, which would also tear the TLS state away from
            # under the thread that is using it.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._session = ServerSession(self._host.instance, self._send)
            self._pump(self._session)
            self._say_goodbye()
        except OSError:
            pass  # the client is gone, or too slow, or its TLS is not TLS
        finally:
            if self._session is not None:
                self._session.eof()
            with self._lock:
                self._sock.close()
            self._host.forget(self)

    def _pump(self, session: ServerSession) -> None:
        while not session.closed:
            self._limit(session)
            data = self._sock.recv(_CHUNK)
            if not data:
                return
            session.feed(data)
            if session.wants_tls:
                self._start_tls()
                session.tls_started()

    def _limit(self, session: ServerSession) -> None:
        """What is left of the time for the login is the timeout of the next read or write."""
        if session.logged_in:
            self._sock.settimeout(None)
            return
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the client did not log in")
        self._sock.settimeout(left)

    def _send(self, data: bytes) -> None:
        if self._session is not None:
            self._limit(self._session)
        self._sock.sendall(data)

    def _start_tls(self) -> None:
        context = self._host.context
        if context is None:
            raise OSError("TLS was offered without a certificate")
        with self._lock:
            self._sock = context.wrap_socket(
                self._sock, server_side=True, do_handshake_on_connect=False
            )
        if isinstance(self._sock, ssl.SSLSocket):
            self._sock.do_handshake()

    def _say_goodbye(self) -> None:
        """End the stream, and wait a moment for the client to do the same.

        Closing with bytes unread would reset the connection, and a reset discards what
        the client has not read yet: the error that says why.
        """
        self._sock.setblocking(False)
        if isinstance(self._sock, ssl.SSLSocket):
            with contextlib.suppress(ssl.SSLWantReadError, ValueError):
                self._sock.unwrap()  # says close_notify, does not wait for the answer
        socket.socket.shutdown(self._sock, socket.SHUT_WR)
        deadline = time.monotonic() + _GOODBYE
        while (left := deadline - time.monotonic()) > 0:
            self._sock.settimeout(left)
            if not socket.socket.recv(self._sock, _CHUNK):
                return
