"""Terminate: the client's orderly goodbye. The server rolls back what is open."""

from __future__ import annotations

from rs_driver.domain.operations.receiving import flush
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Operation
from rs_driver.wire.query import Terminate


def terminate(core: ClientProtocol) -> Operation[None]:
    """Say goodbye where that can be understood: never in the middle of something else."""
    if core.broken is None and core.busy is None:
        core.terminate(Terminate())
        yield from flush(core)
