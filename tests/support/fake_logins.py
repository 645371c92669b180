"""The fake server's methods of login, driven without a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Union

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth.port import Attempt, AuthMethod

USERS = {"awsuser": "Secret1!", "empty": ""}
Answer = Union[FrontendMessage, Callable[[AuthenticationRequest], FrontendMessage]]
"""What a client says, or how it makes that of the request."""


def entropy(size: int) -> bytes:
    """1, 2, 3 and so on."""
    return bytes(range(1, size + 1))


def attempt(
    user: str = "awsuser",
    *,
    binding: bytes | None = None,
    name: str | None = None,
    number: int = 0,
) -> Attempt:
    """A login of ``user``, over TLS if there is something to bind to."""
    return Attempt(
        user,
        "dev",
        {"user": user},
        encrypted=binding is not None,
        tls_server_end_point=binding,
        client_name=name,
        entropy=entropy,
        number=number,
    )


def log_in(
    method: AuthMethod, answers: Sequence[Answer] = (), user: str | Attempt = "awsuser"
) -> tuple[list[int], str]:
    """The codes that the server sent, and who is in; all of the answers were asked for."""
    exchange = method.exchange(user if isinstance(user, Attempt) else attempt(user))
    codes, left = [], list(answers)
    try:
        challenge = next(exchange)
        while True:
            codes.append(challenge.request.code)
            if challenge.answer is None:
                challenge = next(exchange)
                continue
            answer = left.pop(0)
            said = answer(challenge.request) if callable(answer) else answer
            challenge = exchange.send(said)
    except StopIteration as stop:
        assert not left, "the server did not ask for all of the answers"
        return codes, stop.value


def first_request(method: AuthMethod, user: str | Attempt = "awsuser") -> AuthenticationRequest:
    """What it asks first."""
    exchange = method.exchange(user if isinstance(user, Attempt) else attempt(user))
    return next(exchange).request
