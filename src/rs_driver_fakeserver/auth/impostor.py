"""Servers that do not know the password and pretend to speak SCRAM.

Whoever goes along is let in, whatever the proof: a test that expects its client to break
off fails where the client does not.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from rs_driver.wire.auth import (
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
)
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused
from rs_driver_fakeserver.auth.rfc5802 import ScramError
from rs_driver_fakeserver.auth.scram import Scram, said

Cheat = Literal[
    "signature", "unproved", "early", "nonce", "short_nonce", "salt", "extension", "error", "mute"
]
"""``signature``: a wrong signature of the server. ``unproved``: AuthenticationOk where that
signature should come, ``early``: before the client has proved anything. ``nonce``: one
that does not begin with the client's, ``short_nonce``: one that adds nothing to it.
``salt``: one that is not base64. ``extension``: a mandatory extension that nobody knows.
``error``: an ``e=`` in place of the signature, and AuthenticationOk after it. ``mute``: a
last message without anything in it."""


@dataclass(frozen=True)
class Impostor:
    """``method`` is what it pretends to be; ``cheat`` is how it gives itself away."""

    method: Scram
    cheat: Cheat

    def __post_init__(self) -> None:
        if self.cheat not in get_args(Cheat):
            raise ValueError(f"cheat= takes one of {get_args(Cheat)}, not {self.cheat!r}")

    def exchange(self, attempt: Attempt) -> Exchange:
        """As that of ``method``, up to where it cheats."""
        attempt.excuse()
        offer = self.method.offer(attempt)
        first = yield Challenge(AuthenticationSASL(offer), "sasl_initial")
        if self.cheat == "early":
            return attempt.user
        server = self.method.server(attempt, first)
        try:
            challenge = server.first(said(first))
        except ScramError as error:
            raise Refused(str(error)) from error
        challenge = self._bent(challenge, server.client_nonce)
        yield Challenge(AuthenticationSASLContinue(challenge), "sasl_response")
        if self.cheat != "unproved":
            yield Challenge(AuthenticationSASLFinal(self._proof(attempt)), None)
        return attempt.user

    def _bent(self, challenge: bytes, client_nonce: str) -> bytes:
        nonce, salt, iterations = challenge.decode().split(",", 2)
        match self.cheat:
            case "nonce":
                nonce = f"r=x{nonce[2:]}"
            case "short_nonce":
                nonce = f"r={client_nonce}"
            case "salt":
                salt = "s=!"
            case "extension":
                nonce = f"m=unheard-of,{nonce}"
            case _:
                pass
        return f"{nonce},{salt},{iterations}".encode()

    def _proof(self, attempt: Attempt) -> bytes:
        if self.cheat == "error":
            return b"e=other-error"
        return b"" if self.cheat == "mute" else b"v=" + base64.b64encode(attempt.entropy(32))

    def credentials(self) -> Mapping[str, str]:
        """Those of ``method``."""
        return self.method.credentials()
