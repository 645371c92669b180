"""One client on a socket, pumped by a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from rs_driver_fakeserver.certificates.details import TlsDetails, details_of
from rs_driver_fakeserver.certificates.handshake import half_a_flight
from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.hosts.moves import Close, HalfClose, Move, Reset, Send, Stall, Wait
from rs_driver_fakeserver.hosts.wake import Wake
from rs_driver_fakeserver.protocol.replies import error_response, fatal
from rs_driver_fakeserver.protocol.session import Gone, ServerSession
from rs_driver_fakeserver.protocol.tls_answer import Ending

_CHUNK = 64 * 1024
_HANDSHAKES = (0x16, 0x80)
"""First bytes of TLS: the type of a record, and what SSL 2 begins with."""
_GOODBYE = 1.0
"""Seconds that a client has to hang up after the server did."""


class Connection:
    """A socket and its session. OSError where there are no more descriptors.

    ``context``: the server's side of TLS. ``login_timeout``: seconds from the connect to the
    first ReadyForQuery. ``forget`` is called when it is over. ``refused``: there are too
    many, so that it is told only that.
    """

    def __init__(
        self,
        sock: socket.socket,
        instance: Instance,
        context: ssl.SSLContext | None,
        login_timeout: float,
        forget: Callable[[Connection], None],
        *,
        refused: bool = False,
    ) -> None:
        self._sock = sock
        self._instance = instance
        self._context = context
        self._forget = forget
        self.refused = refused
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + login_timeout
        self._session: ServerSession | None = None
        self._wake = Wake()
        self._interrupted = False
        self._half_closed = False
        self._deserted = False
        """The client does not read any more; it may have left without its answers."""
        self._hung_up = False
        """The client has, or a fault did it for the server: nothing more can be said."""
        self.thread = threading.Thread(
            target=self._run, name="rs_driver_fakeserver connection", daemon=True
        )

    def discard(self) -> None:
        """Release the descriptors of a connection whose thread does not run."""
        with self._lock:
            self._sock.close()
        self._wake.close()

    @property
    def begun(self) -> bool:
        """The server knows of it: it has a session, or will not get one."""
        return self._session is not None or self.refused

    def let_go(self) -> None:
        """Close the descriptors in a forked child, and only there."""
        self._lock = threading.Lock()
        self._sock.close()
        self._wake.let_go()

    def interrupt(self) -> None:
        """From another thread: make the connection end now, whatever it waits for."""
        self._interrupted = True
        session = self._session
        if session is not None:
            session.abandon()  # it is not the client that goes
            with contextlib.suppress(Exception):  # a foreign engine's, which must not keep others
                session.cancel()
        self._wake.ring()
        with self._lock, contextlib.suppress(OSError):
            # Not the method of SSLSocket, which would also tear the TLS state away from
            # under the thread that is using it.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.refused:
                error = fatal("53300", "sorry, too many clients already")
                self._sock.sendall(error_response(error, Dialect()).encode())
            else:
                self._session = ServerSession(self._instance, self._send, self._wake.ring)
                self._pump(self._session)
            self._say_goodbye()
        except (OSError, Gone):
            pass  # the client is gone, or too slow, or its TLS is not TLS
        except BaseException as error:  # noqa: BLE001  (such as pytest.fail() in a rule's function)
            self._fail(error)
        finally:
            self._end()

    def _fail(self, error: BaseException) -> None:
        """What should not have been raised in this thread, where nobody can catch it."""
        if self._session is not None:
            self._session.report("internal", f"{type(error).__name__}: {error}")
            self._session.abandon()

    def _end(self) -> None:
        self._hung_up = True  # so that what is still to be said is not tried
        try:
            if self._session is not None:
                if self._interrupted:
                    self._session.abandon()  # it may be newer than the interruption
                self._session.eof()
        except Exception as error:  # noqa: BLE001  (of an engine that cannot even be closed)
            self._fail(error)
        finally:
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
        self._sock.setblocking(False)
        try:
            data = self._sock.recv(min(reading.max_bytes or _CHUNK, _CHUNK))
        except (BlockingIOError, ssl.SSLWantReadError):
            return  # a part of a TLS record says nothing yet
        if not data:
            self._hung_up = True
            return
        session.feed(data)
        if session.wants_tls:
            session.tls_started(self._start_tls(session))
        if reading.wait:
            self._sleep(reading.wait)

    def _readable(self, session: ServerSession, resume_at: float | None) -> bool:
        """Wait for the client, for a wake, or for the end of a pause."""
        if isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() and not session.full:
            return True
        self._limit(session)
        deadlines = [at for at in (resume_at, self._login_deadline(session)) if at is not None]
        timeout = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
        ready = self._wake.wait(timeout, self._sock, deaf=session.full)
        self._heed()
        session.nudge()
        return ready

    def _heed(self) -> None:
        """After each wait: whether the server closes."""
        if self._interrupted:
            raise Gone

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
        if session is None or self._half_closed or self._deserted or self._hung_up:
            return
        try:
            for move in session.line.out(data):
                self._limit(session)
                self._make(move)
        except (ConnectionError, ssl.SSLError):
            self._deserted = True  # what it had said before is still to be heard
        except OSError as error:
            self._hung_up = True
            raise Gone from error

    def _make(self, move: Move) -> None:
        match move:
            case Send(data):
                if not self._half_closed:
                    self._sock.sendall(data)
            case Wait(seconds):
                self._sleep(seconds)
            case Stall():
                self._stall()
            case HalfClose():
                self._half_closed = True
                socket.socket.shutdown(self._sock, socket.SHUT_WR)
            case Reset():
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._abandon()
            case Close():
                self._abandon()

    def _abandon(self) -> NoReturn:
        self._hung_up = True
        if self._session is not None:
            self._session.abandon()
        raise Gone

    def _sleep(self, seconds: float) -> None:
        """Let time pass and hear nothing of the client."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._wake.wait(left)
            self._heed()

    def _stall(self) -> NoReturn:
        """Hear and say nothing any more, until the client or the server has had enough."""
        if self._session is not None:
            self._session.abandon()
        while not self._wake.wait(None, self._sock, deaf=True):
            self._heed()
        raise Gone

    def _start_tls(self, session: ServerSession) -> TlsDetails:
        if self._context is None:
            raise OSError("TLS was offered without a certificate")
        if session.handshake_ending is not None:
            self._break_handshake(session, self._context, session.handshake_ending)
        self._limit(session)
        first = self._sock.recv(1, socket.MSG_PEEK)
        if not first:  # wrap_socket leaks a socket that was reset
            raise Gone
        if first[0] not in _HANDSHAKES:
            session.no_handshake()
            raise Gone
        self._limit(session)
        with self._lock:
            self._sock = secure = self._context.wrap_socket(
                self._sock, server_side=True, do_handshake_on_connect=False
            )
        secure.do_handshake()
        return details_of(secure)

    def _break_handshake(
        self, session: ServerSession, context: ssl.SSLContext, ending: Ending
    ) -> None:
        """Say the first half of what TLS has to say, and no more."""
        hello = b""
        while not (said := half_a_flight(context, hello)):
            self._limit(session)
            piece = self._sock.recv(_CHUNK)
            if not piece:
                raise Gone
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
