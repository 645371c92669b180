"""A connection's first moment, as the client has to behave: up to its StartupMessage."""

from __future__ import annotations

from typing import Literal

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.strict.findings import Findings, Sent, counted

_MAJOR = 3
_NATIVE_IDENTITY = frozenset({"plugin_name", "idp_type"})
"""Startup keys of Redshift's clients that leave it to a token who the user is."""

Step = Literal["first", "login", "cancelled"]


class Startup:
    """Requests for encryption, each followed by one byte of answer; then what they are for.

    ``step``: what has come of it. ``encrypted``: whether bytes are now. ``promised``: the
    server said yes to encryption.
    """

    def __init__(self, findings: Findings, *, encrypted: bool) -> None:
        self._findings = findings
        self.step: Step = "first"
        self.encrypted = encrypted
        self.promised = False
        self._secured = False
        self._asked: set[str] = set()
        self._unanswered: str | None = None

    def message(self, sent: Sent, problem: str | None) -> None:
        """An untagged message came."""
        message = sent.message
        self._check_turn(sent)
        match message:
            case SSLRequest() | GSSENCRequest():
                self._request(sent)
            case CancelRequest():
                self.step = "cancelled"
                self._findings.where = "after the CancelRequest"
            case StartupMessage():
                self._check_startup(sent, message)
                self.step = "login"
                self._findings.where = "in the login"
            case _:
                self._not_decoded(sent, message, problem)

    def _not_decoded(
        self, sent: Sent, message: FrontendMessage | None, problem: str | None
    ) -> None:
        if message is not None:
            what = "it has a type byte"
        else:
            what = problem or "its body is not that of any message without a type byte"
        self._findings.violation(
            sent,
            what,
            "a connection begins with a StartupMessage, SSLRequest, GSSENCRequest or CancelRequest",
        )

    def _check_turn(self, sent: Sent) -> None:
        """After a request for encryption the server is next, and then its word counts."""
        if self._unanswered is not None:
            self._findings.violation(
                sent,
                f"it comes before the answer to the {self._unanswered}",
                "a client sends nothing more until that one byte has come",
            )
            self._unanswered = None
        elif self.promised and not self.encrypted:
            self._findings.violation(
                sent,
                "it comes in plain text, although the server agreed to encryption",
                "after that answer the handshake follows at once",
            )

    def _request(self, sent: Sent) -> None:
        if sent.name in self._asked:
            self._findings.violation(
                sent, "it comes for the second time", "the first answer to it is final"
            )
        elif self._secured:
            self._findings.violation(
                sent, "the connection is encrypted already", "the StartupMessage is next"
            )
        self._asked.add(sent.name)
        self._unanswered = sent.name
        self._findings.where = f"after the {sent.name}"

    def _check_startup(self, sent: Sent, message: StartupMessage) -> None:
        major, minor = message.protocol >> 16, message.protocol & 0xFFFF
        if major != _MAJOR:
            self._findings.violation(
                sent,
                f"it asks for protocol {major}.{minor}",
                "this protocol is version 3.0, the number 196608",
            )
        keys = dict(message.parameters)
        if not keys.get("user") and not _NATIVE_IDENTITY & keys.keys():
            self._findings.violation(
                sent, "it names no user", "the parameter user is the one that is required"
            )

    def ahead(self, left: int) -> None:
        """So many bytes have come behind the message that was last looked at."""
        if self._unanswered is not None:
            self._findings.odd(
                f"{counted(left, 'byte')} came together with the {self._unanswered}",
                "a client sends nothing more until the one byte of the answer has come",
            )

    def answer(self, said: bytes) -> None:
        """The server answered a request for encryption with this byte."""
        if self._unanswered is not None:
            self._unanswered = None
            self.promised = said in (b"S", b"G")

    def no_handshake(self) -> None:
        """After the server agreed to encryption something came that begins no TLS."""
        self._findings.odd(
            "the client goes on in plain text, although the server agreed to encryption",
            "after that answer the handshake follows at once",
        )

    def tls_started(self) -> None:
        """The handshake has taken place."""
        self.encrypted = self._secured = True

    def ended(self, leftover: int) -> None:
        """The connection is over, with so many bytes that were not looked at."""
        if not leftover:
            return
        if self.step == "cancelled":
            self._findings.odd(
                f"{counted(leftover, 'byte')} came after the CancelRequest", "nothing may follow it"
            )
        else:
            self.ahead(leftover)
