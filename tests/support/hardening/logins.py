"""Every way in which a server asks for proof, over every link."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from rs_driver_fakeserver import Auth, FakeServer, TlsAnswer
from rs_driver_fakeserver.auth.port import AuthMethod
from support.hardening.tls import USERS
from support.hardening.words import Ending, ending
from support.login_clients import OURS

ALONE, WARNED = "logs in", "logs in, and warns"


@dataclass(frozen=True)
class Flavour:
    """``code``: of the request, 0 where there is none that the policy judges. ``options``: what
    the user says besides."""

    auth: AuthMethod
    code: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


FLAVOURS: Mapping[str, Flavour] = MappingProxyType(
    {
        "none (trust)": Flavour(Auth.trust()),
        "none, `require_auth=scram-sha-256`": Flavour(
            Auth.trust(), options={"require_auth": "scram-sha-256", "user": "alice"}
        ),
        "cleartext password": Flavour(Auth.cleartext(USERS), 3),
        "md5": Flavour(Auth.md5(USERS), 5),
        "md5, `require_auth=scram-sha-256`": Flavour(
            Auth.md5(USERS), options={"require_auth": "scram-sha-256"}
        ),
        "Redshift's digest": Flavour(Auth.digest(USERS), 13),
        "SCRAM": Flavour(Auth.scram(USERS), 10),
        "SCRAM, binding to the channel required": Flavour(
            Auth.scram(USERS, channel_binding="require")
        ),
        "SCRAM without the server's proof": Flavour(Auth.scram(USERS, cheat="unproved")),
        "SCRAM, then a cleartext password": Flavour(
            Auth.chain([Auth.scram(USERS), Auth.cleartext(USERS)])
        ),
        "an identity provider's token": Flavour(Auth.token({"Secret1!": "alice"}), 14),
        "GSSAPI (code 7)": Flavour(Auth.unknown(7)),
        "unknown (code 99)": Flavour(Auth.unknown(99)),
    }
)

LINKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "plaintext, `disable`": ("disable", "plain"),
        "plaintext after a no to TLS, `prefer`": ("prefer", "plain"),
        "TLS, `require` without a root": ("require", "encrypted"),
        "TLS, verified": ("verify-full", "verified"),
    }
)
"""The mode, and what that makes of the channel."""


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@cache
def matrix() -> Mapping[tuple[str, str], Ending]:
    """By flavour and link."""
    return dict(_matrix())


def _matrix() -> Iterator[tuple[tuple[str, str], Ending]]:
    for name, flavour in FLAVOURS.items():
        for link, (mode, _) in LINKS.items():
            answer = TlsAnswer.refuse() if mode == "prefer" else None
            # The server, too, minds passwords in plaintext.
            with FakeServer(
                tls=True, tls_answer=answer, auth=flavour.auth, policy="ignore"
            ) as server:
                yield (name, link), _attempt(server, flavour, mode)


def _attempt(server: FakeServer, flavour: Flavour, mode: str) -> Ending:
    options = {**server.connect_kwargs(), "sslmode": mode, **flavour.options}
    if mode == "require":
        del options["sslrootcert"]
    log, warnings = logging.getLogger("rs_driver.security"), _Warnings()
    log.addHandler(warnings)
    try:
        return ending(lambda: OURS["sync"](options), lambda: WARNED if warnings.texts else ALONE)
    finally:
        log.removeHandler(warnings)
