"""Connections to a fake server that need no socket."""

from __future__ import annotations

from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.protocol.session import ServerSession


class MemoryOpener:
    """A ``ports.transport.PeerOpener``: each peer is a connection of its own."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def open_peer(self) -> ServerSession:
        """A new connection, at its first byte."""
        return ServerSession(self._instance)
