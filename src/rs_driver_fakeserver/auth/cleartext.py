"""The password as it is (code 3): what Redshift asks most of its users for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationCleartextPassword
from rs_driver_fakeserver.auth.passwords import check_password
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, first_of


@dataclass(frozen=True)
class Cleartext:
    """``users`` maps names to passwords."""

    users: Mapping[str, str] = field(repr=False)

    def exchange(self, attempt: Attempt) -> Exchange:
        """One request, one password."""
        answer = yield Challenge(AuthenticationCleartextPassword(), "password")
        expected = self.users.get(attempt.user, "").encode()
        check_password(answer, expected, known=attempt.user in self.users)
        return attempt.user

    def credentials(self) -> Mapping[str, str]:
        """Those of the first user."""
        return first_of(self.users)
