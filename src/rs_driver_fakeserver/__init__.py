"""A fake Amazon Redshift that runs inside a test process and speaks the real wire protocol.

Names are imported when they are first used: pytest loads this package in every session,
for its plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rs_driver_fakeserver.auth.methods import Auth
    from rs_driver_fakeserver.engine.port import Column, SqlError
    from rs_driver_fakeserver.server import FakeServer

__all__ = ["Auth", "Column", "FakeServer", "SqlError"]


def __getattr__(name: str) -> object:
    if name == "FakeServer":
        from rs_driver_fakeserver.server import FakeServer

        return FakeServer
    if name == "Auth":
        from rs_driver_fakeserver.auth.methods import Auth

        return Auth
    if name in ("Column", "SqlError"):
        from rs_driver_fakeserver.engine import port

        return getattr(port, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
