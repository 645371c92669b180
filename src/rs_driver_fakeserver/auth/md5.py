"""The password hashed with the user's name and a salt (code 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver.wire.auth import AuthenticationMD5Password
from rs_driver_fakeserver.auth.passwords import check_password
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, first_of


@dataclass(frozen=True)
class Md5:
    """``users`` maps names to passwords."""

    users: Mapping[str, str] = field(repr=False)

    def exchange(self, attempt: Attempt) -> Exchange:
        """A salt of four bytes, then ``md5`` and the hash in hexadecimal."""
        salt = attempt.entropy(4)
        answer = yield Challenge(AuthenticationMD5Password(salt), "password")
        user = attempt.user
        inner = _md5(self.users.get(user, "").encode() + user.encode())
        check_password(answer, b"md5" + _md5(inner + salt), known=bool(self.users.get(user)))
        return user

    def credentials(self) -> Mapping[str, str]:
        """Those of the first user."""
        return first_of(self.users)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()
