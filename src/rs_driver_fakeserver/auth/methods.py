"""How clients log in: one class a method, each a generator of challenges.

A method yields ``Challenge(request, answer)``, is sent the client's answer, and returns
the name of the user who is in, or raises ``Refused``. A wrong password and an unknown
user look alike: an unknown user goes through the whole exchange with keys of no password.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationDigest,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationOther,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver_fakeserver.auth import scram

AnswerKind = Literal["password", "sasl_initial", "sasl_response", "digest", "token"]


@dataclass(frozen=True)
class Challenge:
    """A request to the client, and the answer that it must give; None for no answer."""

    request: AuthenticationRequest
    answer: AnswerKind | None


class Refused(Exception):
    """The login fails. ``message`` replaces the usual one; the reason is for the log only."""

    def __init__(self, reason: str, message: str | None = None) -> None:
        super().__init__(reason)
        self.message = message


Exchange = Generator[Challenge, FrontendMessage, str]


class AuthMethod(Protocol):
    """A way to log in."""

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:
        """The login of ``user``; ``entropy`` gives random bytes."""

    def credentials(self) -> Mapping[str, str]:
        """Connection keywords of one client that gets in."""


def _of_first(users: Mapping[str, str]) -> Mapping[str, str]:
    for user, password in users.items():
        return {"user": user, "password": password}
    return {"user": "nobody"}


@dataclass(frozen=True)
class Trust:
    """Whoever comes is in, at once (code 0)."""

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:  # noqa: ARG002  (the protocol)
        yield from ()
        return user

    def credentials(self) -> Mapping[str, str]:
        return {"user": "awsuser"}


@dataclass(frozen=True)
class Cleartext:
    """The password as it is (code 3)."""

    users: Mapping[str, str] = field(repr=False)

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:  # noqa: ARG002  (the protocol)
        answer = yield Challenge(AuthenticationCleartextPassword(), "password")
        _check_password(answer, self.users.get(user, "").encode(), known=user in self.users)
        return user

    def credentials(self) -> Mapping[str, str]:
        return _of_first(self.users)


@dataclass(frozen=True)
class Md5:
    """The password hashed with the user and a salt (code 5)."""

    users: Mapping[str, str] = field(repr=False)

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:
        salt = entropy(4)
        answer = yield Challenge(AuthenticationMD5Password(salt), "password")
        inner = _md5(self.users.get(user, "").encode() + user.encode())
        _check_password(answer, b"md5" + _md5(inner + salt), known=user in self.users)
        return user

    def credentials(self) -> Mapping[str, str]:
        return _of_first(self.users)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()


def _check_password(answer: FrontendMessage, expected: bytes, *, known: bool) -> None:
    sent = answer.password if isinstance(answer, PasswordMessage) else b""
    # An empty password never matches, as on PostgreSQL.
    if not hmac.compare_digest(sent, expected) or not known or not sent:
        raise Refused("unknown user or wrong password")


@dataclass(frozen=True)
class Scram:
    """SCRAM-SHA-256 (codes 10, 11, 12). ``iterations`` is what the client must go through."""

    users: Mapping[str, str] = field(repr=False)
    iterations: int = scram.DEFAULT_ITERATIONS

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:
        password = self.users.get(user) or entropy(16).hex()
        salt, nonce = entropy(16), entropy(18).hex()
        server = scram.ScramServer(user, password, salt, nonce, self.iterations)
        first = yield Challenge(AuthenticationSASL((scram.MECHANISM,)), "sasl_initial")
        if not isinstance(first, SASLInitialResponse) or first.mechanism != scram.MECHANISM:
            raise Refused(
                "another mechanism", "client selected an invalid SASL authentication mechanism"
            )
        try:
            challenge = server.first(first.data or b"")
            final = yield Challenge(AuthenticationSASLContinue(challenge), "sasl_response")
            proof = server.final(final.data if isinstance(final, SASLResponse) else b"")
        except scram.ScramError as error:
            raise Refused(str(error)) from error
        yield Challenge(AuthenticationSASLFinal(proof), None)
        return user

    def credentials(self) -> Mapping[str, str]:
        return _of_first(self.users)


@dataclass(frozen=True)
class Digest:
    """Redshift's digest (code 13): SHA-256 over password, salt and two nonces.

    ``algorithm`` is what the request names: 0 is SHA-256, the only one that clients
    know; others are for showing that they refuse them.
    """

    users: Mapping[str, str] = field(repr=False)
    algorithm: int = 0

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:
        salt, nonce = entropy(8), entropy(4)
        answer = yield Challenge(AuthenticationDigest(self.algorithm, salt, nonce), "digest")
        if not isinstance(answer, DigestResponse) or not answer.client_nonce:
            raise Refused("no digest")
        expected = digest(self.users.get(user, ""), salt, nonce, answer.client_nonce)
        if not hmac.compare_digest(answer.digest, expected) or user not in self.users:
            raise Refused("unknown user or wrong password")
        return user

    def credentials(self) -> Mapping[str, str]:
        return _of_first(self.users)


def digest(password: str, salt: bytes, server_nonce: bytes, client_nonce: bytes) -> bytes:
    """What a client that knows the password answers to a digest request."""
    inner = hashlib.sha256(password.encode() + salt).digest()
    return hashlib.sha256(inner + server_nonce + client_nonce).digest()


@dataclass(frozen=True)
class Token:
    """An identity provider's token (code 14): the token says who the user is."""

    users: Mapping[str, str] = field(repr=False)

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:  # noqa: ARG002  (the protocol)
        answer = yield Challenge(AuthenticationIdpToken(), "token")
        sent = answer.token if isinstance(answer, IdpTokenResponse) else b""
        found = None
        for token, name in self.users.items():
            if hmac.compare_digest(token.encode(), sent):
                found = name
        if found is None:
            raise Refused("unknown token", "the token was not accepted")
        return found

    def credentials(self) -> Mapping[str, str]:
        for token in self.users:
            return {"user": "", "token": token}
        return {"user": ""}


