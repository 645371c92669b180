"""Authenticators and providers that break one line of their contract each.

What the conformance suites are for. Transports, asynchronous ones and codecs have files of
their own: ``nonconforming_transports``, ``nonconforming_async``, ``nonconforming_codecs``.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from typing import Any

from rs_driver.adapters.auth.cleartext import CleartextAuthenticator
from rs_driver.adapters.auth.digest import DigestAuthenticator
from rs_driver.adapters.auth.md5 import Md5Authenticator
from rs_driver.adapters.auth.scram import ScramAuthenticator
from rs_driver.errors import OperationalError
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.wire.auth import AuthenticationRequest, PasswordMessage, SASLResponse

_log = logging.getLogger("nonconforming")


# -- authenticators ---------------------------------------------------------------------


class HasADisplayName(CleartextAuthenticator):
    """Its name is no word of an allow-list."""

    name = "My Password, Plain"


class SendsNothingForNothing(CleartextAuthenticator):
    """Without a password it sends an empty one, and believes whatever comes."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        yield PasswordMessage((context.credentials.password or "").encode())


class BelievesAnyProof(ScramAuthenticator):
    """SCRAM's client that does not look at the server's signature."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        inner = super().exchange(request, context)
        answer = next(inner)
        while not isinstance(answer, SASLResponse):
            answer = inner.send((yield answer))
        yield answer


class KeepsStateInItself(ScramAuthenticator):
    """The login that began last is the one that all go on with."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        self.inner = super().exchange(request, context)
        answer = next(self.inner)
        with contextlib.suppress(StopIteration):
            while True:
                answer = self.inner.send((yield answer))


class HasRandomOfItsOwn(DigestAuthenticator):
    """Its nonce is not made of the bytes that it is given."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        own = AuthContext(context.credentials, context.channel, secrets.token_bytes)
        return super().exchange(request, own)


class LogsThePassword(Md5Authenticator):
    """For debugging."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        _log.debug("logging in with %s", context.credentials.password)
        return super().exchange(request, context)


class RemembersThePassword(Md5Authenticator):
    """And shows it in its ``repr``."""

    last: str | None = None

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        self.last = context.credentials.password
        return super().exchange(request, context)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(last={self.last!r})"


class TellsThePassword(CleartextAuthenticator):
    """Quotes it where a server breaks the rules."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        try:
            yield from super().exchange(request, context)
        except OperationalError as error:
            raise OperationalError(f"sent {context.credentials.password}: {error}") from error


class RaisesForeignErrors(CleartextAuthenticator):
    """A server that breaks the rules is a ValueError."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        try:
            yield from super().exchange(request, context)
        except OperationalError as error:
            raise ValueError(str(error)) from error


class DoesNotLetGo(CleartextAuthenticator):
    """Goes on talking where the login was given up."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        try:
            yield from super().exchange(request, context)
        except GeneratorExit:
            yield PasswordMessage(b"one more")


class HashesAnotherName(Md5Authenticator):
    """With the name in capitals."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        found = context.credentials
        other = Credentials(found.user.upper(), found.password)
        return super().exchange(request, AuthContext(other, context.channel, context.random))


class AnswersOnce(Md5Authenticator):
    """One object for one login."""

    used = False

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        if self.used:
            raise OperationalError("it has been used")
        self.used = True
        return super().exchange(request, context)


class CountsOnSalts(Md5Authenticator):
    """A salt of another length is an IndexError."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        _log.debug("the fourth byte is %d", request.salt[3])  # type: ignore[attr-defined]
        return super().exchange(request, context)


class LetsAnybodyIn(CleartextAuthenticator):
    """Knows the secret of the suite, whatever it is given."""

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        found = Credentials(context.credentials.user, "open-sesame-4711")
        return super().exchange(request, AuthContext(found, context.channel, context.random))


# -- providers of credentials -----------------------------------------------------------

_FOUND = Credentials("alice", password="secret")


class Looks:
    """A provider that does everything right: the measure for the others.

    ``lookups``: how often its source was asked.
    """

    def __init__(self) -> None:
        self.lookups = 0
        self._lock = threading.Lock()

    def look_up(self) -> Credentials:
        with self._lock:
            self.lookups += 1
        return _FOUND

    def get(self) -> Credentials:
        return self.look_up()


class LooksAtOnce(Looks):
    """Asks its source when it is made."""

    def __init__(self) -> None:
        super().__init__()
        self.look_up()


class LooksTwice(Looks):
    """Asks its source once for the name and once for the password."""

    def get(self) -> Credentials:
        return Credentials(self.look_up().user, password=self.look_up().password)


class GivesATuple(Looks):
    """No ``Credentials``."""

    def get(self) -> Any:
        return "alice", "secret"


class CountsInMilliseconds(Looks):
    """``expires_at`` as JavaScript has it."""

    def get(self) -> Credentials:
        return Credentials("alice", password="secret", expires_at=(time.time() + 900) * 1000)


class GivesOldCredentials(Looks):
    """What it once found is good for ever."""

    def get(self) -> Credentials:
        return Credentials("alice", password="secret", expires_at=time.time() - 1)


class ShowsItsPassword(Looks):
    """In its ``repr``, as a dataclass would."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_FOUND.password!r})"


class PrintsItsPassword(Looks):
    """To whoever looks at the screen."""

    def get(self) -> Credentials:
        found = super().get()
        print(f"found {found.password}")
        return found


class IsForOneThread(Looks):
    """Two calls at once disturb one another."""

    busy = False

    def get(self) -> Credentials:
        if self.busy:
            raise OperationalError("it is busy")
        self.busy = True
        time.sleep(0.01)
        self.busy = False
        return super().get()


class RaisesKeyErrors(Looks):
    """Where there are no credentials."""

    def get(self) -> Credentials:
        raise KeyError("password")


class TellsItsToken(Looks):
    """In the error about its being refused."""

    def get(self) -> Credentials:
        raise OperationalError("the token 4711-secret was refused")
