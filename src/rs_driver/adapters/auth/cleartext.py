"""The password as it is (authentication code 3)."""

from __future__ import annotations

from rs_driver.adapters.auth.answers import answer_once, password_of, unexpected
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationRequest,
    PasswordMessage,
)


class CleartextAuthenticator:
    """Sends the password unhashed: whether the channel allows that is judged before."""

    code = AuthenticationCleartextPassword.code
    name = "password"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """One PasswordMessage."""
        if not isinstance(request, AuthenticationCleartextPassword):
            raise unexpected(self.name, request)
        password = password_of(context.credentials, self.name)
        yield from answer_once(PasswordMessage(password), self.name)
