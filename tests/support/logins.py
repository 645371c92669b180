"""Who signs in, in the tests of authentication methods."""

from __future__ import annotations

from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationRequest

PASSWORD = "Secret1!"


def login(
    password: str | None = PASSWORD,
    *,
    user: str = "awsuser",
    token: str | None = None,
    random: bytes = b"1700000000000",
    channel: Channel | None = None,
) -> AuthContext:
    """A context whose random bytes are ``random``, whatever is asked for."""
    credentials = Credentials(user, password, token)
    return AuthContext(credentials, channel or Channel(), lambda _size: random)


def finish(exchange: Exchange, request: AuthenticationRequest) -> None:
    """Send the last request: the method must be satisfied by it."""
    try:
        answer = exchange.send(request)
    except StopIteration:
        return
    raise AssertionError(f"the method went on with {answer!r}")
