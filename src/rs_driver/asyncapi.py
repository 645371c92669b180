"""The public AsyncConnection and AsyncCursor: the asyncio shell, opened by its options.

A module of its own, so that nobody loads asyncio who does not ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rs_driver import _wiring
from rs_driver.shells import aio
from rs_driver.shells.aio import AsyncCursor

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from rs_driver.config.keywords import ConnectOptions
    from rs_driver.config.objects import Config

__all__ = ["AsyncConnection", "AsyncCursor"]


class AsyncConnection(aio.AsyncConnection):
    """A session with the server, for asyncio: ``await AsyncConnection.connect(...)``."""

    @classmethod
    async def connect(
        cls,
        user: str | None = None,
        database: str | None = None,
        password: str | None = None,
        port: int | str | None = None,
        host: str | None = None,
        **options: Unpack[ConnectOptions],
    ) -> AsyncConnection:
        """Connect, in the running event loop. The options are those of ``rs_driver.connect``."""
        config = _wiring.configure(
            {
                "user": user,
                "database": database,
                "password": password,
                "port": port,
                "host": host,
                **options,
            }
        )
        return await cls.of(config)

    @classmethod
    async def of(cls, config: Config) -> Self:
        """A connection by options that are settled already."""
        return cls(*await _wiring.open_async(config))
