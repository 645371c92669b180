"""A fake Amazon Redshift that runs inside a test process and speaks the real wire protocol.

Names are imported when they are first used: pytest loads this package in every session,
for its plugin. ``rs_driver_fakeserver.faults`` and ``.strategies`` are modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rs_driver_fakeserver.auth.methods import Auth
    from rs_driver_fakeserver.engine.port import Column, Notice, SqlError
    from rs_driver_fakeserver.late_cancels import LateCancels
    from rs_driver_fakeserver.problems import FakeServerError, FakeServerWarning
    from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
    from rs_driver_fakeserver.redshift_protocol import Protocol
    from rs_driver_fakeserver.rules import matching
    from rs_driver_fakeserver.server import FakeServer

__all__ = [
    "Auth",
    "Column",
    "FakeServer",
    "FakeServerError",
    "FakeServerWarning",
    "LateCancels",
    "Notice",
    "Protocol",
    "SqlError",
    "TlsAnswer",
    "matching",
]


def __getattr__(name: str) -> object:
    if name == "FakeServer":
        from rs_driver_fakeserver.server import FakeServer

        return FakeServer
    if name in ("Column", "Notice", "SqlError"):
        from rs_driver_fakeserver.engine import port

        return getattr(port, name)
    if name in ("FakeServerError", "FakeServerWarning"):
        from rs_driver_fakeserver import problems

        return getattr(problems, name)
    if name == "Auth":
        from rs_driver_fakeserver.auth.methods import Auth

        return Auth
    if name == "LateCancels":
        from rs_driver_fakeserver.late_cancels import LateCancels

        return LateCancels
    if name == "TlsAnswer":
        from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer

        return TlsAnswer
    if name == "Protocol":
        from rs_driver_fakeserver.redshift_protocol import Protocol

        return Protocol
    if name == "matching":
        from rs_driver_fakeserver.rules import matching

        return matching
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
