"""A pool of connections for the tasks of an event loop. See ``shells.pool``."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from rs_driver.domain.pool import PoolClock, PoolLimits, PoolStats, Slot, Slots, Waiter
from rs_driver.errors import Error
from rs_driver.shells.aio import AsyncConnection
from rs_driver.shells.base import checked_timeout
from rs_driver.shells.pool import CHECK, GRACE, RESET_TIMEOUT
from rs_driver.shells.transactions import RETRIES, kept_nothing, pause_after

if TYPE_CHECKING:
    from typing_extensions import Self

_log = logging.getLogger("rs_driver.pool")

C = TypeVar("C", bound=AsyncConnection)
T = TypeVar("T")


class AsyncPool(Generic[C]):
    """As ``Pool``, for asyncio: its connections belong to one event loop."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[C]],
        limits: PoolLimits,
        clock: PoolClock = time,
    ) -> None:
        self._connect = connect
        self._limits = limits
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._returned = asyncio.Event()
        self._slots: Slots[C] = Slots(self._limits, self._clock)

    async def _own(self) -> None:
        if self._process != os.getpid():
            inherited = self._slots.close()
            self._begin()
            for connection in inherited:
                await connection.close()

    async def open(self) -> Self:
        """As ``Pool.open``."""
        await self._own()
        while (slot := self._slots.room()) is not None:
            await self._settle(slot, await self._ready(slot), fit=True)
        return self

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[C]:
        """As ``Pool.connection``, for ``async with``."""
        connection = await self.acquire(timeout)
        try:
            yield connection
            await connection.conclude(None)
        finally:
            await self.release(connection)  # which rolls back what is open

    async def acquire(self, timeout: float | None = None) -> C:
        """As ``Pool.acquire``."""
        await self._own()
        within = self._limits.acquire_timeout if timeout is None else checked_timeout(timeout)
        for old in self._slots.due():
            await old.close()
        slot = await self._slot(within)
        connection = await self._ready(slot)
        self._slots.lend(slot, connection)
        return connection

    async def _slot(self, within: float | None) -> Slot[C]:
        if (slot := self._slots.take()) is not None:
            return slot
        if within == 0:
            raise self._slots.timed_out(0)
        awake = asyncio.Event()
        waiter: Waiter[C] = Waiter(awake.set)
        self._slots.wait(waiter)
        try:
            await _within(awake, within)
        except BaseException:  # whatever it is, what was given meanwhile is for somebody else
            if (slot := self._slots.leave(waiter)) is not None:
                self._slots.settle(slot, fit=slot.connection is not None)
            raise
        slot = self._slots.leave(waiter)
        if slot is None:
            raise waiter.error or self._slots.timed_out(within or 0)
        return slot

    async def _ready(self, slot: Slot[C]) -> C:
        try:
            if (known := slot.connection) is not None:
                if await self._is_alive(slot, known):
                    return known
                self._slots.dead(slot)
                await known.close()
            connection = await self._connect()
            self._slots.opened(slot, connection)
        except BaseException:  # whatever it is, the place is for somebody else
            await self._settle(slot, slot.connection, fit=False)
            raise
        return connection

    async def _settle(self, slot: Slot[C], connection: C | None, *, fit: bool) -> None:
        kept = self._slots.settle(slot, fit=fit)
        self._returned.set()
        if connection is not None and not kept:
            await connection.close()

    async def _is_alive(self, slot: Slot[C], connection: C) -> bool:
        return await connection.is_alive(CHECK if self._slots.is_due_for_a_check(slot) else 0)

    async def release(self, connection: C) -> None:
        """As ``Pool.release``. A task that is cancelled meanwhile costs the connection."""
        await self._own()
        slot = self._slots.recall(connection)
        fit = False
        try:
            fit = await self._reset(connection)
        finally:
            await self._settle(slot, connection, fit=fit)

    async def _reset(self, connection: C) -> bool:
        try:
            return not connection.closed and await connection.reset(RESET_TIMEOUT)
        except Error as error:
            _log.debug("%r cannot be lent again: %s", connection, error)
            return False

    async def run_transaction(
        self, function: Callable[[C], Awaitable[T]], *, retries: int = RETRIES
    ) -> T:
        """As ``Pool.run_transaction``; what ``function`` gives is awaited."""
        attempt = 0
        while True:
            attempt += 1
            connection = await self.acquire()
            block = connection.transaction()
            try:
                async with block:
                    return await function(connection)
            except Error as error:
                if attempt > retries or not kept_nothing(error, block):
                    raise
            finally:
                await self.release(connection)
            await asyncio.sleep(pause_after(attempt))

    def __repr__(self) -> str:
        return f"<rs_driver.AsyncPool: {self._slots.stats().summary(self._limits.max_size)}>"

    @property
    def closed(self) -> bool:
        """As ``Pool.closed``."""
        return self._slots.closed

    def stats(self) -> PoolStats:
        """As ``Pool.stats``."""
        return self._slots.stats()

    async def close(self, timeout: float = GRACE) -> None:
        """As ``Pool.close``."""
        await self._own()
        for connection in self._slots.close():
            await connection.close()
        until = self._clock.monotonic() + timeout
        while self._slots.out and (left := until - self._clock.monotonic()) > 0:
            self._returned.clear()
            await _within(self._returned, left)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


async def _within(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for ``event``, up to so many seconds."""
    task = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
