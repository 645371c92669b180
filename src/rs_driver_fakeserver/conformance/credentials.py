"""The suite for a ``CredentialsProvider`` (``rs_driver.ports.credentials``)."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from rs_driver.errors import Error
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver_fakeserver.conformance.claims import (
    claim,
    claim_silent,
    instance,
    refused,
    told,
)
from rs_driver_fakeserver.conformance.hearing import hearing
from rs_driver_fakeserver.conformance.suite import Suite, bounded, missing
from rs_driver_fakeserver.server import FakeServer

_THREADS = 16
_MILLISECONDS = 1e11
"""No time in seconds since 1970 is that late before the year 5138."""
_DRIVERS_OWN = ("user", "database", "client_protocol_version", "client_encoding")


class CredentialsProviderConformance(Suite):
    """Tests of a provider.

    Override ``provider``; ``failing_provider`` where there may be no credentials;
    ``stale_provider`` where they are remembered; ``lookups`` where it can be counted how
    often their source was asked. ``secrets``: what else must not show, beside the password
    and the token that ``get`` gives.
    """

    secrets: Sequence[str] = ()

    def provider(self) -> CredentialsProvider:
        """A new provider that finds credentials."""
        raise missing("provider()")

    def failing_provider(self) -> CredentialsProvider | None:
        """A new provider that finds none; None where that cannot be."""
        return None

    def stale_provider(self) -> CredentialsProvider | None:
        """A provider that remembers credentials which have expired meanwhile, and can find
        others; None where nothing is remembered."""
        return None

    def lookups(self, provider: CredentialsProvider) -> int | None:  # noqa: ARG002  (for overriding)
        """How often ``provider`` has asked its source so far; None where nobody counts."""
        return None

    # -- what it gives ------------------------------------------------------------------

    @bounded
    def test_what_it_gives(self) -> None:
        """``get``: "The credentials to use now": a ``Credentials``, by its fields' types."""
        for _ in range(2):
            _claim_credentials(self.provider().get())

    @bounded
    def test_asked_again(self) -> None:
        """``get``: "the credentials of one login"; there may be many logins."""
        provider = self.provider()
        for _ in range(3):
            _claim_credentials(provider.get())

    @bounded
    def test_what_has_expired_is_not_given(self) -> None:
        """``get``: "The credentials to use now"."""
        provider = self.stale_provider()
        if provider is None:
            pytest.skip("stale_provider() says that nothing is remembered")
        _claim_credentials(provider.get())

    @bounded
    def test_many_ask_at_once(self) -> None:
        """One provider serves all connections: ``get`` may run in many threads."""
        provider = self.provider()
        start = threading.Barrier(_THREADS)
        found: list[object] = []

        def ask() -> None:
            start.wait()
            try:
                found.append(provider.get())
            except BaseException as error:  # noqa: BLE001  (it is looked at where it is awaited)
                found.append(error)

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for given in found:
            claim(isinstance(given, Credentials), f"one of {_THREADS} calls ended with {given!r}")
            _claim_credentials(given)
        users = {given.user for given in found if isinstance(given, Credentials)}
        claim(len(users) == 1, f"at the same time it gave the users {sorted(users)}")

    # -- when it is asked ---------------------------------------------------------------

    @bounded
    def test_it_asks_when_it_is_asked(self) -> None:
        """``get`` "finds the credentials"; making a provider costs nothing."""
        provider = self.provider()
        before = self.lookups(provider)
        if before is None:
            pytest.skip("lookups() does not count")
        claim(before == 0, f"its source was asked {before} times before get was called")
        provider.get()
        once = self.lookups(provider)
        claim(once == 1, f"get asked the source {once} times, and once is needed")

    @bounded
    def test_a_login(self) -> None:
        """The driver asks once a login, and the server gets what was given."""
        import rs_driver

        counting = _Counting(self.provider())
        with (
            FakeServer(policy="ignore") as server,
            rs_driver.connect(transport=server.memory(), credentials_provider=counting) as conn,
        ):
            cursor = conn.cursor()
            cursor.execute("select current_user")
            (user,) = cursor.fetchone() or (None,)
        claim(len(counting.given) == 1, f"one login called get {len(counting.given)} times")
        claim(user == counting.given[0].user, "the server was told of another user")

    @bounded
    def test_a_login_beside_an_event_loop(self) -> None:
        """The port: "run where blocking is allowed": in a thread without a loop."""
        import asyncio

        import rs_driver

        provider = self.provider()

        async def connect(server: FakeServer) -> None:
            connection = await rs_driver.AsyncConnection.connect(
                transport=server.memory(), credentials_provider=provider
            )
            await connection.close()

        with FakeServer(policy="ignore") as server:
            asyncio.run(connect(server))

    # -- what it hides, and how it fails ------------------------------------------------

    @bounded
    def test_secrets_stay_hidden(self) -> None:
        """The port: "Secrets stay out of ``repr``", the provider's too, and of logs."""
        provider = self.provider()
        with hearing() as texts:
            given = provider.get()
        texts += [repr(provider), str(provider), repr(given), str(given)]
        claim_silent(texts, self._secrets(given), "a repr, a log, a warning or a print")

    def _secrets(self, given: Credentials) -> list[str]:
        return [secret for secret in (given.password, given.token, *self.secrets) if secret]

    @bounded
    def test_there_are_none(self) -> None:
        """``get``: "an ``rs_driver.errors.Error`` where there are none", again and again."""
        provider = self.failing_provider()
        if provider is None:
            pytest.skip("failing_provider() says that it cannot fail")
        for _ in range(2):
            error = refused(Error, provider.get, "there are no credentials")
            claim(str(error).strip(), "the error says why there are none")
            claim_silent(told(error), self.secrets, "the error")

    @bounded
    def test_a_login_without(self) -> None:
        """The same error leaves ``connect``."""
        import rs_driver

        provider = self.failing_provider()
        if provider is None:
            pytest.skip("failing_provider() says that it cannot fail")
        with FakeServer(policy="ignore") as server:
            error = refused(
                Error,
                lambda: rs_driver.connect(transport=server.memory(), credentials_provider=provider),
                "a login without credentials",
            )
        own = refused(Error, provider.get, "there are no credentials")
        claim(type(error) is type(own), f"{type(own).__name__} became {type(error).__name__}")


