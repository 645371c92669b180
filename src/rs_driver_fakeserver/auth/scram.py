"""SCRAM-SHA-256, the server's side (RFC 5802, RFC 7677), strict.

Own code, so that the driver's SCRAM has a witness. Channel binding is not offered. As
PostgreSQL does, an empty user name is taken for that of the startup message.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import stringprep
import unicodedata
from dataclasses import dataclass, field

MECHANISM = "SCRAM-SHA-256"
DEFAULT_ITERATIONS = 4096

_CLIENT_FIRST = re.compile(r"([ny]),(?:a=([^,]*))?,(n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+))")
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


def prepared(password: str) -> str:
    """The password after SASLprep (RFC 4013), or as it is where SASLprep forbids it.

    PostgreSQL does the same, so that a password in any encoding still works.
    """
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char
        for char in password
        if not stringprep.in_table_b1(char)
    )
    normal = unicodedata.normalize("NFKC", mapped)
    return normal if normal and not _forbidden(normal) else password


_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
    stringprep.in_table_a1,
)


def _forbidden(text: str) -> bool:
    if any(table(char) for char in text for table in _PROHIBITED):
        return True
    if not any(stringprep.in_table_d1(char) for char in text):
        return False
    # Right-to-left text must begin and end so, and hold nothing from left to right.
    edges = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return not edges or any(stringprep.in_table_d2(char) for char in text)


class ScramServer:
    """One login: ``first`` and ``final``, in this order."""

    def __init__(self, user: str, password: str, salt: bytes, nonce: str, iterations: int) -> None:
        self._user = user
        self._password = password
        self._salt = salt
        self._iterations = iterations
        self._own_nonce = nonce
        self._header = ""
        self._transcript = ""
        self._nonce = ""

    def first(self, message: bytes) -> bytes:
        """The answer to the client's first message."""
        match = _CLIENT_FIRST.fullmatch(_decoded(message))
        if match is None:
            raise ScramError("the client's first SCRAM message is malformed")
        binding, authorization, bare, name, client_nonce = match.groups()
        if authorization:
            raise ScramError("an authorization identity is not supported")
        if _unescaped(name) not in ("", self._user):
            raise ScramError("the SCRAM user is not the one that the session began with")
        self._header = f"{binding},,"
        self._nonce = client_nonce + self._own_nonce
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
        if binding != base64.b64encode(self._header.encode()).decode():
            raise ScramError("the channel binding is not what the client began with")
        if not hmac.compare_digest(nonce.encode(), self._nonce.encode()):
            raise ScramError("the nonce is not the one of this exchange")
        transcript = f"{self._transcript},{bare}".encode()
        # Only now: a server that claims absurd iterations must not pay for them itself.
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
