"""Inspector: watches one connection and says where the client breaks the protocol.

A second witness: it shares nothing with ``protocol``, answers nothing, and never raises.
What it knows of the server's side it has from the server's own messages.
"""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.strict import farewell, leaks, lengths
from rs_driver_fakeserver.strict.conversation import Conversation
from rs_driver_fakeserver.strict.findings import Findings, Sent
from rs_driver_fakeserver.strict.login import Login
from rs_driver_fakeserver.strict.startup import Startup

_UTF8 = frozenset({"UTF8", "UNICODE"})
_LAST_WORDS = ("FATAL", "PANIC")
"""Severities of errors after which the server hangs up."""


class Inspector:
    """One connection, as it goes by, in the order in which the server handles it.

    ``report`` is told each violation once, as a sentence that names the message, its
    place in the conversation and what the protocol demands, and nothing of parameters,
    passwords or rows. ``encrypted``: the medium needs no TLS. ``offers_tls``: whether the
    client could have TLS; only then a password in plain text is its own fault.
    """

    def __init__(
        self,
        report: Callable[[ProblemKind, str], None],
        *,
        encrypted: bool = False,
        offers_tls: bool = True,
    ) -> None:
        self._report = report
        self._findings = Findings(report)
        self._startup = Startup(self._findings, encrypted=encrypted)
        self._login = Login(self._findings, self._startup, offers_tls=offers_tls)
        self._conversation = Conversation(self._findings)
        self._number = 0
        self._ready = self._broken = self._fatal = self._over = False
        self._utf8 = True

    def frontend(self, raw: bytes, message: FrontendMessage | None, problem: str | None) -> None:
        """The client sent a message: ``raw`` with its header.

        ``message`` is None where the body could not be decoded, and ``problem`` says why.
        """
        self._guarded(lambda: self._frontend(raw, message, problem))

    def ahead(self, left: int) -> None:
        """``left`` bytes have come behind the last message, which was not answered yet."""
        if left and self._startup.step != "login":
            self._guarded(lambda: self._startup.ahead(left))

    def unframed(self, problem: str) -> None:
        """The client sent bytes that are no message at all."""
        self._guarded(lambda: self._unframed(problem))

    def backend(self, raw: bytes, message: BackendMessage | None) -> None:
        """The server sent a message; None for DataRows, and for the byte before TLS."""
        if message is not None or len(raw) == 1:
            self._guarded(lambda: self._backend(raw, message))

    def tls_started(self) -> None:
        """The handshake has taken place: what comes from now on is encrypted."""
        self._startup.tls_started()

    def no_handshake(self) -> None:
        """The server agreed to encryption, and what the client then sent is no TLS."""
        self._guarded(self._startup.no_handshake)

    def caught_up(self) -> None:
        """The client has had everything that the server has said.

        Where nobody says so, a client is taken to be ahead of the answers: it may still
        speak of what it could not know to have failed.
        """
        self._conversation.caught_up()

    def ended(self, leftover: int, *, by_server: bool) -> None:
        """The connection is over, with ``leftover`` bytes that are no complete message."""
        if not self._over:
            self._over = True
            self._guarded(lambda: self._ended(leftover, by_server=by_server))

    def _guarded(self, step: Callable[[], None]) -> None:
        if self._broken:
            return
        try:
            step()
        except Exception as error:  # noqa: BLE001  (whoever watches must not disturb)
            self._broken = True
            self._report("internal", f"the strict checks failed: {type(error).__name__}: {error}")

    def _frontend(self, raw: bytes, message: FrontendMessage | None, problem: str | None) -> None:
        self._number += 1
        if self._startup.step != "login":
            self._startup.message(Sent(self._number, b"", message, len(raw)), problem)
            return
        sent = Sent(self._number, raw[:1], message, len(raw))
        if self._ready:
            self._check_length(sent, raw, problem)
            self._conversation.message(sent)
            leaks.check_number(self._findings, self._conversation.holdings.statements)
        else:
            self._login.message(sent, problem)

    def _check_length(self, sent: Sent, raw: bytes, problem: str | None) -> None:
        fault = lengths.fault_in(raw, utf8=self._utf8)
        if fault is None and sent.message is None:
            fault = problem or "its body cannot be decoded"
        if fault is not None:
            self._findings.where = self._conversation.place
            self._findings.violation(sent, fault, lengths.DEMAND)

    def _unframed(self, problem: str) -> None:
        if self._ready:
            self._findings.where = self._conversation.place
        self._findings.odd(
            f"the client sent bytes that are no message: {problem}",
            "a message is a type, a length and as many bytes as the length says",
        )

    def _backend(self, raw: bytes, message: BackendMessage | None) -> None:
        match message:
            case None:
                self._startup.answer(raw)
            case AuthenticationRequest():
                self._login.request(message)
            case ParameterStatus("client_encoding", value):
                self._utf8 = value.upper().replace("-", "") in _UTF8
            case ErrorResponse(fields) if fields.get("V", fields.get("S")) in _LAST_WORDS:
                self._fatal = True
            case ReadyForQuery() if not self._ready:
                self._ready = True
            case _ if self._ready:
                self._conversation.answer(message)

    def _ended(self, leftover: int, *, by_server: bool) -> None:
        by_server = by_server or self._fatal
        if not self._ready:
            self._startup.ended(leftover)
            if leftover and not by_server:
                farewell.incomplete(self._findings, leftover)
            return
        self._findings.where = self._conversation.place
        farewell.check(self._findings, self._conversation, leftover, by_server=by_server)
        if self._conversation.left or not by_server:
            leaks.check_end(self._findings, self._conversation.holdings.statements)
