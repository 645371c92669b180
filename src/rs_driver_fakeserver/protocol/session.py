"""ServerSession: one connection as seen by the server, without I/O.

Bytes in by ``feed``, bytes out as its answer. The conversation itself is a generator
(``startup``, ``login``, ``conversation``) that yields what it waits for; this file only
cuts messages out of the bytes, decodes them, and passes them in.
"""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import Frame
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.registry import FRONTEND, PasswordKind, decode_frontend
from rs_driver.wire.startup import decode_startup
from rs_driver_fakeserver.certificates.details import TlsDetails
from rs_driver_fakeserver.client import Client, Instance
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.protocol.conversation import serve
from rs_driver_fakeserver.protocol.login import log_in
from rs_driver_fakeserver.protocol.outbox import Outbox
from rs_driver_fakeserver.protocol.replies import error_response, fatal
from rs_driver_fakeserver.protocol.startup import Greeting, first_messages
from rs_driver_fakeserver.protocol.tls_answer import Ending
from rs_driver_fakeserver.protocol.wants import Malformed, Talk, Want
from rs_driver_fakeserver.strict.inspector import Inspector

_PASSWORD_KINDS: dict[str, PasswordKind] = {
    "password": "password",
    "sasl_initial": "sasl_initial",
    "sasl_response": "sasl_response",
}
MOST_KEPT = 1024 * 1024
"""Bytes of a client that are kept during a pause; more has to wait in its socket."""


class Gone(Exception):
    """What a host's ``drain`` raises when the client cannot be told anything any more."""


