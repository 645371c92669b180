"""The client's own certificate says who it is; no question is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver_fakeserver.auth.port import Attempt, Exchange, Refused


@dataclass(frozen=True)
class ClientCertificate:
    """``users`` maps common names to users; a name that is not in it is its own user."""

    users: Mapping[str, str] = field(default_factory=dict)

    def exchange(self, attempt: Attempt) -> Exchange:
        """Nothing but the comparison of the names."""
        yield from ()
        name, user = attempt.client_name, attempt.user
        if name is None:
            raise Refused("no client certificate", "connection requires a valid client certificate")
        if self.users.get(name, name) != user:
            raise Refused(
                f"the certificate of {name!r}",
                f'certificate authentication failed for user "{user}"',
            )
        return user

    def credentials(self) -> Mapping[str, str]:
        """The first user's name; the certificate is the client's own affair."""
        return {"user": next(iter(self.users.values()), "awsuser")}
