"""``--auth`` and ``--user``: who may log in, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.cli.arguments import PASSWORD_VARIABLE
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.secret import secret

_BY_PASSWORD: Mapping[str, Callable[[Mapping[str, str]], AuthMethod]] = MappingProxyType(
    {
        "cleartext": Auth.cleartext,
        "md5": Auth.md5,
        "scram": Auth.scram,
        "digest": Auth.digest,
        "iam": Auth.iam,
    }
)


def method(auth: str, users: Sequence[str], variables: Sequence[str]) -> AuthMethod:
    """The method of login. CliError where names and passwords do not go together."""
    if auth == "trust":
        if variables:
            raise CliError("--password-env needs another --auth than trust")
        return Auth.trust()
    if not users:
        raise CliError(f"--auth {auth} needs --user")
    if len(set(users)) < len(users):
        raise CliError("--user names somebody twice")
    if len(variables) > len(users) or (len(users) > 1 and 0 < len(variables) < len(users)):
        raise CliError("--password-env is given once for each --user")
    named = list(variables) or [PASSWORD_VARIABLE] * len(users)
    secrets = [secret(name, user) for name, user in zip(named, users, strict=True)]
    if auth == "token":
        if len(set(secrets)) < len(secrets):
            raise CliError("each user needs a token of its own")
        return Auth.token(dict(zip(secrets, users, strict=True)))
    return _BY_PASSWORD[auth](dict(zip(users, secrets, strict=True)))
