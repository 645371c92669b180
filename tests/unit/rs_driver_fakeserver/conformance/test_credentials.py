from __future__ import annotations

import time

import pytest

from rs_driver.errors import OperationalError
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver_fakeserver.conformance import CredentialsProviderConformance
from support import nonconforming as broken
from support.conforming import FixedCredentials


class TestFixedCredentials(CredentialsProviderConformance):
    def provider(self) -> CredentialsProvider:
        return FixedCredentials()


class Temporary:
    """Remembers what it found for as long as that is good."""

    def __init__(self, found: Credentials | None = None, *, broken: bool = False) -> None:
        self.found = found
        self.broken = broken
        self.lookups = 0

    def get(self) -> Credentials:
        if self.broken:
            raise OperationalError("nobody answers")
        found = self.found
        if found is None or (found.expires_at or 0.0) <= time.time():
            self.lookups += 1
            until = time.time() + 900
            found = Credentials("IAM:alice", "temporary-4711", expires_at=until)
            self.found = found
        return found


class TestTemporaryCredentials(CredentialsProviderConformance):
    secrets = ("temporary-4711",)

    def provider(self) -> CredentialsProvider:
        return Temporary()

    def failing_provider(self) -> CredentialsProvider:
        return Temporary(broken=True)

    def stale_provider(self) -> CredentialsProvider:
        return Temporary(Credentials("IAM:alice", "old", expires_at=time.time() - 1))

    def lookups(self, provider: CredentialsProvider) -> int | None:
        return provider.lookups if isinstance(provider, Temporary) else None


class Suite(CredentialsProviderConformance):
    """The suite on a provider of ``support.nonconforming``."""

    __test__ = False
    secrets = ("4711-secret",)

    def __init__(self, kind: type[broken.Looks]) -> None:
        self.kind = kind

    def provider(self) -> CredentialsProvider:
        return self.kind()

    stale_provider = provider

    def failing_provider(self) -> CredentialsProvider:
        return Temporary(broken=True) if self.kind is broken.Looks else self.kind()

    def lookups(self, provider: CredentialsProvider) -> int | None:
        return provider.lookups if isinstance(provider, broken.Looks) else None


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (broken.LooksAtOnce, "test_it_asks_when_it_is_asked"),
        (broken.LooksTwice, "test_it_asks_when_it_is_asked"),
        (broken.GivesATuple, "test_what_it_gives"),
        (broken.GivesATuple, "test_asked_again"),
        (broken.CountsInMilliseconds, "test_what_it_gives"),
        (broken.GivesOldCredentials, "test_what_has_expired_is_not_given"),
        (broken.ShowsItsPassword, "test_secrets_stay_hidden"),
        (broken.PrintsItsPassword, "test_secrets_stay_hidden"),
        (broken.IsForOneThread, "test_many_ask_at_once"),
        (broken.RaisesKeyErrors, "test_there_are_none"),
        (broken.RaisesKeyErrors, "test_a_login_without"),
        (broken.TellsItsToken, "test_there_are_none"),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Looks], test: str) -> None:
    getattr(Suite(broken.Looks), test)()
    with pytest.raises(AssertionError):
        getattr(Suite(kind), test)()
