"""Redshift's digest of a password that is stored as SHA-256 (authentication code 13).

``sha256(sha256(password + salt) + server nonce + client nonce)``; the user's name is
not in it, and the length of the client's nonce is free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from rs_driver.adapters.auth.answers import answer_once, password_of, unexpected
from rs_driver.errors import NotSupportedError
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.wire.auth import AuthenticationDigest, AuthenticationRequest
from rs_driver.wire.redshift import DigestResponse

_SHA256 = 0
_OTHER_ALGORITHMS: Mapping[int, str] = {1: "scrypt", 2: "argon2"}
_NONCE_SIZE = 16


class DigestAuthenticator:
    """Sends a digest that is good for these two nonces only. SHA-256 alone is known."""

    code = AuthenticationDigest.code
    name = "digest"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """One DigestResponse."""
        if not isinstance(request, AuthenticationDigest):
            raise unexpected(self.name, request)
        if request.algorithm != _SHA256:
            name = _OTHER_ALGORITHMS.get(request.algorithm, "unknown")
            raise NotSupportedError(
                f"the server asks for digest algorithm {request.algorithm} ({name}); "
                "this driver knows only SHA-256"
            )
        password = password_of(context.credentials, self.name)
        nonce = context.random(_NONCE_SIZE)
        stored = hashlib.sha256(password + request.salt).digest()
        digest = hashlib.sha256(stored + request.server_nonce + nonce).digest()
        yield from answer_once(DigestResponse(digest, nonce), self.name)
