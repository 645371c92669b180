"""The public AsyncPool: that for asyncio, opened by options of ``connect``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rs_driver import _wiring
from rs_driver.asyncapi import AsyncConnection
from rs_driver.domain.pool import PoolLimits, PoolStats
from rs_driver.shells import async_pool

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from rs_driver.config.keywords import AllOptions

__all__ = ["AsyncPool", "PoolStats"]


class AsyncPool(async_pool.AsyncPool[AsyncConnection]):
    """As ``Pool``, for asyncio: ``async with AsyncPool(...) as pool``. Its connections belong to
    the event loop that it is used in."""

    def __init__(
        self,
        *,
        min_size: int = 0,
        max_size: int = 10,
        max_lifetime: float | None = 3600.0,
        max_idle: float | None = 600.0,
        check_after: float | None = 30.0,
        acquire_timeout: float | None = 30.0,
        max_waiting: int | None = None,
        **options: Unpack[AllOptions],
    ) -> None:
        config = _wiring.configure(options)
        limits = PoolLimits(
            *(min_size, max_size, max_lifetime, max_idle),
            *(check_after, acquire_timeout, max_waiting),
        )
        super().__init__(partial(AsyncConnection.of, config), limits)
