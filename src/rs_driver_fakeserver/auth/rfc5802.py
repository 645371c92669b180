"""SCRAM-SHA-256, the server's side (RFC 5802, RFC 7677, RFC 5929), strict.

Own code, so that the driver's SCRAM has a witness. Stricter than PostgreSQL: attributes
that RFC 5802 lets stand at the end of a message are refused, as no client sends any.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from rs_driver_fakeserver.auth.saslprep import prepared

MECHANISM = "SCRAM-SHA-256"
MECHANISM_PLUS = "SCRAM-SHA-256-PLUS"
BINDING = "tls-server-end-point"
DEFAULT_ITERATIONS = 4096
MOST_ITERATIONS = 1_000_000
"""More than that are claimed only: a client that goes through with them is refused, so
that nobody can keep the server busy for minutes."""

_CLIENT_FIRST = re.compile(
    r"(n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))"
)
_CLIENT_FINAL = re.compile(r"(c=([^,]+),r=([^,]+)),p=([A-Za-z0-9+/]+={0,2})")


class ScramError(Exception):
    """The client's message is not SCRAM, or its proof is wrong."""


@dataclass(frozen=True)
class Verifier:
    """What a server keeps of a password."""

    stored_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)


def verifier(password: str, salt: bytes, iterations: int = DEFAULT_ITERATIONS) -> Verifier:
    """The verifier of a password."""
    salted = hashlib.pbkdf2_hmac("sha256", prepared(password).encode(), salt, iterations)
    stored = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    return Verifier(stored, _hmac(salted, b"Server Key"))


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


@dataclass(frozen=True)
class Channel:
    """What the server offered, and what the client chose, before the first SCRAM message.

    ``offered``: SCRAM-SHA-256-PLUS was among the mechanisms; ``chosen``: the client took
    it. ``data``: the server's channel binding data.
    """

    offered: bool = False
    chosen: bool = False
    data: bytes = b""

    def judge(self, flag: str, kind: str | None) -> None:
        """ScramError where the GS2 flag of the client is not one that it may give here."""
        if kind is not None and not self.chosen:
            raise ScramError(f"the client binds the channel without {MECHANISM_PLUS}")
        if kind is None and self.chosen:
            raise ScramError(f"{MECHANISM_PLUS} without a channel binding")
        if kind not in (None, BINDING):
            raise ScramError(f"the channel binding {kind!r} is not supported")
        if flag == "y" and self.offered:
            # RFC 5802, 6: it can bind and believes that we cannot. Who told it so?
            raise ScramError(f"a downgrade: the client did not see the offer of {MECHANISM_PLUS}")


class ScramServer:
    """One login: ``first`` and ``final``, in this order."""

    def __init__(
        self,
        user: str,
        password: str,
        salt: bytes,
        nonce: str,
        iterations: int,
        channel: Channel | None = None,
    ) -> None:
        self._user = user
        self._password = password
        self._salt = salt
        self._iterations = iterations
        self._own_nonce = nonce
        self._channel = channel or Channel()
        self._binding = b""
        self._transcript = ""
        self._nonce = ""
        self.client_nonce = ""

    def first(self, message: bytes) -> bytes:
        """The answer to the client's first message."""
        match = _CLIENT_FIRST.fullmatch(_decoded(message))
        if match is None:
            raise ScramError("the client's first SCRAM message is malformed")
        flag, kind, authorization, bare, name, self.client_nonce = match.groups()
        if authorization is not None:
            raise ScramError("an authorization identity is not supported")
        # libpq leaves the name out, others write a star: the startup message has it.
        if _unescaped(name) not in ("", "*", self._user):
            raise ScramError("the SCRAM user is not the one that the session began with")
        self._channel.judge(flag, kind)
        self._binding = f"{flag},,".encode() + (self._channel.data if kind else b"")
        self._nonce = self.client_nonce + self._own_nonce
        salt = base64.b64encode(self._salt).decode()
        answer = f"r={self._nonce},s={salt},i={self._iterations}"
        self._transcript = f"{bare},{answer}"
        return answer.encode()

    def final(self, message: bytes) -> bytes:
        """Check the client's proof; the server's own."""
        match = _CLIENT_FINAL.fullmatch(_decoded(message))
        if match is None:
            raise ScramError("the client's final SCRAM message is malformed")
        bare, binding, nonce, proof = match.groups()
        if not hmac.compare_digest(binding.encode(), base64.b64encode(self._binding)):
            raise ScramError("the channel binding is not what the client began with, or is another")
        if not hmac.compare_digest(nonce.encode(), self._nonce.encode()):
            raise ScramError("the nonce is not the one of this exchange")
        if not 0 < self._iterations <= MOST_ITERATIONS:
            raise ScramError(f"the client went through with {self._iterations} iterations")
        transcript = f"{self._transcript},{bare}".encode()
        keys = verifier(self._password, self._salt, self._iterations)
        _check(keys, proof, transcript)
        return b"v=" + base64.b64encode(_hmac(keys.server_key, transcript))


def _check(keys: Verifier, proof: str, transcript: bytes) -> None:
    try:
        sent = base64.b64decode(proof, validate=True)
    except binascii.Error as error:
        raise ScramError("the proof is not base64") from error
    signature = _hmac(keys.stored_key, transcript)
    if len(sent) != len(signature):
        raise ScramError("the proof has the wrong length")
    key = bytes(a ^ b for a, b in zip(sent, signature, strict=True))
    if not hmac.compare_digest(hashlib.sha256(key).digest(), keys.stored_key):
        raise ScramError("the proof is wrong")


def _decoded(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError as error:
        raise ScramError("a SCRAM message is not UTF-8") from error


def _unescaped(name: str) -> str:
    """A SCRAM name writes ``,`` as ``=2C`` and ``=`` as ``=3D``, and holds no other ``=``."""
    if re.search("=(?!2C|3D)", name):
        raise ScramError("the user name is wrongly escaped")
    return name.replace("=2C", ",").replace("=3D", "=")
