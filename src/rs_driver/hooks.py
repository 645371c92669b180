"""Hooks of your own: who hears of connections and statements.

    class SlowQueries:
        def executed(self, event):
            if event.elapsed > 10:
                print(event.elapsed, event.excerpt)

    connection = rs_driver.connect(..., hooks=[SlowQueries()])

A hook has any of the methods of ``Hook``. ``docs/observability.md`` has more of them.
"""

from __future__ import annotations

from rs_driver.ports.hooks import (
    Closed,
    Connected,
    ConnectFailed,
    ConnectionInfo,
    Executed,
    Executing,
    Failed,
    Hook,
    RowsRead,
)

__all__ = [
    "Closed",
    "ConnectFailed",
    "Connected",
    "ConnectionInfo",
    "Executed",
    "Executing",
    "Failed",
    "Hook",
    "RowsRead",
]
