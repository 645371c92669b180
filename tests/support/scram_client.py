"""The client's side of SCRAM-SHA-256 for ASCII passwords, written from RFC 5802 alone."""

from __future__ import annotations

import base64
import hashlib
import hmac

from rs_driver.wire.auth import (
    AuthenticationRequest,
    AuthenticationSASLContinue,
    SASLInitialResponse,
    SASLResponse,
)

FIRST = "n,,n=,r=abc"


def answer(
    first: str,
    password: str,
    challenge: bytes,
    binding: str,
    nonce: str | None = None,
    data: bytes = b"",
) -> bytes:
    """A client's final message, in the fewest words. ``data``: what it binds to."""
    fields = dict(part.split("=", 1) for part in challenge.decode().split(","))
    salt, count = base64.b64decode(fields["s"]), int(fields["i"])
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, count)
    key = hmac.digest(salted, b"Client Key", "sha256")
    bound = base64.b64encode(binding.encode() + data).decode()
    bare = f"c={bound},r={nonce or fields['r']}"
    transcript = f"{first.split(',', 2)[2]},{challenge.decode()},{bare}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), transcript, "sha256")
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    return f"{bare},p={base64.b64encode(proof).decode()}".encode()


class ScramClient:
    """Both answers of one login, as messages. ``binding``: what it binds the channel to."""

    def __init__(
        self,
        password: str,
        *,
        first: str = FIRST,
        mechanism: str = "SCRAM-SHA-256",
        binding: bytes = b"",
    ) -> None:
        self._password = password
        self._first = first
        self._mechanism = mechanism
        self._binding = binding

    def initial(self, request: AuthenticationRequest) -> SASLInitialResponse:
        """The answer to the offer."""
        del request
        return SASLInitialResponse(self._mechanism, self._first.encode())

    def response(self, request: AuthenticationRequest) -> SASLResponse:
        """The proof."""
        assert isinstance(request, AuthenticationSASLContinue)
        header = ",".join(self._first.split(",")[:2]) + ","
        return SASLResponse(
            answer(self._first, self._password, request.data, header, data=self._binding)
        )
