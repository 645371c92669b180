"""What the faces of both shells share: everything that does not wait."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from rs_driver import errors
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.cursor import CursorState
from rs_driver.domain.operations.cancel import CANCEL, TERMINATE
from rs_driver.domain.operations.execute import Call
from rs_driver.domain.session import Notification
from rs_driver.domain.tpc import State, Xid, xid
from rs_driver.ports.codec import ParameterCodec, TypeCodec
from rs_driver.ports.faces import Faces
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import Channel
from rs_driver.rows import Column, R, RowFactory
from rs_driver.shells.observed import Observer

Messages = list[tuple[type[Exception], Exception]]
"""PEP 249's ``messages``."""


class End(Enum):
    """The end of the rows, where a row itself may be None."""

    END = "end"


class AnyLink(Protocol):
    """What a connection's face needs of its link, sync or async."""

    closed: bool
    observer: Observer | None

    def check(self) -> None:
        """InterfaceError where the link cannot be used."""

    def abandon(self) -> None:
        """Close the transport and write nothing."""

    def channel(self) -> Channel:
        """How safe the transport is, and where it leads."""


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
        self._peer = link.channel().peer
        self._state = state
        self._messages: Messages = []
        self._description: list[Column] | None = None
        heard = link.observer is not None and link.observer.hears_statements
        self.observer = link.observer if heard else None
        """The hooks that hear of statements, if any do."""

    def __repr__(self) -> str:
        process = f", process {self.backend_pid}" if self.backend_pid else ""
        kind = type(self).__name__
        return f"<rs_driver.{kind} to {self._peer}{process}: {self._condition()}>"

    def _condition(self) -> str:
        core = self._state.core
        if self.closed:
            return "broken" if self.broken and not self._link.closed else "closed"
        if core.rest is not None:
            return "in the middle of a result"
        if core.busy is not None:
            return f"busy with {core.busy}"
        return {"I": "idle", "T": "in a transaction"}.get(
            core.transaction_status, "in a failed transaction"
        )

    def check(self) -> None:
        """InterfaceError where the connection was closed or belongs to another process."""
        self._link.check()

    @property
    def state(self) -> ConnectionState:
        """The domain's side of this connection."""
        return self._state

    @property
    def faces(self) -> Faces:
        """What makes data frames of results."""
        return self._state.faces

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
    def expires_at(self) -> float | None:
        """When the credentials that it signed in with end, in seconds since the Unix epoch;
        None: never, or nobody knows. The session itself goes on."""
        return self._state.core.session.expires_at

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
    def messages(self) -> Messages:
        """What the server said and raised during the last method but ``fetch...``, as
        ``(class, exception)`` (PEP 249). Of notices the newest 100 are kept."""
        return self._messages

    @property
    def description(self) -> list[Column] | None:
        """The columns of the last ``run``; None where it gave no rows."""
        return self._description

    @property
    def row_factory(self) -> RowFactory[Any] | None:
        """What makes the rows of cursors that are made from now on; None is tuples."""
        return self._state.row_factory

    @row_factory.setter
    def row_factory(self, factory: RowFactory[Any] | None) -> None:
        self._state.row_factory = checked_factory(factory)

    @property
    def statement_timeout(self) -> float | None:
        """Seconds that a statement may take that is given no ``timeout`` of its own; None: any
        time. It is then cancelled on the server, and a ``QueryCanceled``."""
        return self._state.statement_timeout

    @statement_timeout.setter
    def statement_timeout(self, seconds: float | None) -> None:
        self._state.statement_timeout = checked_timeout(seconds) or None

    def add_codecs(self, *codecs: TypeCodec | ParameterCodec) -> None:
        """Codecs of your own, for all cursors of the connection; later ones come before
        earlier ones, a cursor's own before all. See ``rs_driver.codecs``."""
        self.check()
        self._state.codecs = self._state.codecs.with_codecs(*codecs)

    def xid(self, format_id: int, global_transaction_id: str, branch_qualifier: str) -> Xid:
        """A transaction's identifier for ``tpc_begin`` (PEP 249): a number of 31 bits and
        two strings of up to 64 printable ASCII characters."""
        self.check()
        return xid(format_id, global_transaction_id, branch_qualifier)

    @property
    def _awaits_second_phase(self) -> bool:
        """Whether what ran is prepared: safe with the server, whatever becomes of us."""
        return self._state.two_phase.state is State.PREPARED

    @property
    def _lost_nothing(self) -> bool:
        """Whether the connection broke when nothing was waiting to be committed."""
        return self.broken and self._state.core.transaction_status == "I"

    @property
    def backend_pid(self) -> int | None:
        """The server's process for this session, as in ``stv_recents`` and
        ``pg_stat_activity``; None where it did not say."""
        return self._state.core.session.process_id or None

    def _ending(self, kind: type[ConnectionBase], through: object, *, terminate: bool) -> str:
        """The SQL by which another connection ends what runs here."""
        if not isinstance(through, kind) or through is self:
            raise errors.InterfaceError(f"through: another {kind.__name__} is needed")
        if self.backend_pid is None:
            raise errors.NotSupportedError("the server has not said which process serves us")
        return (TERMINATE if terminate else CANCEL).format(self.backend_pid)

    def _watched(self, sql: str | None) -> AbstractContextManager[object]:
        """For the time in which the connection itself runs ``sql``; None: nothing to tell."""
        if self.observer is None or sql is None:
            return nullcontext()
        return self.observer.command(sql)

    def _give_way(self) -> str | None:
        """What a rollback has to send; a stream does not stand in its way."""
        if (rest := self._state.core.rest) is not None:
            rest.roll_back()
        return "ROLLBACK" if self.in_transaction else None

    def _let_go(self) -> None:
        """No cursor will be asked for rows any more: what is left of a result is dropped."""
        if (rest := self._state.core.rest) is not None:
            rest.abandon()

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
        return tuple(self._state.core.session.notices)

    @property
    def notifications(self) -> Sequence[Notification]:
        """The newest notifications (at most 100), oldest first."""
        return tuple(self._state.core.session.notifications)

    def __del__(self, _warn: Callable[..., None] = warnings.warn) -> None:
        # A default, as the module's names may be gone when the interpreter ends.
        link = getattr(self, "_link", None)
        if link is not None and not link.closed:
            forgotten, text = not self.broken, f"{self!r} was not closed"
            link.abandon()
            if forgotten:
                _warn(text, ResourceWarning, source=self, stacklevel=2)


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