@dataclass(frozen=True)
class Unknown:
    """Asks for something that no client knows, or that only Kerberos clients do."""

    code: int
    data: bytes = b""

    def exchange(self, user: str, entropy: Callable[[int], bytes]) -> Exchange:  # noqa: ARG002  (the protocol)
        yield Challenge(AuthenticationOther(self.code, self.data), "password")
        raise Refused("a client answered a request that nobody knows")

    def credentials(self) -> Mapping[str, str]:
        return {"user": "awsuser"}


def _checked(users: Mapping[str, str], example: str) -> dict[str, str]:
    """A copy of ``users``; TypeError where it is no mapping of str to str."""
    given: object = users
    if not isinstance(given, Mapping):
        raise TypeError(f"Auth takes a dict such as {example}, not {type(given).__name__}")
    if not all(isinstance(text, str) for pair in users.items() for text in pair):
        raise TypeError(f"Auth takes a dict of str to str such as {example}")
    return dict(users)


def _passwords(users: Mapping[str, str]) -> dict[str, str]:
    return _checked(users, "{'alice': 'secret'}")


class Auth:
    """The methods by name. ``users`` maps names to passwords, ``tokens`` tokens to names."""

    @staticmethod
    def trust() -> Trust:
        """Everybody is in."""
        return Trust()

    @staticmethod
    def cleartext(users: Mapping[str, str]) -> Cleartext:
        """Code 3."""
        return Cleartext(_passwords(users))

    @staticmethod
    def md5(users: Mapping[str, str]) -> Md5:
        """Code 5."""
        return Md5(_passwords(users))

    @staticmethod
    def scram(users: Mapping[str, str], iterations: int = scram.DEFAULT_ITERATIONS) -> Scram:
        """Codes 10 to 12."""
        return Scram(_passwords(users), iterations)

    @staticmethod
    def digest(users: Mapping[str, str], algorithm: int = 0) -> Digest:
        """Code 13."""
        return Digest(_passwords(users), algorithm)

    @staticmethod
    def token(tokens: Mapping[str, str]) -> Token:
        """Code 14."""
        return Token(_checked(tokens, "{'token': 'alice'}"))

    @staticmethod
    def unknown(code: int, data: bytes = b"") -> Unknown:
        """Any other code, such as 7 (GSSAPI) or 99."""
        return Unknown(code, data)
