"""The synchronous shell: a link that blocks in ``wait``, PEP 249's Connection and Cursor."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.cursor import Row
from rs_driver.domain.operations import execute as statements
from rs_driver.domain.operations import transaction
from rs_driver.domain.operations.startup import Login, startup
from rs_driver.domain.operations.terminate import terminate
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Operation, StartTls, Want, Wants
from rs_driver.errors import Error, InterfaceError
from rs_driver.ports.clock import Clock
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import Connector, Transport
from rs_driver.shells.base import ConnectionBase, CursorBase, argument_rows
from rs_driver.shells.link import FAREWELL, Link, foreign, usable

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class SyncLink(Link):
    """Drives operations over a blocking transport, one at a time."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: Transport,
        clock: Clock,
        read_timeout: float | None = None,
    ) -> None:
        super().__init__(core, transport, clock, read_timeout)
        self._transport = transport
        self._lock = threading.RLock()
        self._frame: FrameType | None = None

    def run(self, operation: Operation[T], deadline: float | None = None) -> T:
        """Drive ``operation`` to its end and give its result."""
        self.check()  # in a child process, the lock may be held by a thread that is not here
        with self._lock:
            self._refuse_reentry()
            self._frame = inspect.currentframe()
            try:
                self.check()
                self.poll()
                return self._drive(operation, deadline)
            except BaseException as error:  # whatever it is, R1 decides about the connection
                self.out_of_step(error)
                if isinstance(error, Error) or not isinstance(error, Exception):
                    raise
                raise foreign(error) from error
            finally:
                self._frame = None
                self.close_deferred()

    def _refuse_reentry(self) -> None:
        """A signal handler or a finalizer must not start an operation in the middle of
        another: its statement would answer for the one beneath it.

        What an interrupted ``finally`` left behind is told apart by the stack.
        """
        if self._in_operation():
            raise InterfaceError(
                "the connection is in the middle of an operation of this very thread: "
                "a signal handler or a finalizer cannot use it now"
            )

    def _in_operation(self) -> bool:
        """Whether ``run`` is among the callers. Asked under the lock."""
        frame = inspect.currentframe() if self._frame is not None else None
        while frame is not None and frame is not self._frame:
            frame = frame.f_back
        return frame is not None

    def _drive(self, operation: Operation[T], deadline: float | None) -> T:
        answer: object = None
        while True:
            try:
                want = operation.send(answer)
            except StopIteration as stop:
                result: T = stop.value
                return result
            answer = self._fulfil(want, deadline)

    def _fulfil(self, want: Wants, deadline: float | None) -> object:
        if isinstance(want, Want):
            self._exchange(want, deadline)
            return None
        if isinstance(want, StartTls):
            self._transport = self._transport.start_tls(want.hostname, deadline)
            self._medium = self._transport
            return self._transport.channel()
        return want.call()

    def _exchange(self, want: Want, deadline: float | None) -> None:
        """Send and receive, both at once, until ``want`` is fulfilled."""
        core = self.core
        while True:
            if core.pending:
                self._send()
                if self._finished(want):
                    return
            if not self._transport.wait(True, core.pending > 0, self._until(deadline)):
                raise self._timed_out()
            if self._receive():
                return

    def close(self) -> None:
        """Say goodbye where that makes sense, and close the transport. Never raises."""
        if self.closed or self.inherited:
            self.abandon()
        elif not self._lock.acquire(timeout=FAREWELL):
            self.defer_close()
        else:
            try:
                self._take_leave()
            finally:
                self._lock.release()

    def _take_leave(self) -> None:
        if self._in_operation():
            self.defer_close()
            return
        try:
            self.run(terminate(self.core), self._clock.monotonic() + FAREWELL)
        except Error:
            pass  # a connection that cannot be taken leave of is closed all the same
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the transport and write nothing."""
        self.closed = True
        self._transport.close()


def _opened(connector: Connector, deadline: float | None) -> Transport:
    try:
        return usable(connector(deadline))
    except Error:
        raise
    except Exception as error:  # a connector may be the user's code, and R3 is ours
        raise foreign(error) from error


def open_session(
    connector: Connector,
    make_core: Callable[[], ClientProtocol],
    login: Login,
    clock: Clock,
    connect_timeout: float | None,
    read_timeout: float | None,
) -> tuple[SyncLink, ServerProfile]:
    """Connect and log in; once more, without Redshift's own keys, where they are refused."""
    deadline = None if connect_timeout is None else clock.monotonic() + connect_timeout

    def log_in(login: Login) -> tuple[SyncLink, ServerProfile]:
        link = SyncLink(make_core(), _opened(connector, deadline), clock, read_timeout)
        try:
            operation = startup(link.core, login, link.channel())
            return link, link.run(operation, deadline)
        except BaseException as error:  # the transport must not outlive the attempt
            link.abandon()
            if isinstance(error, Error):
                login.explain(error, link.channel())
            raise

    try:
        return log_in(login)
    except Error as error:
        if not login.refused_as_redshift(error):
            raise
    return log_in(login.for_postgres())


