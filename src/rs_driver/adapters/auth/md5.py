"""The password hashed twice with MD5 (authentication code 5).

``"md5" + hex(md5(hex(md5(password + user)) + salt))``, as the PostgreSQL protocol manual
gives it.
"""

from __future__ import annotations

import hashlib

from rs_driver.adapters.auth.answers import answer_once, password_of, unexpected
from rs_driver.errors import NotSupportedError
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.wire.auth import AuthenticationMD5Password, AuthenticationRequest, PasswordMessage


class Md5Authenticator:
    """Sends a hash that is good for this salt only."""

    code = AuthenticationMD5Password.code
    name = "md5"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """One PasswordMessage; NotSupportedError where the system forbids MD5."""
        if not isinstance(request, AuthenticationMD5Password):
            raise unexpected(self.name, request)
        password = password_of(context.credentials, self.name)
        inner = _md5_hex(password + context.credentials.user.encode())
        answer = b"md5" + _md5_hex(inner + request.salt)
        yield from answer_once(PasswordMessage(answer), self.name)


def _md5_hex(data: bytes) -> bytes:
    try:
        return hashlib.md5(data).hexdigest().encode()  # noqa: S324  (the method is what it is)
    except ValueError as error:
        raise NotSupportedError(
            "the server asks for md5 authentication, which this system's cryptography forbids"
        ) from error