class CursorBase(Generic[C, R]):
    """A cursor's memory. ``arraysize`` is fetchmany's default.

    ``paramstyle``: how placeholders are written, one of qmark, numeric, named, format
    and pyformat; at first what ``rs_driver.paramstyle`` says. May be set at any time.
    """

    def __init__(
        self,
        connection: C,
        paramstyle: str | None = None,
        row_factory: RowFactory[R] | None = None,
        *,
        stream: bool = False,
        fetch_size: int | None = None,
    ) -> None:
        if not isinstance(stream, bool):
            raise errors.InterfaceError(f"stream is True or False, not {type(stream).__name__}")
        if not isinstance(connection, ConnectionBase):
            raise errors.InterfaceError(
                f"a cursor needs a connection, not {type(connection).__name__}"
            )
        connection.check()
        self.arraysize = 1
        self.paramstyle = paramstyle or connection.state.default_paramstyle()
        self._connection = connection
        self._streams = stream
        self._fetch_size = checked_size(fetch_size, stream=stream)
        self._messages: Messages = []
        factory = checked_factory(row_factory) or connection.row_factory
        self._state: CursorState[R] = CursorState(connection.state, factory)

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
        """Rows given or touched by the last statement; -1 where the server does not say, or
        where there are more rows than have been read."""
        return self._state.rowcount

    @property
    def redshift_rowcount(self) -> int:
        """Rows given or touched by the last statement, as AWS's driver calls it. The same as
        ``rowcount``, which that driver does not know for a SELECT."""
        return self._state.rowcount

    @property
    def rownumber(self) -> int | None:
        """The 0-based number of the row that is fetched next; None without a result."""
        return self._state.rownumber

    @property
    def lastrowid(self) -> None:
        """None: neither server gives its rows identifiers (PEP 249)."""
        return None

    @property
    def messages(self) -> Messages:
        """What the server said and raised during the last method but ``fetch...``, as
        ``(class, exception)`` (PEP 249). Of notices the newest 100 are kept."""
        return self._messages

    @property
    def statusmessage(self) -> str | None:
        """The server's command tag: ``INSERT 0 3``, ``SELECT`` ..."""
        return self._state.statusmessage

    @property
    def row_factory(self) -> RowFactory[R] | None:
        """What makes the rows, from the next fetched one on; None is tuples."""
        return self._state.row_factory

    @row_factory.setter
    def row_factory(self, factory: RowFactory[R] | None) -> None:
        self._state.row_factory = checked_factory(factory)

    def add_codecs(self, *codecs: TypeCodec | ParameterCodec) -> None:
        """Codecs of your own, for this cursor; they come before its connection's."""
        self._state.check_open()
        self._state.add_codecs(codecs)

    def setinputsizes(self, *sizes: Any) -> None:  # noqa: ARG002  (PEP 249's name)
        """Does nothing but clear ``messages`` (PEP 249 allows that)."""
        self._messages.clear()

    def setoutputsize(self, size: int, column: int | None = None) -> None:  # noqa: ARG002
        """Does nothing but clear ``messages`` (PEP 249 allows that)."""
        self._messages.clear()

    def _call(self, operation: str, args: Any, style: str, stream: object | None = None) -> Call:
        """What to run, once the cursor has forgotten what it held."""
        self._forget()
        codecs, size = self._state.codecs, self._fetch_size
        return Call(operation, args, style, codecs, stream, self._streams, size, self._state)

    def _within(self, timeout: float | None) -> float | None:
        """How long a statement may take that was given this ``timeout``."""
        default = self._connection.state.statement_timeout
        return default if timeout is None else checked_timeout(timeout)

    def _forget(self) -> None:
        """What was held is gone, also when the next call fails before anything is sent."""
        self._state.check_open()
        self._state.clear()

    def _returned(self, parameters: list[Any]) -> list[Any]:
        """The parameters of a procedure as it has left them.

        It gives those that are INOUT or OUT as one row. PostgreSQL is told all of them, so
        that a row that is as wide is all of them again. Otherwise, and on Redshift, which
        is told the IN and INOUT ones, nobody says which they are: the row is to be fetched.
        """
        columns, state = self._state.description or (), self._state
        if self._connection.profile.kind != "postgres":
            return parameters
        if (
            parameters
            and len(columns) == len(parameters)
            and not state.lacks(2)
            and state.rows.total == 1
        ):
            parameters = list(state.rows.take(1)[0])
            state.rows.scroll(0)
        return parameters

    def _ready(self) -> CursorState[R]:
        """The cursor's state; an error where the connection cannot be used any more."""
        self._connection.check()
        return self._state