class _Counting:
    """Keeps what a provider gave."""

    def __init__(self, inner: CredentialsProvider) -> None:
        self._inner = inner
        self.given: list[Credentials] = []

    def get(self) -> Credentials:
        self.given.append(self._inner.get())
        return self.given[-1]


def _claim_credentials(found: object) -> None:
    """``found`` is a ``Credentials`` whose fields are what the port says."""
    given = instance(found, Credentials, "get gives Credentials")
    instance(given.user, str, "user is a str")
    claim(given.user or given.token, "there is a user, or a token that names one")
    for name in ("password", "token"):
        secret = getattr(given, name)
        claim(secret is None or isinstance(secret, str), f"{name} is a str or None")
        claim(secret != "", f"a {name} that is missing is None and not empty")
    _claim_not_expired(given.expires_at)
    for pair in instance(given.startup_parameters, tuple, "startup_parameters is a tuple"):
        key, text = instance(pair, tuple, "startup_parameters holds pairs")
        instance(key, str, "the key of a startup parameter is a str")
        instance(text, str, "the value of a startup parameter is a str")
        claim(key and "\0" not in key + text, "a startup key is not empty; no NUL is sent")
        claim(key not in _DRIVERS_OWN, f"{key} is the driver's own startup parameter")


def _claim_not_expired(expires_at: object) -> None:
    """Seconds since the epoch, not milliseconds, no datetime, and not over."""
    if expires_at is None:
        return
    clause = "expires_at is seconds since the Unix epoch"
    claim(not isinstance(expires_at, bool), clause)
    seconds = expires_at if isinstance(expires_at, int) else instance(expires_at, float, clause)
    claim(seconds < _MILLISECONDS, f"{clause}, and not milliseconds")
    claim(seconds > time.time(), "the credentials have expired already")
