"""How a fake server behaves, settled when it is made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rs_driver_fakeserver.auth import AuthMethod, Trust
from rs_driver_fakeserver.dialect import ServerKind, VarbyteText

Entropy = Callable[[int], bytes]
"""So many random bytes; tests that want equal runs hand in their own."""


@dataclass(frozen=True)
class ServerConfig:
    """The options of ``FakeServer`` that every connection obeys.

    ``protocol``: the newest Redshift protocol that the server speaks; None: one that
    never names a ``server_protocol_version``. ``databases`` None: any name will do.
    ``parameters``: settings reported at the start, over the usual ones. ``offers_tls``
    answers an SSLRequest by S, ``requires_tls`` refuses a login without it.
    """

    kind: ServerKind = "redshift"
    auth: AuthMethod = field(default_factory=Trust)
    protocol: int | None = 2
    databases: frozenset[str] | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    offers_tls: bool = False
    requires_tls: bool = False
    varbyte_text: VarbyteText = "hex"
    max_message: int = 128 * 1024 * 1024
    entropy: Entropy = secrets.token_bytes
