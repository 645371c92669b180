"""A token of the identity provider (authentication code 14)."""

from __future__ import annotations

from rs_driver.adapters.auth.answers import answer_once, token_of, unexpected
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.wire.auth import AuthenticationIdpToken, AuthenticationRequest
from rs_driver.wire.redshift import IdpTokenResponse


class IdpTokenAuthenticator:
    """Sends the token: whether the channel allows that is judged before."""

    code = AuthenticationIdpToken.code
    name = "idp-token"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        """One IdpTokenResponse."""
        if not isinstance(request, AuthenticationIdpToken):
            raise unexpected(self.name, request)
        token = token_of(context.credentials, self.name)
        yield from answer_once(IdpTokenResponse(token), self.name)
