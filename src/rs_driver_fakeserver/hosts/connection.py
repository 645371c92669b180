"""One client on a socket, pumped by a thread of its own."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

from rs_driver_fakeserver.certificates.details import TlsDetails, details_of
from rs_driver_fakeserver.certificates.handshake import half_a_flight
from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.hosts.moves import Close, HalfClose, Move, Reset, Send, Stall, Wait
from rs_driver_fakeserver.protocol.replies import error_response, fatal
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.protocol.tls_answer import Ending

_CHUNK = 64 * 1024
_GOODBYE = 1.0
"""Seconds that a client has to hang up after the server did."""
_SELECTOR: Callable[[], selectors.BaseSelector] = getattr(
    selectors, "PollSelector", selectors.SelectSelector
)
"""One that needs no descriptor of its own."""


class _Gone(ConnectionAbortedError):
    """The connection ends here and now, by a fault or because the server closes."""


class Connection:
    """A socket and its session.

    ``context``: the server's side of TLS. ``login_timeout``: seconds from the connect to the
    first ReadyForQuery. ``forget`` is called when it is over.
    """

    def __init__(
        self,
        sock: socket.socket,
        instance: Instance,
        context: ssl.SSLContext | None,
        login_timeout: float,
        forget: Callable[[Connection], None],
    ) -> None:
        self._sock = sock
        self._instance = instance
        self._context = context
        self._forget = forget
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + login_timeout
        self._session: ServerSession | None = None
        self._wake, self._woken = socket.socketpair()
        self._interrupted = False
        self._half_closed = False
        self._hung_up = False
        """The client has, or a fault did it for the server: nothing more can be said."""
        self.thread = threading.Thread(
            target=self._run, name="rs_driver_fakeserver connection", daemon=True
        )

    def refuse(self) -> None:
        """There are too many; instead of starting the thread."""
        self._sock.setblocking(False)
        error = fatal("53300", "sorry, too many clients already")
        with contextlib.suppress(OSError):
            self._sock.send(error_response(error, Dialect()).encode())
        self.discard()

    def discard(self) -> None:
        """Release the sockets of a connection whose thread does not run."""
        for sock in (self._sock, self._wake, self._woken):
            sock.close()

    def wake(self) -> None:
        """From another thread: there is something to look at."""
        with self._lock, contextlib.suppress(OSError):
            self._wake.setblocking(False)
            self._wake.send(b"x")

    def interrupt(self) -> None:
        """From another thread: make the connection end now, whatever it waits for."""
        self._interrupted = True
        session = self._session
        if session is not None:
            session.cancel()
        self.wake()
        with self._lock, contextlib.suppress(OSError):
            # Not the method of SSLSocket, which would also tear the TLS state away from
            # under the thread that is using it.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _run(self) -> None:
        with _SELECTOR() as self._selector:
            try:
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._selector.register(self._sock, selectors.EVENT_READ)
                self._selector.register(self._woken, selectors.EVENT_READ)
                self._session = ServerSession(self._instance, self._send, self.wake)
                self._pump(self._session)
                self._say_goodbye()
            except OSError:
                pass  # the client is gone, or too slow, or its TLS is not TLS
            finally:
                self._end()

    def _end(self) -> None:
        if self._session is not None:
            if self._interrupted:
                self._session.abandon()  # it was not the client that went
            self._session.eof()
        with self._lock:
            self.discard()
        self._forget(self)

    def _pump(self, session: ServerSession) -> None:
        resume_at: float | None = None
        while not session.closed:
            if session.pause is None:
                resume_at = None
            elif resume_at is None:
                resume_at = time.monotonic() + session.pause
            if resume_at is not None and self._over(session, resume_at):
                resume_at = None
                session.resume(gone=self._hung_up)
            elif self._hung_up:
                return
            elif self._readable(session, resume_at):
                self._hear(session)

    def _over(self, session: ServerSession, resume_at: float) -> bool:
        """Whether the session's pause is; a client that is gone needs not be waited for."""
        return session.cancelled or self._hung_up or time.monotonic() >= resume_at

    def _hear(self, session: ServerSession) -> None:
        reading = session.line.reading
        data = self._sock.recv(min(reading.max_bytes or _CHUNK, _CHUNK))
        if not data:
            self._hung_up = True
            self._selector.unregister(self._sock)
            return
        session.feed(data)
        if session.wants_tls:
            session.tls_started(self._start_tls(session))
        if reading.wait:
            self._sleep(reading.wait)

    def _readable(self, session: ServerSession, resume_at: float | None) -> bool:
        """Wait for the client, for a wake, or for the end of a pause."""
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending():
            return True
        self._limit(session)
        deadlines = [at for at in (resume_at, self._login_deadline(session)) if at is not None]
        timeout = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        ready = {key.fileobj for key, _ in self._selector.select(timeout)}
        if self._woken in ready:
            self._heed()
            session.nudge()
        return self._sock in ready

    def _heed(self) -> None:
        """Take note of a wake."""
        self._woken.recv(_CHUNK)
        if self._interrupted:
            raise _Gone

    def _login_deadline(self, session: ServerSession) -> float | None:
        return None if session.logged_in else self._deadline

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
        """What the session says, as the faults have it."""
        session = self._session
        if session is None or self._half_closed or self._hung_up:
            return
        for move in session.line.out(data):
            self._limit(session)
            self._make(move)

    def _make(self, move: Move) -> None:
        match move:
            case Send(data):
                if not self._half_closed:
                    self._sock.sendall(data)
            case Wait(seconds):
                self._sleep(seconds)
            case Stall():
                self._sleep(None)
            case HalfClose():
                self._half_closed = True
                socket.socket.shutdown(self._sock, socket.SHUT_WR)
            case Reset():
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._abandon()
            case Close():
                self._abandon()

    def _abandon(self) -> None:
        self._hung_up = True
        if self._session is not None:
            self._session.abandon()
        raise _Gone

    def _sleep(self, seconds: float | None) -> None:
        """Let time pass and hear nothing of the client; None: until the server closes."""
        if seconds is None and self._session is not None:
            self._session.abandon()
        until = None if seconds is None else time.monotonic() + seconds
        with _SELECTOR() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            while until is None or (left := until - time.monotonic()) > 0:
                if selector.select(None if until is None else left):
                    self._heed()

    def _start_tls(self, session: ServerSession) -> TlsDetails:
        if self._context is None:
            raise OSError("TLS was offered without a certificate")
        if session.handshake_ending is not None:
            self._break_handshake(self._context, session.handshake_ending)
        if not self._sock.recv(1, socket.MSG_PEEK):  # wrap_socket leaks a socket that was reset
            raise _Gone
        self._selector.unregister(self._sock)
        with self._lock:
            self._sock = secure = self._context.wrap_socket(
                self._sock, server_side=True, do_handshake_on_connect=False
            )
        secure.do_handshake()
        self._selector.register(secure, selectors.EVENT_READ)
        return details_of(secure)

    def _break_handshake(self, context: ssl.SSLContext, ending: Ending) -> None:
        """Say the first half of what TLS has to say, and no more."""
        hello = b""
        while not (said := half_a_flight(context, hello)):
            piece = self._sock.recv(_CHUNK)
            if not piece:
                raise _Gone
            hello += piece
        self._sock.sendall(said)
        self._make(Close() if ending == "hang_up" else Stall())

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
