"""What one connection's parts share: the server it belongs to, and who the client is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Engine, EngineSession, Notice, SqlError
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.protocol.outbox import Outbox
from rs_driver_fakeserver.protocol.replies import notice_response
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.sql.epoch import Changes
from rs_driver_fakeserver.sql.settings import Settings


@dataclass(frozen=True)
class Instance:
    """One server: what all of its connections share."""

    config: ServerConfig
    script: Script
    engine: Engine | None
    backends: Backends
    log: MessageLog
    changes: Changes = field(default_factory=Changes)


@dataclass
class Client:
    """One connection, as its startup and login settled it.

    ``settings`` and ``engine`` (if there is one) come with the login.
    """

    instance: Instance
    outbox: Outbox
    dialect: Dialect
    encrypted: bool = False
    user: str = ""
    database: str = ""
    startup: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(init=False)
    engine: EngineSession | None = None
    process_id: int = 0
    cancelled: bool = False

    @property
    def config(self) -> ServerConfig:
        return self.instance.config

    def cancel(self) -> None:
        """Called from another thread: the running statement stops at its next chance."""
        self.cancelled = True
        if self.engine is not None:
            self.engine.cancel()

    def check_cancelled(self) -> None:
        """SqlError 57014 if a CancelRequest came."""
        if self.cancelled:
            self.cancelled = False
            text = (
                "Query cancelled on user's request"
                if self.dialect.redshift
                else "canceling statement due to user request"
            )
            raise SqlError("57014", text)

    def warn(self, sqlstate: str, message: str) -> None:
        """Send a warning."""
        self.notify(Notice(message, "WARNING", sqlstate))

    def notify(self, notice: Notice) -> None:
        """Send a notice."""
        self.outbox.send(notice_response(notice, self.dialect))
