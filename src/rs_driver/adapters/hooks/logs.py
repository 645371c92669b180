"""The driver's own logs, as hooks.

No line has a parameter, or the text of an error: a server may quote either. The exception
that is raised has it all.
"""

from __future__ import annotations

import logging

from rs_driver.ports.hooks import (
    Closed,
    Connected,
    ConnectFailed,
    ConnectionInfo,
    Executed,
    Failed,
    RowsRead,
)

_connections = logging.getLogger("rs_driver.connection")
_statements = logging.getLogger("rs_driver.statement")


class ConnectionLog:
    """Connections as they come and go, in ``rs_driver.connection``: DEBUG, and INFO where one is
    lost; whoever used it has an exception."""

    def connected(self, event: Connected) -> None:
        if _connections.isEnabledFor(logging.DEBUG):
            info = event.connection
            server = _plain(f"{info.server} {info.server_version}".rstrip())
            _connections.debug("opened %s in %.3f s: %s", _named(info), event.elapsed, server)

    def connect_failed(self, event: ConnectFailed) -> None:
        if _connections.isEnabledFor(logging.DEBUG):
            where, error = _named(event.connection), _kind(event.error)
            _connections.debug("could not open %s: %s, %.3f s", where, error, event.elapsed)

    def closed(self, event: Closed) -> None:
        if event.error is not None:
            _connections.info("lost %s: %s", _named(event.connection), _kind(event.error))
        elif _connections.isEnabledFor(logging.DEBUG):
            _connections.debug("closed %s", _named(event.connection))


class StatementLog:
    """Statements, shortened, in ``rs_driver.statement`` at DEBUG."""

    @staticmethod
    def wanted() -> bool:
        """Whether anybody would read it, as things are now."""
        return _statements.isEnabledFor(logging.DEBUG)

    def executed(self, event: Executed) -> None:
        if self.wanted():
            _log(event.connection, event.excerpt, _done(event), event.elapsed)

    def rows_read(self, event: RowsRead) -> None:
        if self.wanted():
            what = f"all of its {event.rowcount} rows are here"
            _log(event.connection, event.excerpt, what, event.elapsed)

    def failed(self, event: Failed) -> None:
        if self.wanted():
            _log(event.connection, event.excerpt, _kind(event.error), event.elapsed)


def _log(info: ConnectionInfo, excerpt: str, what: str, elapsed: float) -> None:
    _statements.debug("[%d] %s: %s, %.3f s", info.process_id, excerpt, what, elapsed)


def _done(event: Executed) -> str:
    status = event.status or "done"
    if not event.columns:
        return status  # which has the count, where the server tells it
    return f"{status}, {event.rowcount} rows" if event.rowcount >= 0 else "its first rows are here"


def _named(info: ConnectionInfo) -> str:
    where = info.peer or f"{info.host}:{info.port}"
    process = f" [{info.process_id}]" if info.process_id else ""
    return _plain(f"{info.user}@{where}/{info.database}{process}")


def _plain(text: str) -> str:
    """What a server says of itself is one line, whatever it holds."""
    return (text if text.isprintable() else ascii(text))[:200]


def _kind(error: BaseException) -> str:
    code = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
