"""The login, as the client has to behave: each request is answered by its own message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver.wire.auth import (
    AuthenticationDigest,
    AuthenticationMD5Password,
    AuthenticationRequest,
    AuthenticationSASL,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver_fakeserver.strict.findings import Findings, Sent, short
from rs_driver_fakeserver.strict.startup import Startup

_TERMINATE = b"X"
_CLEARTEXT, _MD5, _SASL, _CONTINUE, _DIGEST, _TOKEN = 3, 5, 10, 11, 13, 14
_SILENT = frozenset({0, 12})
"""Ok and SASLFinal: nothing to be answered."""
_BEARER: Mapping[int, str] = MappingProxyType({_CLEARTEXT: "a password", _TOKEN: "a token"})
"""What is of use to whoever reads it on the way."""
_REQUESTS: Mapping[int, str] = MappingProxyType(
    {
        _CLEARTEXT: "AuthenticationCleartextPassword",
        _MD5: "AuthenticationMD5Password",
        _SASL: "AuthenticationSASL",
        _CONTINUE: "AuthenticationSASLContinue",
        _DIGEST: "AuthenticationDigest",
        _TOKEN: "AuthenticationIdpToken",
    }
)
_ANSWERS: Mapping[int, type[FrontendMessage]] = MappingProxyType(
    {
        _CLEARTEXT: PasswordMessage,
        _MD5: PasswordMessage,
        _SASL: SASLInitialResponse,
        _CONTINUE: SASLResponse,
        _DIGEST: DigestResponse,
        _TOKEN: IdpTokenResponse,
    }
)
_MD5_ANSWER = re.compile(rb"md5[0-9a-f]{32}\Z")
_SHA_256 = 0
_DIGEST_SIZE = 32
_SCRAM = "SCRAM-"


class Login:
    """From the StartupMessage to the first ReadyForQuery.

    ``offers_tls``: whether the client could have had TLS; if not, a password in plain
    text is what the server's own set-up asks for. ``left``: the client has said Terminate.
    """

    def __init__(self, findings: Findings, startup: Startup, *, offers_tls: bool) -> None:
        self._findings = findings
        self._startup = startup
        self._offers_tls = offers_tls
        self._asked: AuthenticationRequest | None = None
        self._mechanism = ""
        self.left = False

    def request(self, message: AuthenticationRequest) -> None:
        """The server asks, or says that it is content."""
        self._asked = None if message.code in _SILENT else message
        asked = _REQUESTS.get(message.code)
        self._findings.where = f"in the login, after {asked}" if asked else "in the login"

    def message(self, sent: Sent, problem: str | None) -> None:
        """The client sent a tagged message.

        The manual does not say whether who gives up a login says Terminate before it
        closes the connection; some do.
        """
        asked, self._asked = self._asked, None
        if self.left:
            self._findings.violation(
                sent, "the client has taken its leave", "Terminate is the last message"
            )
        elif sent.tag == _TERMINATE:
            self.left = True
            self._findings.where = "after Terminate"
        elif asked is None:
            self._findings.violation(
                sent,
                "the server has not asked for it",
                "before ReadyForQuery a client only answers authentication requests",
            )
        elif asked.code not in _ANSWERS:
            return  # Kerberos and the like: exchanges of which nothing is known here
        elif sent.tag != _ANSWERS[asked.code].tag:
            self._findings.violation(
                sent,
                "it does not answer the authentication request",
                f"{_REQUESTS[asked.code]} is answered by {_ANSWERS[asked.code].__name__}",
            )
        else:
            self._check_channel(sent, asked)
            self._check_answer(sent, asked, problem)

    def _check_channel(self, sent: Sent, asked: AuthenticationRequest) -> None:
        if self._startup.encrypted:
            return
        if self._startup.promised:
            self._findings.violation(
                sent,
                "it answers in plain text, although the server agreed to encryption",
                "after that agreement everything goes through the encryption",
            )
        elif asked.code in _BEARER and self._offers_tls:
            self._findings.violation(
                sent,
                f"{_BEARER[asked.code]} goes over the connection in plain text",
                "a secret that can be used by whoever reads it goes over TLS only",
            )

    def _check_answer(self, sent: Sent, asked: AuthenticationRequest, problem: str | None) -> None:
        found, message = problem, sent.message
        match message, asked:
            case PasswordMessage(), AuthenticationMD5Password():
                found = _fault_in_md5(message)
            case DigestResponse(), AuthenticationDigest():
                found = _fault_in_digest(message, asked)
            case SASLInitialResponse(), AuthenticationSASL():
                self._mechanism = message.mechanism
                found = _fault_in_choice(message, asked)
            case SASLResponse(), _ if self._mechanism.startswith(_SCRAM):
                found = _fault_in_final(message)
        if found is not None:
            self._findings.violation(
                sent, found, f"it has to be an answer to {_REQUESTS[asked.code]}"
            )


def _fault_in_md5(message: PasswordMessage) -> str | None:
    if _MD5_ANSWER.match(message.password):
        return None
    return "it is not md5 and 32 hexadecimal digits"


def _fault_in_digest(message: DigestResponse, asked: AuthenticationDigest) -> str | None:
    if asked.algorithm != _SHA_256 or len(message.digest) == _DIGEST_SIZE:
        return None
    return f"its digest has {len(message.digest)} bytes, not {_DIGEST_SIZE}"


def _fault_in_choice(message: SASLInitialResponse, asked: AuthenticationSASL) -> str | None:
    if message.mechanism not in asked.mechanisms:
        names = ", ".join(short(name) for name in asked.mechanisms)
        return f"it chooses {short(message.mechanism)}, and the server offers {names or 'nothing'}"
    scram = message.mechanism.startswith(_SCRAM)
    if scram and message.data is not None and message.data[:2] not in (b"n,", b"y,", b"p="):
        return "it is not SCRAM's client-first-message, which begins with n, y or p"
    return None


def _fault_in_final(message: SASLResponse) -> str | None:
    if message.data.startswith(b"c="):
        return None
    return "it is not SCRAM's client-final-message, which begins with c="
