"""Transports in which something lies in wait, over memory and over TCP, for both shells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rs_driver.adapters.transport import asyncio_, tcp
from rs_driver.adapters.transport.memory import (
    IN_MEMORY,
    AsyncMemoryTransport,
    MemoryTransport,
)
from rs_driver.adapters.transport.sockets import Address
from rs_driver.ports.clock import Clock
from rs_driver_fakeserver import FakeServer
from support.transports import AsyncTrippingTransport, Trip, TrippingTransport

PATIENCE = 200_000
"""Calls into transports that one call of the client may take."""


class Hanging(BaseException):
    """The client asks its transport again and again. No Exception, so that nobody takes it for
    one of the user's."""


@dataclass
class Trap(Trip):
    """Does something, once, at the call that it was set to; and counts all calls."""

    does: Callable[[str], None] = print
    struck: bool = False
    patience: int = PATIENCE

    def set(self, place: str, call: int, after: bool, does: Callable[[str], None]) -> None:
        """Lie in wait for so many calls of ``place`` from now on."""
        self.place, self.call, self.after, self.does = place, call, after, does
        self.calls.clear()
        self.armed = True

    def rest(self) -> None:
        """A call of the client begins: it has all patience."""
        self.struck = False
        self.patience = PATIENCE

    def before(self, place: str) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise Hanging(place)
        super().before(place)

    def _strike(self, place: str, after: bool) -> None:
        if (place, self.calls[place], after) == (self.place, self.call, self.after):
            self.armed = False
            self.struck = True
            self.does(f"{place}, call {self.call}")


@dataclass
class Way:
    """How to get to ``server``: in memory, in pieces of ``chunk`` bytes, or over TCP."""

    server: FakeServer
    trap: Trap = field(default_factory=Trap)
    chunk: int | None = None
    in_memory: bool = True
    turns: int = 0
    """Of the event loop that it takes to connect."""
    split: bool = False
    """Whether the server sends crumbs, too."""

    @property
    def crumbs(self) -> bool:
        """Whether a long result would take very many calls."""
        return self.split or (self.chunk is not None and self.chunk < 1000)

    @property
    def clock(self) -> Clock:
        """The one by which connections over this way live."""
        return self.server.clock if self.in_memory else time

    @property
    def address(self) -> Address:
        return Address(self.server.host, self.server.port)

    def connector(self) -> Any:
        """For ``rs_driver.connect``."""
        return _SyncWay(self)

    def async_connector(self) -> Any:
        """For ``rs_driver.AsyncConnection.connect``."""
        return _AsyncWay(self)


class _SyncWay:
    """A connector with a clock."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self.clock = way.clock

    def __call__(self, deadline: float | None) -> TrippingTransport:
        way = self._way
        if way.in_memory:
            peer = way.server.memory().open_peer()
            return TrippingTransport(MemoryTransport(peer, IN_MEMORY, way.chunk), way.trap)
        return TrippingTransport(tcp.connect_tcp(way.address, deadline), way.trap)


class _AsyncWay:
    """The same for asyncio."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self.clock = way.clock

    async def __call__(self, deadline: float | None) -> AsyncTrippingTransport:
        way = self._way
        for _ in range(way.turns):
            await asyncio.sleep(0)
        if way.in_memory:
            peer = way.server.memory().open_peer()
            inner: Any = AsyncMemoryTransport(peer, IN_MEMORY, way.chunk)
        else:
            inner = await asyncio_.connect_tcp(way.address, deadline)
        return AsyncTrippingTransport(inner, way.trap)
