"""SCRAM-SHA-256 with and without channel binding (codes 10, 11, 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from rs_driver.wire.auth import (
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth import rfc5802
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused, first_of
from rs_driver_fakeserver.auth.rfc5802 import MECHANISM, MECHANISM_PLUS, Channel, ScramServer

Binding = Literal["none", "offer", "require"]


@dataclass(frozen=True)
class Scram:
    """``users`` maps names to passwords; ``iterations`` is what a client must go through.

    ``channel_binding``: whether SCRAM-SHA-256-PLUS is offered over TLS, or is all that
    there is. Iterations may be any number: what is no sensible one is for showing that
    clients refuse it.
    """

    users: Mapping[str, str] = field(repr=False)
    iterations: int = rfc5802.DEFAULT_ITERATIONS
    channel_binding: Binding = "none"

    def __post_init__(self) -> None:
        number: object = self.iterations
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"iterations= takes an int, not {type(number).__name__}")
        if self.channel_binding not in get_args(Binding):
            raise ValueError(
                f"channel_binding= takes one of {get_args(Binding)}, not {self.channel_binding!r}"
            )

    def exchange(self, attempt: Attempt) -> Exchange:
        """Three requests, two answers; the last request is the server's own proof."""
        first = yield Challenge(AuthenticationSASL(self.offer(attempt)), "sasl_initial")
        server = self.server(attempt, first)
        try:
            challenge = server.first(said(first))
            final = yield Challenge(AuthenticationSASLContinue(challenge), "sasl_response")
            proof = server.final(said(final))
        except rfc5802.ScramError as error:
            raise Refused(str(error)) from error
        yield Challenge(AuthenticationSASLFinal(proof), None)
        return attempt.user

    def offer(self, attempt: Attempt) -> tuple[str, ...]:
        """The mechanisms that a client may choose from, the best one first."""
        bound = attempt.tls_server_end_point is not None
        if self.channel_binding == "require":
            if not bound:
                raise Refused(
                    "no TLS, or none whose certificate the server knows",
                    "channel binding required, but not supported by this connection",
                )
            return (MECHANISM_PLUS,)
        offered = self.channel_binding == "offer" and bound
        return (MECHANISM_PLUS, MECHANISM) if offered else (MECHANISM,)

    def server(self, attempt: Attempt, first: FrontendMessage) -> ScramServer:
        """The server's side of what the client chose."""
        offer = self.offer(attempt)
        if not isinstance(first, SASLInitialResponse) or first.mechanism not in offer:
            raise Refused(
                "another mechanism", "client selected an invalid SASL authentication mechanism"
            )
        channel = Channel(
            offered=MECHANISM_PLUS in offer,
            chosen=first.mechanism == MECHANISM_PLUS,
            data=attempt.tls_server_end_point or b"",
        )
        # Nobody knows the password of a user who does not exist, or has none.
        password = self.users.get(attempt.user) or attempt.entropy(16).hex()
        salt, nonce = attempt.entropy(16), attempt.entropy(18).hex()
        return ScramServer(attempt.user, password, salt, nonce, self.iterations, channel)

    def credentials(self) -> Mapping[str, str]:
        """Those of the first user."""
        return first_of(self.users)


def said(answer: FrontendMessage) -> bytes:
    """The SCRAM message in a client's answer."""
    if isinstance(answer, SASLInitialResponse):
        return answer.data or b""
    return answer.data if isinstance(answer, SASLResponse) else b""
