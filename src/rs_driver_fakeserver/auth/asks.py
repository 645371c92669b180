"""Requests that no client can answer, or should not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused


@dataclass(frozen=True)
class Asks:
    """Makes all of ``requests`` at once, and lets nobody in, whatever they answer."""

    requests: tuple[AuthenticationRequest, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.requests or not all(
            isinstance(request, AuthenticationRequest) for request in self.requests
        ):
            raise TypeError("Auth.asks takes requests of rs_driver.wire.auth, one or more")

    def exchange(self, attempt: Attempt) -> Exchange:
        """All of the requests, one answer."""
        attempt.excuse()
        for request in self.requests[:-1]:
            yield Challenge(request, None)
        yield Challenge(self.requests[-1], "password")
        raise Refused("a client answered a request that it should not have answered")

    def credentials(self) -> Mapping[str, str]:
        """A password to be tempted with."""
        return {"user": "awsuser", "password": "never-to-be-sent"}
