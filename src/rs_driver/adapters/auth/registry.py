"""The authentication methods that the driver brings along."""

from __future__ import annotations

from rs_driver.adapters.auth.cleartext import CleartextAuthenticator
from rs_driver.adapters.auth.digest import DigestAuthenticator
from rs_driver.adapters.auth.idp_token import IdpTokenAuthenticator
from rs_driver.adapters.auth.md5 import Md5Authenticator
from rs_driver.adapters.auth.scram import ScramAuthenticator
from rs_driver.ports.authenticator import Authenticator


def builtin_authenticators() -> dict[int, Authenticator]:
    """A new mapping from request codes to methods, for the caller to add to."""
    methods: tuple[Authenticator, ...] = (
        CleartextAuthenticator(),
        Md5Authenticator(),
        ScramAuthenticator(),
        DigestAuthenticator(),
        IdpTokenAuthenticator(),
    )
    return {method.code: method for method in methods}
