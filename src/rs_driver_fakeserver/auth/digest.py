"""Redshift's digest (code 13), for users whose password is kept as SHA-256."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationDigest
from rs_driver.wire.redshift import DigestResponse
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused, first_of


@dataclass(frozen=True)
class Digest:
    """SHA-256 over password, salt and two nonces. ``users`` maps names to passwords.

    ``algorithm`` is what the request names: 0 is SHA-256, the only one that clients
    know; others are for showing that they refuse them.
    """

    users: Mapping[str, str] = field(repr=False)
    algorithm: int = 0

    def exchange(self, attempt: Attempt) -> Exchange:
        """A salt of eight bytes and a nonce of four; the digest and the client's nonce."""
        user, salt, nonce = attempt.user, attempt.entropy(8), attempt.entropy(4)
        answer = yield Challenge(AuthenticationDigest(self.algorithm, salt, nonce), "digest")
        if not isinstance(answer, DigestResponse) or not answer.client_nonce:
            raise Refused("no digest, or one without a nonce of the client's")
        expected = digest(self.users.get(user, ""), salt, nonce, answer.client_nonce)
        if not hmac.compare_digest(answer.digest, expected) or not self.users.get(user):
            raise Refused("unknown user or wrong password")
        return user

    def credentials(self) -> Mapping[str, str]:
        """Those of the first user."""
        return first_of(self.users)


def digest(password: str, salt: bytes, server_nonce: bytes, client_nonce: bytes) -> bytes:
    """What a client that knows the password answers to a digest request."""
    inner = hashlib.sha256(password.encode() + salt).digest()
    return hashlib.sha256(inner + server_nonce + client_nonce).digest()
