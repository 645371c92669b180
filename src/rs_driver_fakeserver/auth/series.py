"""Methods made of others: answers that change from login to login, and in one login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationOk
from rs_driver_fakeserver.auth.port import (
    Attempt,
    AuthMethod,
    Challenge,
    Exchange,
    Refused,
    checked_method,
)
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.engine.port import SqlError


@dataclass(frozen=True)
class Rejects:
    """Refuses with ``error``, or as wrong passwords are; the first ``after`` logins go by
    ``method``."""

    error: SqlError | None = None
    after: int = 0
    method: AuthMethod = field(default_factory=Trust)

    def __post_init__(self) -> None:
        checked_method(self.method)
        if self.after < 0:
            raise ValueError("after= takes the number of logins that succeed, 0 or more")

    def exchange(self, attempt: Attempt) -> Exchange:
        """That of ``method``, or none."""
        if attempt.number < self.after:
            return self.method.exchange(attempt)
        return self._refuse()

    def _refuse(self) -> Exchange:
        yield from ()
        raise Refused("the method refuses it", error=self.error)

    def credentials(self) -> Mapping[str, str]:
        """Those of ``method``."""
        return self.method.credentials()


@dataclass(frozen=True)
class Sequence:
    """The first login goes by the first of ``methods``, and so on; the last one stays."""

    methods: tuple[AuthMethod, ...]

    def __post_init__(self) -> None:
        _check_some("sequence", self.methods)

    def exchange(self, attempt: Attempt) -> Exchange:
        """That of the method whose turn it is."""
        turn = min(attempt.number, len(self.methods) - 1)
        return self.methods[turn].exchange(attempt)

    def credentials(self) -> Mapping[str, str]:
        """Those of the last one."""
        return self.methods[-1].credentials()


@dataclass(frozen=True)
class Chain:
    """One login goes through all of ``methods``, each of which has to let it in.

    A client that logs in once, as it should, refuses the second request.
    """

    methods: tuple[AuthMethod, ...]

    def __post_init__(self) -> None:
        _check_some("chain", self.methods)

    def exchange(self, attempt: Attempt) -> Exchange:
        """Their exchanges, one after the other; the user is the last one's."""
        attempt.excuse()
        user = attempt.user
        for method in self.methods:
            user = yield from method.exchange(attempt)
        return user

    def credentials(self) -> Mapping[str, str]:
        """Those of the last one."""
        return self.methods[-1].credentials()


@dataclass(frozen=True)
class OkTwice:
    """``method``, and then AuthenticationOk once more than there should be."""

    method: AuthMethod

    def __post_init__(self) -> None:
        checked_method(self.method)

    def exchange(self, attempt: Attempt) -> Exchange:
        """That of ``method`` and the first AuthenticationOk; the server sends the other."""
        attempt.excuse()
        user = yield from self.method.exchange(attempt)
        yield Challenge(AuthenticationOk(), None)
        return user

    def credentials(self) -> Mapping[str, str]:
        """Those of ``method``."""
        return self.method.credentials()


def _check_some(name: str, methods: tuple[AuthMethod, ...]) -> None:
    if not methods:
        raise ValueError(f"Auth.{name} takes at least one method of login")
    for method in methods:
        checked_method(method)
