"""An identity provider's token (code 14): the token says who the user is."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from rs_driver.wire.auth import AuthenticationIdpToken
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver_fakeserver.auth.expiry import Expiry
from rs_driver_fakeserver.auth.port import Attempt, Challenge, Exchange, Refused

Nul = Literal["either", "required", "forbidden"]


@dataclass(frozen=True)
class Token:
    """``users`` maps tokens to the names of their users.

    ``nul``: whether the token must end with a NUL as AWS's JDBC and ODBC drivers write
    it, must not as its Python driver does, or may.
    """

    users: Mapping[str, str] = field(repr=False)
    nul: Nul = "either"
    expiry: Expiry = field(default_factory=Expiry)

    def __post_init__(self) -> None:
        if self.nul not in get_args(Nul):
            raise ValueError(f"nul= takes one of {get_args(Nul)}, not {self.nul!r}")

    def exchange(self, attempt: Attempt) -> Exchange:  # noqa: ARG002  (the token says it all)
        """One request, one token."""
        answer = yield Challenge(AuthenticationIdpToken(), "token")
        name = self._user(answer)
        if self.expiry.over:
            raise Refused("an expired token", "the token has expired")
        return name

    def _user(self, answer: FrontendMessage) -> str:
        if not isinstance(answer, IdpTokenResponse):
            raise Refused("no token")
        found = None
        for token, name in self.users.items():
            if hmac.compare_digest(token.encode(), answer.token):
                found = name
        if found is None:
            raise Refused("unknown token", "the token was not accepted")
        if self.nul != "either" and answer.terminated != (self.nul == "required"):
            how = "with" if answer.terminated else "without"
            raise Refused(f"a token {how} a NUL at its end", "the token was not accepted")
        return found

    def credentials(self) -> Mapping[str, str]:
        """The first token and whose it is; clients with an ``idp_type`` need not name that."""
        for token, name in self.users.items():
            return {"user": name, "token": token}
        return {"user": "nobody"}
