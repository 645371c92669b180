"""What the faces of both shells share: everything that does not wait."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from rs_driver import errors
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.cursor import Column, CursorState
from rs_driver.domain.result import Rows
from rs_driver.domain.session import Notification
from rs_driver.ports.profile import ServerProfile


class AnyLink(Protocol):
    """What a connection's face needs of its link, sync or async."""

    closed: bool

    def check(self) -> None:
        """InterfaceError where the link cannot be used."""

    def abandon(self) -> None:
        """Close the transport and write nothing."""


class ConnectionBase:
    """What can be asked of a connection without talking to the server.

    The exception classes are attributes, too (an optional extension of PEP 249).
    """

    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(self, link: AnyLink, state: ConnectionState) -> None:
        self._link = link
        self._state = state

    def check(self) -> None:
        """InterfaceError where the connection was closed or belongs to another process."""
        self._link.check()

    @property
    def state(self) -> ConnectionState:
        """The domain's side of this connection."""
        return self._state

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called or the connection is broken."""
        return self._link.closed or self.broken

    @property
    def broken(self) -> bool:
        """Whether the connection was lost or fell out of step; connect anew."""
        core = self._state.core
        return core.broken is not None or core.touching

    @property
    def autocommit(self) -> bool:
        """Whether each statement is a transaction of its own. False at first (PEP 249).
        Setting it inside a transaction is a ProgrammingError."""
        return self._state.autocommit

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        self.check()
        if not isinstance(value, bool):
            raise errors.InterfaceError(f"autocommit is True or False, not {value!r}")
        self._state.autocommit = value

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, be it a failed one."""
        return self._state.in_transaction and not self.closed

    @property
    def _lost_nothing(self) -> bool:
        """Whether the connection broke when nothing was waiting to be committed."""
        return self.broken and self._state.core.transaction_status == "I"

    @property
    def profile(self) -> ServerProfile:
        """What the server is and how it differs."""
        return self._state.profile

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters that the server has reported, by name, as they are now."""
        return dict(self._state.core.session.parameters)

    @property
    def notices(self) -> Sequence[Mapping[str, str]]:
        """The newest notices (at most 100), oldest first, by one-letter field."""
        return list(self._state.core.session.notices)

    @property
    def notifications(self) -> Sequence[Notification]:
        """The newest notifications (at most 100), oldest first."""
        return list(self._state.core.session.notifications)

    def __del__(self) -> None:
        link = getattr(self, "_link", None)
        if link is not None and not link.closed:
            forgotten = not self.broken
            link.abandon()
            if forgotten:
                text = f"{self!r} was not closed"
                warnings.warn(text, ResourceWarning, source=self, stacklevel=2)


def argument_rows(rows: Iterable[Any]) -> list[Any]:
    """The rows of executemany, taken before the connection is touched: what an iterator of
    the user's own raises is the user's own."""
    try:
        iterator = iter(rows)
    except TypeError:
        raise errors.InterfaceError(
            f"executemany takes an iterable of arguments, not {type(rows).__name__}"
        ) from None
    return list(iterator)


C = TypeVar("C", bound=ConnectionBase)


class CursorBase(Generic[C]):
    """A cursor's memory. ``arraysize`` is fetchmany's default.

    ``paramstyle``: how placeholders are written, one of qmark, numeric, named, format
    and pyformat; at first what ``rs_driver.paramstyle`` says. May be set at any time.
    """

    def __init__(self, connection: C, paramstyle: str | None = None) -> None:
        if not isinstance(connection, ConnectionBase):
            raise errors.InterfaceError(
                f"a cursor needs a connection, not {type(connection).__name__}"
            )
        connection.check()
        self.arraysize = 1
        self.paramstyle = paramstyle or connection.state.default_paramstyle()
        self._connection = connection
        self._state = CursorState(connection.state.compile)

    @property
    def connection(self) -> C:
        """The connection that the cursor belongs to."""
        return self._connection

    @property
    def description(self) -> list[Column] | None:
        """One 7-tuple a column of the current result (PEP 249), None without a result."""
        return self._state.description

    @property
    def rowcount(self) -> int:
        """Rows given or touched by the last statement; -1 where the server does not say."""
        return self._state.rowcount

    @property
    def statusmessage(self) -> str | None:
        """The server's command tag: ``INSERT 0 3``, ``SELECT`` ..."""
        return self._state.statusmessage

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Does nothing (PEP 249 allows that)."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Does nothing (PEP 249 allows that)."""

    def _rows(self) -> Rows:
        """The current rows; an error where there are none or the connection is closed."""
        self._connection.check()
        return self._state.rows
