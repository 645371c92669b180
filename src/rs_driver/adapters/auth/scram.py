"""SCRAM-SHA-256 with and without channel binding (authentication code 10; RFC 5802, 7677).

The arithmetic is scramp's, loaded at the first use. What the server says is judged here
first: a message with more or less in it than it must have, a nonce that does not extend
ours, a salt of no use, an iteration count that is weak or would keep the client busy for
minutes. Nothing can interrupt the arithmetic, so its costs are bounded beforehand.
"""

from __future__ import annotations

import base64
import re
import sys
from typing import TYPE_CHECKING

from rs_driver.adapters.auth.answers import password_of, unexpected
from rs_driver.errors import InterfaceError, NotSupportedError, OperationalError
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.wire.auth import (
    AuthenticationOk,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    SASLInitialResponse,
    SASLResponse,
)

if TYPE_CHECKING:
    from scramp import ScramClient

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
MIN_ITERATIONS = 4096
# For Python 3.10 there is only a scramp that iterates in Python, thirty times slower.
MAX_ITERATIONS = 600_000 if sys.version_info >= (3, 11) else 100_000
_NONCE_SIZE = 18
_NUMBER = re.compile(r"[1-9][0-9]{,9}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.:@+-]+")
_SALT_SIZES = range(12, 1025)
_LONGEST_MESSAGE = 8192


class ScramAuthenticator:
    """Proves the password without sending it, and has the server prove that it knows it."""

    code = AuthenticationSASL.code
    name = "scram-sha-256"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """SASLInitialResponse, SASLResponse, then the check of the server's signature."""
        if not isinstance(request, AuthenticationSASL):
            raise unexpected(self.name, request)
        nonce = base64.b64encode(context.random(_NONCE_SIZE)).decode("ascii")
        client = _client(request.mechanisms, context, nonce)
        first = client.get_client_first().encode()
        request = yield SASLInitialResponse(client.mechanism_name, first)
        if not isinstance(request, AuthenticationSASLContinue):
            raise unexpected(self.name, request)
        final = _client_final(client, _server_first(request.data, nonce), context)
        request = yield SASLResponse(final.encode())
        if isinstance(request, AuthenticationOk):
            raise OperationalError(
                "the server ended scram-sha-256 without proving that it knows the password"
            )
        if not isinstance(request, AuthenticationSASLFinal):
            raise unexpected(self.name, request)
        _check_server_final(client, _text(request.data))


def _client(offered: tuple[str, ...], context: AuthContext, nonce: str) -> ScramClient:
    """The client side for the best mechanism that both ends have.

    Binding data is handed over whenever the channel has it, so that a login without
    binding says whether it was the server that did not offer it (gs2 flag ``y``): an
    attacker who strips the offer is then found out by the server.
    """
    from scramp import ScramClient, ScramException

    binding = context.channel.tls_server_end_point
    mechanisms = [PLAIN] if PLAIN in offered else []
    if PLUS in offered and binding:
        mechanisms.append(PLUS)
    if not mechanisms:
        raise NotSupportedError(_no_mechanism(offered, bound=bool(binding)))
    password = password_of(context.credentials, ScramAuthenticator.name).decode()
    channel_binding = ("tls-server-end-point", binding) if binding else None
    name = _name(context.credentials.user)
    try:
        return ScramClient(mechanisms, name, password, channel_binding, nonce)
    except ScramException:
        raise _unusable_password(context) from None


def _name(user: str) -> str:
    """The name to put into the exchange: servers take it from the startup message and
    ignore this one, so a name that would have to be escaped or prepared is left out."""
    return user if _PLAIN_NAME.fullmatch(user) else "*"


def _unusable_password(context: AuthContext) -> InterfaceError:
    """Raised without its cause: what a library's error quotes is not known."""
    return InterfaceError(
        f"the password of user {context.credentials.user!r} has characters that SCRAM does not "
        "allow (RFC 4013: among others control characters, and what Unicode got after 3.2)"
    )


def _no_mechanism(offered: tuple[str, ...], *, bound: bool) -> str:
    names = ", ".join(_shown(name) for name in offered) or "none"
    text = f"the server offers the SASL mechanisms {names}; this driver knows {PLAIN} and {PLUS}"
    if PLUS in offered and not bound:
        text += ", which needs TLS with a certificate that can be bound to"
    return text


def _server_first(data: bytes, nonce: str) -> str:
    """The server's first message, once ``r=nonce,s=salt,i=iterations`` are in order.

    Nothing may follow: RFC 5802 lets extensions stand there, none of which is known here,
    and what was judged once must not be said again, otherwise.
    """
    message = _text(data)
    fields = message.split(",")
    if fields[0].startswith("e="):
        raise _refused(fields[0][2:])
    if [field[:2] for field in fields] != ["r=", "s=", "i="]:
        raise _broken("its first message is malformed")
    _check_nonce(fields[0][2:], nonce)
    _check_salt(fields[1][2:])
    _check_iterations(fields[2][2:])
    return message


def _check_nonce(combined: str, nonce: str) -> None:
    if not combined.startswith(nonce) or len(combined) == len(nonce):
        raise _broken("its nonce does not extend the client's")
    if not all("!" <= character <= "~" for character in combined):
        raise _broken("its nonce has characters that are not allowed")


def _check_salt(encoded: str) -> None:
    try:
        salt = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise _broken("its salt is not base64") from None
    if len(salt) not in _SALT_SIZES:
        raise _broken(f"its salt has {len(salt)} bytes")


def _check_iterations(digits: str) -> None:
    if not _NUMBER.fullmatch(digits):
        raise _broken("its iteration count is not a number")
    if not MIN_ITERATIONS <= int(digits) <= MAX_ITERATIONS:
        raise _broken(
            f"its iteration count {int(digits)} is not between {MIN_ITERATIONS} "
            f"and {MAX_ITERATIONS}"
        )


def _client_final(client: ScramClient, server_first: str, context: AuthContext) -> str:
    """The proof. scramp judges the password here if it has not in the constructor."""
    from scramp import ScramException

    try:
        client.set_server_first(server_first)
    except ScramException as error:
        raise _broken(f"its first message is refused: {error}") from error
    try:
        return str(client.get_client_final())
    except ScramException:
        raise _unusable_password(context) from None


def _check_server_final(client: ScramClient, message: str) -> None:
    """Return only if the server has proved that it knows the password's verifier."""
    from scramp import ScramException

    first, comma, _ = message.partition(",")
    if first.startswith("e="):
        raise _refused(first[2:])
    if comma:
        raise _broken("its last message has more in it than the signature")
    if not message.isascii():  # which an older scramp cannot compare
        raise _broken("its signature is not base64")
    try:
        client.set_server_final(message)
    except ScramException as error:
        raise OperationalError(
            "the server could not prove that it knows the password (scram-sha-256): it may be "
            "an impostor"
        ) from error


def _text(data: bytes) -> str:
    if len(data) > _LONGEST_MESSAGE:
        raise _broken(f"a message of {len(data)} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _broken("a message that is not UTF-8") from None


def _refused(code: str) -> OperationalError:
    return OperationalError(f"the server refused the login by scram-sha-256: {_shown(code)}")


def _broken(problem: str) -> OperationalError:
    return OperationalError(f"the server broke the rules of scram-sha-256: {problem}")


def _shown(word: str) -> str:
    """A word of the server's, short and printable."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in word[:64])
