"""What the methods share: the password they need, and the shape of one answer."""

from __future__ import annotations

import contextlib

from rs_driver.errors import InterfaceError, RemoteProtocolError
from rs_driver.ports.authenticator import Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest
from rs_driver.wire.messages import FrontendMessage


def answer_once(message: FrontendMessage, method: str) -> Exchange:
    """Send ``message``; the only request that may follow it is AuthenticationOk.

    A server that asks again gets no second answer: RemoteProtocolError.
    """
    request = yield message
    if not isinstance(request, AuthenticationOk):
        raise unexpected(method, request)


def unexpected(method: str, request: AuthenticationRequest) -> RemoteProtocolError:
    """The error for a request that has no place in the method."""
    return RemoteProtocolError(
        f"the server sent authentication request {request.code} in the middle of {method}"
    )


def password_of(credentials: Credentials, method: str) -> bytes:
    """The password in UTF-8; InterfaceError where there is none or the wire cannot hold it."""
    return _secret(credentials.password, "password", credentials.user, method)


def token_of(credentials: Credentials, method: str) -> bytes:
    """The token in UTF-8; InterfaceError where there is none or the wire cannot hold it."""
    return _secret(credentials.token, "token", credentials.user, method)


def _secret(secret: str | None, what: str, user: str, method: str) -> bytes:
    if not secret:
        raise InterfaceError(
            f"the server asks user {user!r} for a {what} ({method}), and none was given"
        )
    if "\0" in secret:
        raise InterfaceError(f"the {what} of user {user!r} contains a NUL character")
    with contextlib.suppress(UnicodeEncodeError):  # which holds the secret: not even a context
        return secret.encode("utf-8")
    raise InterfaceError(f"the {what} of user {user!r} is not valid Unicode")
