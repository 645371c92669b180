"""What one connection's parts share: the server it belongs to, and who the client is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from rs_driver.wire.control import NotificationResponse
from rs_driver.wire.messages import BackendMessage
from rs_driver_fakeserver.auth.logins import Logins
from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.certificates.details import TlsDetails
from rs_driver_fakeserver.channels import ChannelRegistry
from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Engine, EngineSession, Notice, SqlError
from rs_driver_fakeserver.faults.plan import FaultPlan
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.prepared_transactions import PreparedTransactions
from rs_driver_fakeserver.problems import ProblemKind, Problems
from rs_driver_fakeserver.protocol.outbox import Outbox
from rs_driver_fakeserver.protocol.replies import notice_response
from rs_driver_fakeserver.rules.script import Script
from rs_driver_fakeserver.sessions import Sessions
from rs_driver_fakeserver.sql.epoch import Changes
from rs_driver_fakeserver.sql.settings import Settings

_Said = TypeVar("_Said", bound=BackendMessage)

_MOST_PUSHED = 10_000
"""Messages that wait for a client which reads nothing, or never ends its transaction."""


def _asleep() -> None:
    """The wake of a host that never sleeps."""


@dataclass(frozen=True)
class Instance:
    """One server: what all of its connections share."""

    config: ServerConfig
    script: Script
    engine: Engine | None
    backends: Backends
    log: MessageLog
    changes: Changes = field(default_factory=Changes)
    problems: Problems = field(default_factory=Problems)
    faults: FaultPlan = field(default_factory=FaultPlan)
    sessions: Sessions = field(default_factory=Sessions)
    logins: Logins = field(default_factory=Logins)
    channels: ChannelRegistry = field(default_factory=ChannelRegistry)
    prepared: PreparedTransactions = field(default_factory=PreparedTransactions)


@dataclass
class Client:
    """One connection, as its startup and login settled it.

    ``settings`` and ``engine`` (if there is one) come with the login. ``idle``: it waits
    for a command. ``pushed``: what it shall be told without having asked, ``heard``: what
    it listened for, which waits while it is ``in_block``. ``wake``, from
    any thread, makes the host look at the session. ``tls``: what the handshake told;
    ``auth_method``: the last thing that was asked for and answered. ``excused``: it may
    break off without Terminate, as the server does not behave.
    """

    instance: Instance
    outbox: Outbox
    dialect: Dialect
    wake: Callable[[], None] = _asleep
    encrypted: bool = False
    tls: TlsDetails | None = None
    auth_method: str = "trust"
    excused: bool = False
    user: str = ""
    database: str = ""
    startup: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(init=False)
    engine: EngineSession | None = None
    process_id: int = 0
    cancelled: bool = False
    idle: bool = False
    pushed: deque[BackendMessage] = field(default_factory=deque)
    heard: deque[NotificationResponse] = field(default_factory=deque)
    in_block: bool = False

    @property
    def config(self) -> ServerConfig:
        return self.instance.config

    def excuse(self) -> None:
        """The server does not behave: whatever the client does, it is within its rights."""
        self.excused = True

    def cancel(self) -> None:
        """Called from another thread: the running statement stops at its next chance."""
        self.cancelled = True
        if self.engine is not None:
            self.engine.cancel()
        self.wake()

    def push(self, message: BackendMessage) -> None:
        """From any thread: say ``message`` as soon as no statement runs."""
        self._keep(self.pushed, message)

    def hear(self, message: NotificationResponse) -> None:
        """From any thread: say ``message`` as soon as it is in no transaction."""
        self._keep(self.heard, message)

    def _keep(self, waiting: deque[_Said], message: _Said) -> None:
        if len(waiting) < _MOST_PUSHED:
            waiting.append(message)
            self.wake()
        else:
            self.report("internal", f"{_MOST_PUSHED} messages wait for a client; more are let go")

    @property
    def has_news(self) -> bool:
        """Whether there is something that may be said now."""
        return bool(self.pushed or (self.heard and not self.in_block))

    def say_pushed(self) -> None:
        """Say what was pushed; outside of transactions what was heard on channels, too."""
        while self.pushed:
            self.outbox.send(self.pushed.popleft())
        while self.heard and not self.in_block:
            self.outbox.send(self.heard.popleft())

    def check_cancelled(self) -> None:
        """SqlError 57014 if a CancelRequest came."""
        if self.cancelled:
            self.cancelled = False
            self._stop("user request")

    def time_out(self) -> NoReturn:
        """SqlError 57014, as the statement has run into its timeout."""
        self._stop("statement timeout")

    def _stop(self, why: str) -> NoReturn:
        if self.dialect.redshift:
            raise SqlError("57014", "Query cancelled on user's request")
        raise SqlError("57014", f"canceling statement due to {why}")

    def report(self, kind: ProblemKind, text: str) -> None:
        """Something is wrong with this connection that its test should know."""
        self.instance.problems.add(kind, text, self.outbox.log.number)

    def warn(self, sqlstate: str, message: str) -> None:
        """Send a warning."""
        self.notify(Notice(message, "WARNING", sqlstate))

    def notify(self, notice: Notice) -> None:
        """Send a notice."""
        self.outbox.send(notice_response(notice, self.dialect))
