"""Conversations kept, and played again. Names are imported when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rs_driver_fakeserver.recording.cassette import Cassette
    from rs_driver_fakeserver.recording.cassette_server import CassetteServer
    from rs_driver_fakeserver.recording.drift import Drift
    from rs_driver_fakeserver.recording.verification import Verification, verify

__all__ = ["Cassette", "CassetteServer", "Drift", "Verification", "verify"]


def __getattr__(name: str) -> object:
    if name == "CassetteServer":
        from rs_driver_fakeserver.recording.cassette_server import CassetteServer

        return CassetteServer
    if name == "Cassette":
        from rs_driver_fakeserver.recording.cassette import Cassette

        return Cassette
    if name == "Drift":
        from rs_driver_fakeserver.recording.drift import Drift

        return Drift
    if name in ("Verification", "verify"):
        from rs_driver_fakeserver.recording import verification

        return getattr(verification, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
