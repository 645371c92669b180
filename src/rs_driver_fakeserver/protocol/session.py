"""ServerSession: one connection as seen by the server, without I/O.

Bytes in by ``feed``, bytes out as its answer. The conversation itself is a generator
(``startup``, ``login``, ``conversation``) that yields what it waits for; this file only
cuts messages out of the bytes, decodes them, and passes them in.
"""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import Frame
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.registry import FRONTEND, PasswordKind, decode_frontend
from rs_driver.wire.startup import decode_startup
from rs_driver_fakeserver.client import Client, Instance
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.conversation import serve
from rs_driver_fakeserver.protocol.login import log_in
from rs_driver_fakeserver.protocol.outbox import Outbox
from rs_driver_fakeserver.protocol.replies import error_response, fatal
from rs_driver_fakeserver.protocol.startup import Greeting, first_messages
from rs_driver_fakeserver.protocol.wants import Malformed, Talk, Want

_PASSWORD_KINDS: dict[str, PasswordKind] = {
    "password": "password",
    "sasl_initial": "sasl_initial",
    "sasl_response": "sasl_response",
}


class ServerSession:
    """The server's end of one connection; a ``ports.transport.Peer``.

    ``drain``: where a host wants what may go out, at once, instead of from ``feed``.
    Used by one thread at a time.
    """

    def __init__(self, instance: Instance, drain: Callable[[bytes], None] | None = None) -> None:
        self._log = instance.log.connect()
        self._outbox = Outbox(self._log, drain)
        self._client = Client(instance, self._outbox, instance.config.dialect)
        self._greeting = Greeting()
        self._buffer = ReceiveBuffer(16 * 1024)
        self._talk = self._converse()
        self._want: Want | None = next(self._talk)

    def _converse(self) -> Talk:
        """The whole conversation. Returns when the server hangs up."""
        client = self._client
        startup = yield from first_messages(client, self._greeting)
        if startup is not None:
            yield from log_in(client, startup)
            self._greeting.logged_in = True
            yield from serve(client)

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
        """The client has hung up: release what the session holds."""
        self._finish()

    def cancel(self) -> None:
        """From another thread: the running statement stops at its next chance."""
        self._client.cancel()

    @property
    def wants_tls(self) -> bool:
        """It answered ``S``: the host begins TLS and calls ``tls_started``."""
        return self._greeting.wants_tls

    def tls_started(self) -> None:
        """What is fed from now on came over TLS."""
        self._greeting.wants_tls = False
        self._client.encrypted = True

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
            while self._want is not None and (frame := self._next(self._want)) is not None:
                body = self._buffer.body(frame)
                self._buffer.consume(frame)
                self._greeting.bytes_left = len(self._buffer)
                self._step(frame.tag, body, self._want)
        except RemoteProtocolError:
            # The frame makes no sense, so no later one can be found either. PostgreSQL
            # hangs up without a word here.
            self._finish()

    def _next(self, want: Want) -> Frame | None:
        if want.untagged:
            return self._buffer.untagged_frame(want.limit)
        tag = self._buffer.peek_tag()
        if tag is not None and tag not in FRONTEND:
            self._fail(fatal("08P01", f"invalid frontend message type {tag}"))
            return None
        return self._buffer.frame(want.limit)

    def _step(self, tag: int, body: bytes, want: Want) -> None:
        raw = (b"" if want.untagged else bytes([tag])) + (len(body) + 4).to_bytes(4, "big") + body
        try:
            message = _decoded(tag, body, want)
        except RemoteProtocolError as error:
            self._log.frontend(raw, None)
            malformed = Malformed(bytes([tag]), str(error))
            self._resume(lambda: self._talk.throw(malformed))
        else:
            self._log.frontend(raw, message)
            self._resume(lambda: self._talk.send(message))

    def _resume(self, go_on: Callable[[], Want]) -> None:
        try:
            self._want = go_on()
        except StopIteration:
            self._finish()
        except SqlError as error:
            self._fail(error)

    def _fail(self, error: SqlError) -> None:
        """Say why, and hang up."""
        self._outbox.send(error_response(error, self._client.dialect))
        self._finish()

    def _finish(self) -> None:
        self._want = None
        self._talk.close()
        self._outbox.flush()


def _decoded(tag: int, body: bytes, want: Want) -> FrontendMessage:
    if want.untagged:
        return decode_startup(body)
    kind = _PASSWORD_KINDS.get(want.answer or "", "password")
    return decode_frontend(tag, body, password_kind=kind, digest=want.answer == "digest")
