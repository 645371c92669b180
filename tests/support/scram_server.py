"""The server's side of SCRAM-SHA-256, written from RFC 5802 with hashlib alone.

It shares no line with the driver's client or the library under it, and can misbehave in
every way that a test may want: each message is a method to override.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def keyed(key: bytes, message: str) -> bytes:
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


class ScramServer:
    """One login. ``binding`` is the channel binding that the server itself would compute."""

    def __init__(
        self,
        password: str,
        *,
        salt: bytes = b"sixteen bytes ok",
        iterations: int = 4096,
        nonce: str = "server-nonce",
        binding: bytes | None = None,
    ) -> None:
        self.salt = salt
        self.iterations = iterations
        self.nonce = nonce
        self.binding = binding
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
        self.stored_key = hashlib.sha256(keyed(salted, "Client Key")).digest()
        self.server_key = keyed(salted, "Server Key")

    def first(self, client_first: bytes) -> bytes:
        """server-first-message, the answer to client-first-message."""
        text = client_first.decode()
        flag, _, self.client_bare = text.split(",", 2)
        self.gs2_header = f"{flag},,"
        attributes = dict(item.split("=", 1) for item in self.client_bare.split(","))
        self.user = attributes["n"]
        self.combined = attributes["r"] + self.nonce
        self.server_first = f"r={self.combined},s={b64(self.salt)},i={self.iterations}"
        return self.server_first.encode()

    def final(self, client_final: bytes) -> bytes:
        """server-final-message: the signature, or ``e=`` and why not."""
        without_proof, _, proof = client_final.decode().rpartition(",p=")
        attributes = dict(item.split("=", 1) for item in without_proof.split(","))
        bound = self.gs2_header.encode()
        if self.gs2_header.startswith("p="):
            bound += self.binding or b""
        if attributes["c"] != b64(bound):
            return b"e=channel-bindings-dont-match"
        if attributes["r"] != self.combined:
            return b"e=other-error"
        message = f"{self.client_bare},{self.server_first},{without_proof}"
        signature = keyed(self.stored_key, message)
        client_key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if hashlib.sha256(client_key).digest() != self.stored_key:
            return b"e=invalid-proof"
        return b"v=" + b64(keyed(self.server_key, message)).encode()
