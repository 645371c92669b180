"""A connection's state without a connection."""

from __future__ import annotations

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.columnar.faces import LazyFaces
from rs_driver.adapters.rows.numpy_ import NumpyDecoder
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.ports.profile import ServerProfile
from support.dialogue import new_core


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
