"""The port between a login and whatever decides on it.

A method is a generator of challenges: it yields ``Challenge(request, answer)``, is sent
the client's answer, and returns the name of the user who is in, or raises ``Refused``.
A wrong password and an unknown user look alike: an unknown user goes through the whole
exchange with keys of no password.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.engine.port import SqlError

AnswerKind = Literal["password", "sasl_initial", "sasl_response", "digest", "token"]


@dataclass(frozen=True)
class Challenge:
    """A request to the client, and the answer that it must give; None for no answer."""

    request: AuthenticationRequest
    answer: AnswerKind | None


class Refused(Exception):
    """The login fails. ``reason`` is for whoever tests, and never holds a secret.

    ``message`` replaces the usual one that the client is told, ``error`` all of it.
    """

    def __init__(
        self, reason: str, message: str | None = None, *, error: SqlError | None = None
    ) -> None:
        super().__init__(reason)
        self.message = message
        self.error = error


def _excused() -> None:
    """There is nobody who would mind."""


@dataclass(frozen=True)
class Attempt:
    """A client that wants in, and what a method may judge it by.

    ``parameters``: all of its startup message. ``tls_server_end_point``: the hash of the
    server's certificate (RFC 5929), where the connection is encrypted and it is known.
    ``client_name``: the common name in the client's own certificate, once that has been
    verified. ``number``: how many logins the server saw before it, since it began or was
    reset. ``entropy`` gives so many random bytes. A method that cheats calls ``excuse``:
    its client is then free to break off, at any point and without Terminate.
    """

    user: str
    database: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    encrypted: bool = False
    tls_server_end_point: bytes | None = None
    client_name: str | None = None
    entropy: Callable[[int], bytes] = secrets.token_bytes
    excuse: Callable[[], None] = _excused
    number: int = 0


Exchange = Generator[Challenge, FrontendMessage, str]


class AuthMethod(Protocol):
    """A way to log in. One object serves all connections, from several threads."""

    def exchange(self, attempt: Attempt) -> Exchange:
        """One login."""

    def credentials(self) -> Mapping[str, str]:
        """Connection keywords of one client that gets in."""


def first_of(users: Mapping[str, str]) -> Mapping[str, str]:
    """The credentials of the first user; of nobody where there is none."""
    for user, password in users.items():
        return {"user": user, "password": password}
    return {"user": "nobody"}


def checked(users: Mapping[str, str], example: str) -> dict[str, str]:
    """A copy of ``users``; TypeError, without its contents, where it is no mapping of str."""
    given: object = users
    if not isinstance(given, Mapping):
        raise TypeError(f"Auth takes a dict such as {example}, not {type(given).__name__}")
    if not all(isinstance(text, str) for pair in users.items() for text in pair):
        raise TypeError(f"Auth takes a dict of str to str such as {example}")
    return dict(users)


def checked_method(method: AuthMethod) -> AuthMethod:
    """``method``; TypeError, without its contents, where it is none."""
    if isinstance(method, type) or not callable(getattr(method, "exchange", None)):
        raise TypeError(
            "Auth takes methods of login such as Auth.md5({'alice': 'secret'}) here, "
            f"not {type(method).__name__}"
        )
    return method
