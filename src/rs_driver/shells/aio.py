"""The asyncio shell: the synchronous one with an awaited ``wait``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
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
from rs_driver.ports.transport import AsyncConnector, AsyncTransport
from rs_driver.shells.base import ConnectionBase, CursorBase, argument_rows
from rs_driver.shells.link import FAREWELL, Link, foreign, usable
from rs_driver.shells.threads import in_thread

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class AsyncLink(Link):
    """Drives operations over an awaiting transport, one at a time."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: AsyncTransport,
        clock: Clock,
        read_timeout: float | None = None,
    ) -> None:
        super().__init__(core, transport, clock, read_timeout)
        self._transport = transport
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, operation: Operation[T], deadline: float | None = None) -> T:
        """Drive ``operation`` to its end and give its result."""
        self.check()
        if not self._in_its_loop():
            raise InterfaceError("the connection belongs to another event loop")
        async with self._lock:
            try:
                self.check()
                self.poll()
                return await self._drive(operation, deadline)
            except BaseException as error:  # whatever it is, R1 decides about the connection
                self.out_of_step(error)
                if isinstance(error, Error) or not isinstance(error, Exception):
                    raise
                raise foreign(error) from error
            finally:
                self.close_deferred()

    def _in_its_loop(self) -> bool:
        """Whether this runs in the event loop of the first operation, the login."""
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        return self._loop is loop

    async def _drive(self, operation: Operation[T], deadline: float | None) -> T:
        answer: object = None
        while True:
            try:
                want = operation.send(answer)
            except StopIteration as stop:
                result: T = stop.value
                return result
            answer = await self._fulfil(want, deadline)

    async def _fulfil(self, want: Wants, deadline: float | None) -> object:
        if isinstance(want, Want):
            await self._exchange(want, deadline)
            return None
        if isinstance(want, StartTls):
            self._transport = await self._transport.start_tls(want.hostname, deadline)
            self._medium = self._transport
            return self._transport.channel()
        until = None if deadline is None else deadline - self._clock.monotonic()
        done, answer = await in_thread(want.call, until)
        if not done:
            raise self._timed_out()
        return answer

    async def _exchange(self, want: Want, deadline: float | None) -> None:
        """Send and receive, both at once, until ``want`` is fulfilled."""
        core = self.core
        while True:
            if core.pending:
                self._send()
                if self._finished(want):
                    return
            if not await self._transport.wait(True, core.pending > 0, self._until(deadline)):
                raise self._timed_out()
            if self._receive():
                return

    async def close(self) -> None:
        """Say goodbye where that makes sense, and close the transport."""
        if self.closed or self.inherited or not self._in_its_loop():
            self.abandon()
            return
        try:
            await asyncio.wait_for(self._lock.acquire(), FAREWELL)
        except asyncio.TimeoutError:
            self.defer_close()
            return
        self._lock.release()
        try:
            await self.run(terminate(self.core), self._clock.monotonic() + FAREWELL)
        except Error:
            pass  # a connection that cannot be taken leave of is closed all the same
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the transport and write nothing."""
        self.closed = True
        self._transport.close()


async def _opened(connector: AsyncConnector, deadline: float | None) -> AsyncTransport:
    try:
        return usable(await connector(deadline))
    except Error:
        raise
    except Exception as error:  # a connector may be the user's code, and R3 is ours
        raise foreign(error) from error


async def open_session(
    connector: AsyncConnector,
    make_core: Callable[[], ClientProtocol],
    login: Login,
    clock: Clock,
    connect_timeout: float | None,
    read_timeout: float | None,
) -> tuple[AsyncLink, ServerProfile]:
    """Connect and log in; once more, without Redshift's own keys, where they are refused."""
    deadline = None if connect_timeout is None else clock.monotonic() + connect_timeout

    async def log_in(login: Login) -> tuple[AsyncLink, ServerProfile]:
        transport = await _opened(connector, deadline)
        link = AsyncLink(make_core(), transport, clock, read_timeout)
        try:
            operation = startup(link.core, login, link.channel())
            return link, await link.run(operation, deadline)
        except BaseException as error:  # the transport must not outlive the attempt
            link.abandon()
            if isinstance(error, Error):
                login.explain(error, link.channel())
            raise

    try:
        return await log_in(login)
    except Error as error:
        if not login.refused_as_redshift(error):
            raise
    return await log_in(login.for_postgres())


class AsyncConnection(ConnectionBase):
    """A session with the server, for asyncio. See ``Connection``; what waits is awaited."""

    def __init__(self, link: AsyncLink, state: ConnectionState) -> None:
        super().__init__(link, state)
        self._link: AsyncLink = link

    def cursor(self) -> AsyncCursor:
        """A new cursor. Cursors of one connection share its transaction."""
        self._link.check()
        return AsyncCursor(self)

    async def commit(self) -> None:
        """As ``Connection.commit``."""
        await self.run_operation(transaction.commit(self._state.core))

    async def rollback(self) -> None:
        """As ``Connection.rollback``."""
        await self.run_operation(transaction.rollback(self._state.core))

    async def close(self) -> None:
        """Close the connection; an open transaction is rolled back. May be called twice."""
        await self._link.close()

    async def run_operation(self, operation: Operation[T]) -> T:
        """Drive one of the domain's operations: for the shells and for extensions."""
        return await self._link.run(operation)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit, or roll back after an exception; then close."""
        try:
            if not self._link.closed and not self._lost_nothing:
                await (self.commit() if error is None else self.rollback())
        except Error:
            if error is None:
                raise
        finally:
            await self.close()


class AsyncCursor(CursorBase[AsyncConnection]):
    """Runs statements and holds their rows, for asyncio. See ``Cursor``."""

    async def execute(self, operation: str, args: Any = None) -> Self:
        """As ``Cursor.execute``."""
        return await self._run(statements.execute, operation, args)

    async def executemany(self, operation: str, seq_of_args: Iterable[Any]) -> Self:
        """As ``Cursor.executemany``."""
        return await self._run(statements.executemany, operation, argument_rows(seq_of_args))

    async def _run(self, start: statements.Start, operation: str, args: Any) -> Self:
        self._state.check_open()
        self._state.clear()
        connection = self._connection
        conversation = start(connection.state, operation, args, self.paramstyle)
        self._state.show(await connection.run_operation(conversation))
        return self

    async def fetchone(self) -> Row | None:
        """The next row, or None at the end."""
        return self._rows().one()

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next ``size`` rows (``arraysize`` by default), fewer at the end."""
        return self._rows().take(self.arraysize if size is None else size)

    async def fetchall(self) -> list[Row]:
        """Every row that is left."""
        return self._rows().all()

    async def nextset(self) -> bool | None:
        """Go on to the next statement's result; None where there is none (PEP 249)."""
        self._connection.check()
        self._state.check_open()
        return self._state.next_outcome() or None

    async def close(self) -> None:
        """Forget the rows; the cursor cannot be used any more."""
        self._state.close()

    def __aiter__(self) -> AsyncIterator[Row]:
        return self

    async def __anext__(self) -> Row:
        row = self._rows().one()
        if row is None:
            raise StopAsyncIteration
        return row

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()
