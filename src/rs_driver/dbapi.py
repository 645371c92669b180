"""The public Connection and Cursor: the synchronous shell, opened by its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rs_driver import _wiring
from rs_driver.shells import sync
from rs_driver.shells.sync import Cursor

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from rs_driver.config.keywords import ConnectOptions
    from rs_driver.config.objects import Config

__all__ = ["Connection", "Cursor"]


class Connection(sync.Connection):
    """A session with the server (PEP 249). The options are those of ``connect``."""

    def __init__(
        self,
        user: str | None = None,
        password: str | None = None,
        database: str | None = None,
        host: str | None = None,
        port: int | str | None = None,
        **options: Unpack[ConnectOptions],
    ) -> None:
        config = _wiring.configure(
            {
                "user": user,
                "password": password,
                "database": database,
                "host": host,
                "port": port,
                **options,
            }
        )
        super().__init__(*_wiring.open_sync(config))

    @classmethod
    def of(cls, config: Config) -> Self:
        """A connection by options that are settled already."""
        connection = cls.__new__(cls)
        sync.Connection.__init__(connection, *_wiring.open_sync(config))
        return connection