class ServerSession:
    """The server's end of one connection; a ``ports.transport.Peer``.

    ``drain``: where a host wants what may go out, at once, instead of from ``feed``; ``Gone``,
    which it may raise, goes through to whoever called.
    ``wake``: how it wants to be told, by another thread, that there is a reason to look
    (``cancelled``, ``nudge``). ``secure``: the medium needs no TLS. Used by one thread at
    a time, but for ``cancel`` and ``push``.
    """

    def __init__(
        self,
        instance: Instance,
        drain: Callable[[bytes], None] | None = None,
        wake: Callable[[], None] | None = None,
        *,
        secure: bool = False,
    ) -> None:
        self._instance = instance
        self._log = instance.log.connect()
        self._inspector = Inspector(
            self.report, encrypted=secure, offers_tls=instance.config.offers_tls
        )
        self._log.inspector = self._inspector
        self.line = instance.faults.line(self.number, self._struck)
        self._outbox = Outbox(self._log, drain)
        self._client = Client(instance, self._outbox, instance.config.dialect)
        if wake is not None:
            self._client.wake = wake
        self._over = self._abandoned = False
        self._wakes = wake is not None
        self.dismissed = False
        """The server wants no more of it, and its host is to end it."""
        self._greeting = Greeting()
        self._buffer = ReceiveBuffer(16 * 1024)
        self._talk = self._converse()
        self._want: Want | None = next(self._talk)
        instance.sessions.add(self)

    @property
    def number(self) -> int:
        """Which connection of the server this is, from 1."""
        return self._log.number

    def report(self, kind: ProblemKind, text: str) -> None:
        """Something is wrong with this connection."""
        self._client.report(kind, text)

    def _converse(self) -> Talk:
        """The whole conversation. Returns when the server hangs up."""
        client = self._client
        startup = yield from first_messages(client, self._greeting)
        if startup is not None:
            yield from log_in(client, startup)
            self._greeting.logged_in = True
            yield from serve(client)

    @property
    def user(self) -> str:
        """As it has logged in; empty before that."""
        return self._client.user

    def feed(self, data: bytes) -> bytes:
        """Hand it what the client sent; get what it answers."""
        if data and not self.closed:
            self._log.received()
            self._outbox.asked()
            self._put(data)
            self._run()
        return self._outbox.take()

    @property
    def closed(self) -> bool:
        """True once it has hung up; what ``feed`` returned before still counts."""
        return self._want is None

    def eof(self) -> None:
        """The client has hung up: release what the session holds.

        One that went while it was kept waiting, or after a fault, needs no farewell.
        """
        self._finish(by_server=self._abandoned or self._client.excused)

    def _struck(self, text: str) -> None:
        """A fault has happened."""
        self._log.note(text)
        self._client.excuse()

    def abandon(self) -> None:
        """From any thread: a fault or the server has ended the conversation, whatever the
        session thinks of it. Not another message is heard."""
        self._abandoned = True
        self._instance.sessions.remove(self)

    def dismiss(self) -> None:
        """From any thread: the server hangs up, at the next chance that the host has.

        Nothing where the host can be woken: it ends its connections by itself.
        """
        if not self._wakes:
            self.dismissed = True
            self.abandon()

    def cancel(self) -> None:
        """From another thread: the running statement stops at its next chance."""
        self._client.cancel()

    @property
    def cancelled(self) -> bool:
        """A CancelRequest came that was not heeded yet."""
        return self._client.cancelled

    def push(self, message: BackendMessage) -> None:
        """From any thread: tell the client this, unasked, once no statement runs."""
        self._client.push(message)

    def nudge(self) -> None:
        """Say what was pushed, if this is the moment."""
        if self._client.idle and self._client.has_news:
            self._client.say_pushed()
            self._outbox.flush()

    @property
    def pause(self) -> float | None:
        """Seconds that it wants to pass before ``resume``; None: it waits for the client.

        What is fed in the meantime is kept for later.
        """
        return None if self._want is None else self._want.pause

    @property
    def full(self) -> bool:
        """It is in a pause, and keeps as much for later as it can: feed it no more now."""
        return self.pause is not None and len(self._buffer) >= MOST_KEPT

    def resume(self, *, gone: bool = False) -> bytes:
        """The pause is over, or cut short; gives what ``feed`` gives.

        ``gone``: the client has hung up; what it had said before is heard to its end.
        """
        if gone:
            self._client.excuse()
        if self.pause is not None:
            self._resume(lambda: next(self._talk))
            self._run()
        return self._outbox.take()

    @property
    def wants_tls(self) -> bool:
        """It answered ``S``: the host begins TLS and calls ``tls_started``."""
        return self._greeting.wants_tls

    @property
    def handshake_ending(self) -> Ending | None:
        """How the handshake that begins now has to end before its time; None: not at all."""
        return self._greeting.ending

    def tls_started(self, details: TlsDetails | None = None) -> None:
        """What is fed from now on came over TLS; ``details`` are those of a real one."""
        self._greeting.wants_tls = False
        self._client.encrypted = True
        self._client.tls = details
        self._inspector.tls_started()

    def no_handshake(self) -> None:
        """The host wanted to begin TLS, and the client has said something else."""
        self._inspector.no_handshake()

    def caught_up(self) -> None:
        """The host knows that the client has had all that was said so far."""
        self._inspector.caught_up()

    @property
    def logged_in(self) -> bool:
        """The login is over, and with it any deadline for it."""
        return self._greeting.logged_in

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            room = self._buffer.get_buffer()
            count = min(len(room), len(rest))
            room[:count] = rest[:count]
            self._buffer.received(count)
            rest = rest[count:]

    def _run(self) -> None:
        """Go through the complete messages in the buffer."""
        try:
            while (want := self._message_wanted()) and (frame := self._next(want)) is not None:
                body = self._buffer.body(frame)
                self._buffer.consume(frame)
                self._greeting.bytes_left = len(self._buffer)
                self._step(frame.tag, body, want)
        except RemoteProtocolError as error:
            # The frame makes no sense, so no later one can be found either. PostgreSQL
            # hangs up without a word here.
            self._inspector.unframed(str(error))
            self._finish()

    def _message_wanted(self) -> Want | None:
        want = self._want
        return None if want is None or want.pause is not None or self._abandoned else want

    def _next(self, want: Want) -> Frame | None:
        if want.untagged:
            return self._buffer.untagged_frame(want.limit)
        tag = self._buffer.peek_tag()
        if tag is not None and tag not in FRONTEND:
            self._inspector.unframed(f"there is no frontend message of type {bytes([tag])!r}")
            self._fail(fatal("08P01", f"invalid frontend message type {tag}"))
            return None
        return self._buffer.frame(want.limit)

    def _step(self, tag: int, body: bytes, want: Want) -> None:
        raw = (b"" if want.untagged else bytes([tag])) + (len(body) + 4).to_bytes(4, "big") + body
        self.line.frontend(None if want.untagged else tag)
        try:
            message = _decoded(tag, body, want)
        except RemoteProtocolError as error:
            self._log.frontend(raw, None, str(error))
            malformed = Malformed(bytes([tag]), str(error))
            self._resume(lambda: self._talk.throw(malformed))
        else:
            self._log.frontend(raw, message)
            self._inspector.ahead(len(self._buffer))
            self._resume(lambda: self._talk.send(message))

    def _resume(self, go_on: Callable[[], Want]) -> None:
        try:
            self._want = go_on()
        except StopIteration:
            self._finish()
        except SqlError as error:
            self._fail(error)
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001  (a fault of the server's own must be told)
            said = f"{type(error).__name__}: {error}"
            self.report("internal", said)
            self._fail(fatal("XX000", f"the fake server failed: {said}"))

    def _fail(self, error: SqlError) -> None:
        """Say why, if there are words for it, and hang up."""
        try:
            self._outbox.send(error_response(error, self._client.dialect))
        except LocalProtocolError as problem:
            self.report("internal", f"the server cannot say why it hangs up: {problem}")
        self._finish()

    def _finish(self, *, by_server: bool = True) -> None:
        self._want = None
        self._client.idle = False
        self._talk.close()
        self._outbox.flush()
        if not self._over:
            self._over = True
            self._inspector.ended(len(self._buffer), by_server=by_server)
            self._instance.sessions.remove(self)


def _decoded(tag: int, body: bytes, want: Want) -> FrontendMessage:
    if want.untagged:
        return decode_startup(body)
    kind = _PASSWORD_KINDS.get(want.answer or "", "password")
    return decode_frontend(tag, body, password_kind=kind, digest=want.answer == "digest")
