"""The client's part of a login, for whoever has to log in to a real server.

The password goes out as it is only over TLS or on this machine.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from rs_driver.wire import auth
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver_fakeserver.auth.digest import digest
from rs_driver_fakeserver.auth.rfc5802 import MECHANISM
from rs_driver_fakeserver.auth.saslprep import prepared

Authenticator = Callable[[auth.AuthenticationRequest], FrontendMessage | None]
"""Answers one request; None for one that wants no answer, such as AuthenticationOk."""

_MIN_ITERATIONS, _MAX_ITERATIONS = 4096, 1_000_000


class LoginError(ConnectionError):
    """A server does not let the client in, or asks for what the client does not give."""


@dataclass
class Login:
    """Who logs in. An instance is the ``Authenticator`` of one connection.

    ``safe``: whether what is sent can be seen by nobody else.
    """

    user: str
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    safe: bool = False
    entropy: Callable[[int], bytes] = field(default=secrets.token_bytes, repr=False)
    _scram: _Scram | None = field(default=None, init=False, repr=False)

    def __call__(self, request: auth.AuthenticationRequest) -> FrontendMessage | None:
        """The answer to ``request``. LoginError where there is none."""
        match request:
            case auth.AuthenticationOk():
                if self._scram is not None and not self._scram.proved:
                    raise LoginError("the server did not prove that it knows the password")
                return None
            case auth.AuthenticationCleartextPassword():
                return auth.PasswordMessage(self._exposed(self.password, "password"))
            case auth.AuthenticationMD5Password(salt):
                return auth.PasswordMessage(_md5(self._secret(), self.user, salt))
            case auth.AuthenticationDigest(0, salt, nonce):
                own = self.entropy(16)
                return DigestResponse(digest(self._secret(), salt, nonce, own), own)
            case auth.AuthenticationIdpToken():
                return IdpTokenResponse(self._exposed(self.token, "token"))
            case auth.AuthenticationSASL(mechanisms) if MECHANISM in mechanisms:
                self._scram = _Scram(self._secret(), self.entropy)
                return auth.SASLInitialResponse(MECHANISM, self._scram.first())
            case auth.AuthenticationSASLContinue(data) if self._scram is not None:
                return auth.SASLResponse(self._scram.final(data))
            case auth.AuthenticationSASLFinal(data) if self._scram is not None:
                self._scram.check(data)
                return None
        raise LoginError(f"the server asks for authentication request {request.code}")

    def _secret(self) -> str:
        if not self.password:
            raise LoginError(f"the server asks user {self.user!r} for a password; none was given")
        return self.password

    def _exposed(self, secret: str | None, what: str) -> bytes:
        if not secret:
            raise LoginError(f"the server asks user {self.user!r} for a {what}; none was given")
        if not self.safe:
            raise LoginError(f"the server asks for the {what} over a connection without TLS")
        return secret.encode()


def _md5(password: str, user: str, salt: bytes) -> bytes:
    inner = hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()
    outer = hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()
    return b"md5" + outer.encode()


class _Scram:
    """SCRAM-SHA-256, the client's side (RFC 5802, RFC 7677), without channel binding."""

    def __init__(self, password: str, entropy: Callable[[int], bytes]) -> None:
        self._password = prepared(password).encode()
        self._nonce = base64.b64encode(entropy(18)).decode()
        self._server_signature = b""
        self.proved = False

    def first(self) -> bytes:
        return f"n,,n=,r={self._nonce}".encode()

    def final(self, challenge: bytes) -> bytes:
        nonce, salt, iterations = self._read(challenge)
        salted = hashlib.pbkdf2_hmac("sha256", self._password, salt, iterations)
        bare = f"c=biws,r={nonce}"
        transcript = b"n=,r=%s,%s,%s" % (self._nonce.encode(), challenge, bare.encode())
        key = hmac.digest(salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(key).digest(), transcript, "sha256")
        proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self._server_signature = hmac.digest(server_key, transcript, "sha256")
        return f"{bare},p={base64.b64encode(proof).decode()}".encode()

    def _read(self, challenge: bytes) -> tuple[str, bytes, int]:
        """The server's nonce, salt and iteration count."""
        try:
            parts = [part.split("=", 1) for part in challenge.decode("ascii").split(",")]
            if [name for name, _ in parts] != ["r", "s", "i"]:
                raise ValueError
            nonce, salt, count = (value for _, value in parts)
            found = nonce, base64.b64decode(salt, validate=True), int(count)
        except ValueError as error:
            raise LoginError("the server's SCRAM message is malformed") from error
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise LoginError("the server's nonce does not extend the client's")
        if not _MIN_ITERATIONS <= found[2] <= _MAX_ITERATIONS:
            raise LoginError(f"the server asks for {found[2]} iterations of SCRAM")
        return found

    def check(self, data: bytes) -> None:
        expected = b"v=" + base64.b64encode(self._server_signature)
        if not self._server_signature or not hmac.compare_digest(data, expected):
            raise LoginError("the server does not know the password")
        self.proved = True
