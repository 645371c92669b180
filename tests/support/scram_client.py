"""The client's side of SCRAM-SHA-256 for ASCII passwords, written from RFC 5802 alone."""

from __future__ import annotations

import base64
import hashlib
import hmac


def answer(
    first: str, password: str, challenge: bytes, binding: str, nonce: str | None = None
) -> bytes:
    """A client's final message, in the fewest words."""
    fields = dict(part.split("=", 1) for part in challenge.decode().split(","))
    salt, count = base64.b64decode(fields["s"]), int(fields["i"])
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, count)
    key = hmac.digest(salted, b"Client Key", "sha256")
    bare = f"c={base64.b64encode(binding.encode()).decode()},r={nonce or fields['r']}"
    transcript = f"{first.split(',', 2)[2]},{challenge.decode()},{bare}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), transcript, "sha256")
    proof = bytes(a ^ b for a, b in zip(key, signature, strict=True))
    return f"{bare},p={base64.b64encode(proof).decode()}".encode()
