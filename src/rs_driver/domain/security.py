"""What may be sent over which channel: the user's ``sslmode`` and allow-list, applied.

Unnamed, the mode is ``verify-full``. A mode that the user wrote is the user's word:
``require`` may send a password over a link that is encrypted but not verified,
``disable`` in plain text. ``prefer`` and ``allow`` may fall to plain text where the
server refuses TLS, but then nothing is sent that a listener could use. A token is a
bearer's secret and needs TLS in every mode.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

from rs_driver.errors import NotSupportedError, OperationalError, TlsError
from rs_driver.ports.authenticator import Authenticator
from rs_driver.ports.transport import Channel

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

_VERIFYING = ("verify-ca", "verify-full")
_CLEARTEXT, _MD5, _TOKEN = 3, 5, 14
_EXPOSED = {_CLEARTEXT: "a password", _MD5: "an md5 password hash", _TOKEN: "a token"}
_METHOD_NAMES = {
    2: "Kerberos V5",
    4: "crypt",
    6: "SCM credentials",
    7: "GSSAPI",
    8: "GSSAPI",
    9: "SSPI",
    10: "SASL",
    13: "Redshift digest",
    14: "Redshift IdP token",
}

_log = logging.getLogger("rs_driver.security")


@dataclass(frozen=True)
class SecurityPolicy:
    """``allowed``: the authentication methods that the user allows, by name; None is all.

    The name ``none`` stands for a server that asks for no proof at all.
    """

    mode: SslMode = "verify-full"
    allowed: frozenset[str] | None = None

    @property
    def wants_tls(self) -> bool:
        """Whether TLS is asked for at all."""
        return self.mode != "disable"

    def refused_tls(self, channel: Channel) -> None:
        """The server said no to TLS: a TlsError unless the mode allows that."""
        if self.mode not in ("allow", "prefer"):
            raise TlsError(
                f"{channel.peer} refuses TLS, and sslmode={self.mode} requires it; "
                "sslmode=disable is for servers without"
            )

    def check_channel(self, channel: Channel) -> None:
        """Refuse a channel less safe than the mode promises, whoever made the transport."""
        if self.mode in ("require", *_VERIFYING) and not channel.encrypted:
            raise OperationalError(
                f"the connection to {channel.peer} has no TLS; sslmode={self.mode} requires it"
            )
        if self.mode in _VERIFYING and not channel.verified:
            raise OperationalError(
                f"the certificate of {channel.peer} was not verified; "
                f"sslmode={self.mode} requires that"
            )

    def check(self, code: int, method: Authenticator | None, channel: Channel) -> Authenticator:
        """The method to answer ``code`` with, or why it must not be answered."""
        if method is None:
            name = _METHOD_NAMES.get(code, "unknown to this driver")
            raise NotSupportedError(
                f"{channel.peer} asks for authentication method {code} ({name}), "
                "which this driver does not support"
            )
        if self.allowed is not None and method.name not in self.allowed:
            raise OperationalError(
                f"{channel.peer} asks for authentication by {method.name}; "
                f"require_auth allows only {', '.join(sorted(self.allowed))}"
            )
        self.check_channel(channel)
        if code in _EXPOSED and not (channel.encrypted and channel.verified):
            self._expose(code, channel)
        return method

    def _expose(self, code: int, channel: Channel) -> None:
        """Refuse to send a reusable secret, or warn where the user's mode permits it."""
        secret = _EXPOSED[code]
        if not channel.encrypted and (self.mode != "disable" or code == _TOKEN):
            raise OperationalError(
                f"{channel.peer} asks for {secret} over a connection without TLS; "
                f"that is refused with sslmode={self.mode}"
            )
        if channel.encrypted:
            _log.warning(
                "%s goes to %s over TLS without a check of its certificate (sslmode=%s)",
                secret,
                channel.peer,
                self.mode,
            )

    def check_unproved(self, channel: Channel) -> None:
        """The server let us in without any proof: an error where the user forbids that."""
        if self.allowed is not None and "none" not in self.allowed:
            raise OperationalError(
                f"{channel.peer} asked for no authentication; "
                f"require_auth allows only {', '.join(sorted(self.allowed))}"
            )
