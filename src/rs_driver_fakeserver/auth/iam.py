"""Temporary passwords for IAM identities (code 3), as GetClusterCredentials hands them out.

The names have a prefix: ``IAM:user``, ``IAMA:user`` where the user may be created, and
``IAMR:role`` from GetClusterCredentialsWithIAM. What the session's user is called then is
assumed, not known: ``user``, and ``IAMR:role``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationCleartextPassword
from rs_driver_fakeserver.auth.expiry import Expiry
from rs_driver_fakeserver.auth.passwords import check_password
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused, first_of

PREFIXES = ("IAM:", "IAMA:", "IAMR:")


def _prefix(name: str) -> str:
    """The prefix of a name, or nothing."""
    return next((prefix for prefix in PREFIXES if name.startswith(prefix)), "")


@dataclass(frozen=True)
class Iam:
    """``users`` maps names to temporary passwords.

    A name without a prefix stands for ``IAM:name`` and ``IAMA:name``; no login may do
    without one.
    """

    users: Mapping[str, str] = field(repr=False)
    expiry: Expiry = field(default_factory=Expiry)

    def exchange(self, attempt: Attempt) -> Exchange:
        """One request, one password; the user's name without what IAM puts before it."""
        answer = yield Challenge(AuthenticationCleartextPassword(), "password")
        user = attempt.user
        if not _prefix(user):
            raise Refused(f"a name without one of {', '.join(PREFIXES)}")
        expected = self._password(user)
        check_password(answer, (expected or "").encode(), known=expected is not None)
        if self.expiry.over:
            raise Refused("an expired temporary password")
        return user if user.startswith("IAMR:") else user.removeprefix(_prefix(user))

    def _password(self, user: str) -> str | None:
        exact = self.users.get(user)
        if exact is not None or user.startswith("IAMR:"):
            return exact
        name = user.removeprefix(_prefix(user))
        return None if _prefix(name) else self.users.get(name)

    def credentials(self) -> Mapping[str, str]:
        """Those of the first user, as ``IAM:name`` where there is no prefix."""
        first = dict(first_of(self.users))
        if not _prefix(first["user"]):
            first["user"] = f"IAM:{first['user']}"
        return first
