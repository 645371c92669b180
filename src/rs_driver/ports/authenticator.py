"""Authenticator: one method of proving who we are."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from rs_driver.ports.credentials import Credentials
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.messages import FrontendMessage

Exchange = Generator[FrontendMessage, AuthenticationRequest, None]
"""Yields each answer to send, is sent the server's next request, returns when satisfied."""


@dataclass(frozen=True)
class AuthContext:
    """What a method may use: who, over which channel, and a source of random bytes."""

    credentials: Credentials
    channel: Channel
    random: Callable[[int], bytes]


class Authenticator(Protocol):
    """One authentication method, chosen by the code of the server's first request.

    ``exchange`` answers that request and those that follow it. It returns only when
    the server may say AuthenticationOk: a method with a final proof (SCRAM) has checked
    it by then. Missing or unusable credentials are an InterfaceError, a server that
    breaks the method's rules or fails its proof an OperationalError; neither holds a
    secret in its text.
    """

    @property
    def code(self) -> int:
        """The code of the request that starts this method (10 for SASL)."""

    @property
    def name(self) -> str:
        """The method as users and allow-lists call it: ``scram-sha-256``, ``md5`` ..."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """Answer ``request`` and its successors."""
