"""A connection's state without a connection."""

from __future__ import annotations

from typing import Any

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.columnar.faces import LazyFaces
from rs_driver.adapters.rows.numpy_ import NumpyDecoder
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.ports.profile import ServerProfile
from support.dialogue import Dialogue, new_core

POSTGRES = ServerProfile(
    kind="postgres", text_oid=0, bytes_oid=17, plan_guard=True, max_statement_bytes=None
)
NO_PIPELINING = ServerProfile(pipelined_begin=False)


def connection_state(
    core: ClientProtocol | None = None,
    *,
    profile: ServerProfile | None = None,
    autocommit: bool = False,
) -> ConnectionState:
    """The state after a login at a Redshift, before the first statement."""
    profile = profile or ServerProfile()
    return ConnectionState(
        core=core or new_core(),
        profile=profile,
        codecs=default_codecs(profile),
        decoder=NumpyDecoder(),
        faces=LazyFaces(),
        default_paramstyle=lambda: "qmark",
        _autocommit=autocommit,
    )


def talk(**options: Any) -> tuple[Dialogue, ConnectionState]:
    """``inside``: a transaction is open; the rest as ``connection_state``."""
    dialogue = Dialogue()
    if options.pop("inside", False):
        dialogue.core.transaction_status = "T"
    return dialogue, connection_state(dialogue.core, **options)