def checked_timeout(seconds: float | None) -> float | None:
    """``seconds``, if they can be waited for."""
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise errors.InterfaceError(f"a timeout is in seconds, not {type(seconds).__name__}")
    if not 0 <= seconds < float("inf"):
        raise errors.InterfaceError(f"a timeout is 0 (none) or more seconds, not {seconds}")
    return seconds


def checked_size(size: int | None, *, stream: bool) -> int:
    """How many rows to ask for at a time; 0: all."""
    if size is None:
        return 0
    if isinstance(size, bool) or not isinstance(size, int):
        raise errors.InterfaceError(f"fetch_size is a number of rows, not {type(size).__name__}")
    if not 0 < size < 2**31:
        raise errors.InterfaceError("fetch_size lies between 1 and 2,147,483,647 rows")
    if stream:
        raise errors.InterfaceError("a cursor has a fetch_size or streams, not both")
    return size


def checked_factory(factory: RowFactory[R] | None) -> RowFactory[R] | None:
    """``factory``, if it can be one."""
    if factory is not None and not callable(factory):
        raise errors.InterfaceError(
            f"a row factory is a function of the columns, not {type(factory).__name__}"
        )
    return factory


class Listener:
    """Writes down what the server says while something runs, and the error that ends it.

    ``messages`` stays the same list all the time, as PEP 249 has it.
    """

    def __init__(self, state: ConnectionState, messages: Messages) -> None:
        self._notices = state.core.session.notices
        self._heard = self._notices.total
        self._messages = messages
        messages.clear()

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for fields in self._notices.since(self._heard):
            self._messages.append((errors.Warning, errors.Warning(fields)))
        if isinstance(error, errors.Error):
            self._messages.append((type(error), error))
