"""Redshift's own messages: two ways of logging in that PostgreSQL does not have.

Digest (code 13) is for users whose password is stored as SHA-256; the identity-provider
token (code 14) is for native identity federation. Their requests are R messages like
any other and stand in ``auth``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rs_driver.wire.base import Frontend, secret
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import cstring, sized


@dataclass(frozen=True, slots=True)
class DigestResponse(Frontend):
    """The answer to AuthenticationDigest: SHA-256 over password, salt and both nonces.

    Shares its tag with CopyData; which of them it is depends on the phase.
    """

    digest: bytes = secret()
    client_nonce: bytes = secret()
    tag = b"d"

    def _pack(self) -> bytes:
        return sized(self.digest, "the digest") + sized(self.client_nonce, "the nonce")

    @classmethod
    def _unpack(cls, reader: Reader) -> DigestResponse:
        return cls(reader.sized(), reader.sized())


@dataclass(frozen=True, slots=True)
class IdpTokenResponse(Frontend):
    """The answer to AuthenticationIdpToken: the token, without a NUL.

    Other drivers append one NUL; decoding takes both forms. ``terminated``: there is one.
    """

    token: bytes = secret()
    terminated: bool = field(default=False, repr=False, compare=False)
    tag = b"i"

    def _pack(self) -> bytes:
        token = cstring(self.token, "the token")
        return token if self.terminated else token[:-1]

    @classmethod
    def _unpack(cls, reader: Reader) -> IdpTokenResponse:
        body = reader.rest()
        token = body.removesuffix(b"\0")
        if b"\0" in token:
            raise reader.error("the token holds a NUL")
        return cls(token, terminated=token != body)
