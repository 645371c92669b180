"""Hook: who hears of connections and statements, for metrics, traces and logs.

Each event is one frozen object. None holds a secret of the login, or the value of a
parameter; ``error`` and ``sql`` hold what they hold, and stay out of ``repr``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from rs_driver import excerpt


@dataclass(frozen=True, eq=False)
class ConnectionInfo:
    """Which connection: one object in all of its events, so that it can be a key.

    ``host``, ``port``: as they were configured. ``peer``: the address in the end. ``server``:
    "redshift" or "postgres". ``process_id``: the session's number on the server, as its own
    views have it (``pg_backend_pid()``). Before the login it is 0, and the others are empty.
    """

    host: str
    port: int
    database: str
    user: str
    peer: str = ""
    server: str = ""
    server_version: str = ""
    process_id: int = 0


@dataclass(frozen=True)
class Connected:
    """A session stands, its settings made. ``elapsed``: seconds, as everywhere."""

    connection: ConnectionInfo
    elapsed: float


@dataclass(frozen=True)
class ConnectFailed:
    """No session came about."""

    connection: ConnectionInfo
    elapsed: float
    error: BaseException = field(repr=False)


@dataclass(frozen=True)
class Closed:
    """The connection is no more. ``error``: what broke it, None where it was closed."""

    connection: ConnectionInfo
    error: BaseException | None = field(repr=False)


@dataclass(frozen=True)
class Executing:
    """A statement is about to run: of a cursor, or COMMIT and its like of the connection.

    ``sql``: as the user wrote it. ``command``: its first word, in upper case; empty where the
    text holds several statements, or none. ``parameters``: how many arguments. ``batch``: how
    many rows of them ``executemany`` was given, None otherwise.
    """

    connection: ConnectionInfo
    sql: str = field(repr=False)
    command: str
    parameters: int
    batch: int | None

    @property
    def excerpt(self) -> str:
        """The first line of ``sql`` as an error shows it: short, and without passwords."""
        return "".join(excerpt.opening(self.sql, ""))


@dataclass(frozen=True)
class Executed(Executing):
    """It has run: ``execute`` returns. ``columns``: how many, 0 where it gives no rows.
    ``rowcount``: PEP 249's; -1 with columns says that rows are still to be read. ``status``:
    the server's command tag. ``token``: what this very hook's ``executing`` gave."""

    elapsed: float
    rowcount: int
    columns: int
    status: str | None
    token: Any = field(repr=False)


@dataclass(frozen=True)
class RowsRead(Executing):
    """The last of its rows was read, or dropped, of which some were left at ``Executed``.
    ``elapsed``: since ``Executing``. ``rowcount``: how many were given in all."""

    elapsed: float
    rowcount: int
    token: Any = field(repr=False)


@dataclass(frozen=True)
class Failed(Executing):
    """It has failed, or reading the rest of its rows has. ``error`` is raised where the
    statement runs: one of PEP 249's, or what interrupted it."""

    elapsed: float
    error: BaseException = field(repr=False)
    token: Any = field(repr=False)

    @property
    def sqlstate(self) -> str | None:
        """The server's code of the error, None where the server did not say it."""
        code = getattr(self.error, "sqlstate", None)
        return code if isinstance(code, str) else None


class Hook(Protocol):
    """What ``connect(hooks=[...])`` takes: an object with any of these methods.

    They are called where the statement runs, in its thread or event loop, so they must not
    wait; those of one hook from several threads where it serves several connections. They
    cannot use the connection. What they raise is logged once, and changes nothing.
    """

    def connected(self, event: Connected) -> None:
        """After the login."""

    def connect_failed(self, event: ConnectFailed) -> None:
        """In its place."""

    def executing(self, event: Executing) -> Any:
        """Before a statement. What it gives is the ``token`` of the events that follow."""

    def executed(self, event: Executed) -> None:
        """After it."""

    def rows_read(self, event: RowsRead) -> None:
        """After the end of a result that was too long to be read at once, or streamed."""

    def failed(self, event: Failed) -> None:
        """In place of either."""

    def closed(self, event: Closed) -> None:
        """Once, at the end. Not of a connection that was forgotten, nor in a forked child."""