class Connection(ConnectionBase):
    """A session with the server (PEP 249)."""

    def __init__(self, link: SyncLink, state: ConnectionState) -> None:
        super().__init__(link, state)
        self._link: SyncLink = link

    def cursor(self) -> Cursor:
        """A new cursor. Cursors of one connection share its transaction."""
        self._link.check()
        return Cursor(self)

    def commit(self) -> None:
        """Commit the transaction; nothing where none is open. InternalError where it had
        failed, as the server then rolls back."""
        self.run_operation(transaction.commit(self._state.core))

    def rollback(self) -> None:
        """Roll the transaction back; nothing where none is open."""
        self.run_operation(transaction.rollback(self._state.core))

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back. May be called twice."""
        self._link.close()

    def run_operation(self, operation: Operation[T]) -> T:
        """Drive one of the domain's operations: for the shells and for extensions."""
        return self._link.run(operation)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit, or roll back after an exception; then close."""
        try:
            if not self._link.closed and not self._lost_nothing:
                self.commit() if error is None else self.rollback()
        except Error:
            if error is None:
                raise
        finally:
            self.close()


class Cursor(CursorBase[Connection]):
    """Runs statements and holds their rows (PEP 249)."""

    def execute(self, operation: str, args: Any = None) -> Self:
        """Run ``operation`` and give the cursor itself.

        ``args``: a sequence, or a mapping for the named styles; None sends the text as
        it is. What the cursor held before is gone, also when this fails.
        """
        return self._run(statements.execute, operation, args)

    def executemany(self, operation: str, seq_of_args: Iterable[Any]) -> Self:
        """Run ``operation`` once for each of ``seq_of_args``, pipelined, all or nothing."""
        return self._run(statements.executemany, operation, argument_rows(seq_of_args))

    def _run(self, start: statements.Start, operation: str, args: Any) -> Self:
        self._state.check_open()
        self._state.clear()
        connection = self._connection
        conversation = start(connection.state, operation, args, self.paramstyle)
        self._state.show(connection.run_operation(conversation))
        return self

    def fetchone(self) -> Row | None:
        """The next row, or None at the end."""
        return self._rows().one()

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next ``size`` rows (``arraysize`` by default), fewer at the end."""
        return self._rows().take(self.arraysize if size is None else size)

    def fetchall(self) -> list[Row]:
        """Every row that is left."""
        return self._rows().all()

    def nextset(self) -> bool | None:
        """Go on to the next statement's result; None where there is none (PEP 249)."""
        self._connection.check()
        self._state.check_open()
        return self._state.next_outcome() or None

    def close(self) -> None:
        """Forget the rows; the cursor cannot be used any more."""
        self._state.close()

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        row = self._rows().one()
        if row is None:
            raise StopIteration
        return row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
