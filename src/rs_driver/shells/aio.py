"""AsyncConnection and AsyncCursor: the synchronous ones with what waits awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.cursor import CursorState
from rs_driver.domain.operations import transaction, two_phase
from rs_driver.domain.operations.call import call_parameters, call_statement
from rs_driver.domain.operations.cancel import fence
from rs_driver.domain.operations.execute import Start, execute
from rs_driver.domain.operations.executemany import executemany, executemany_exactly
from rs_driver.domain.operations.query_id import last_query_id
from rs_driver.domain.operations.receiving import heed
from rs_driver.domain.operations.reset import reset
from rs_driver.domain.result import ALL, Rest, Rows, checked_count
from rs_driver.domain.tpc import Xid
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, InterfaceError
from rs_driver.ports.faces import Batches
from rs_driver.rows import R, RowFactory
from rs_driver.shells.async_link import AsyncLink
from rs_driver.shells.base import (
    ConnectionBase,
    CursorBase,
    End,
    Listener,
    argument_rows,
    checked_timeout,
)
from rs_driver.shells.columnar import Columns, DtypeBackend, at_most, checked_backend
from rs_driver.shells.transactions import RETRIES, AsyncTransaction, kept_nothing, pause_after

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class AsyncConnection(ConnectionBase):
    """A session with the server, for asyncio. See ``Connection``; what waits is awaited."""

    def __init__(self, link: AsyncLink, state: ConnectionState) -> None:
        super().__init__(link, state)
        self._link: AsyncLink = link

    @overload
    def cursor(
        self, *, stream: bool = False, fetch_size: int | None = None
    ) -> AsyncCursor[Any]: ...

    @overload
    def cursor(
        self, row_factory: RowFactory[R], *, stream: bool = False, fetch_size: int | None = None
    ) -> AsyncCursor[R]: ...

    def cursor(
        self,
        row_factory: RowFactory[Any] | None = None,
        *,
        stream: bool = False,
        fetch_size: int | None = None,
    ) -> AsyncCursor[Any]:
        """As ``Connection.cursor``."""
        self._link.check()
        self._messages.clear()
        return AsyncCursor(self, row_factory=row_factory, stream=stream, fetch_size=fetch_size)

    async def commit(self) -> None:
        """As ``Connection.commit``."""
        await self._run(transaction.commit(self._state), "COMMIT" if self.in_transaction else None)

    async def rollback(self) -> None:
        """As ``Connection.rollback``."""
        sql = self._give_way()
        await self._run(transaction.rollback(self._state), sql)

    async def cancel(
        self, through: AsyncConnection | None = None, *, terminate: bool = False
    ) -> None:
        """As ``Connection.cancel``; from any task of the connection's event loop."""
        if through is None:
            await self._link.cancel()
            return
        text = self._ending(AsyncConnection, through, terminate=terminate)
        await self._link.cancel(partial(_run_apart, through, text))

    async def close(self) -> None:
        """Close the connection; an open transaction is rolled back. May be called twice."""
        await self._link.close()

    async def run(self, sql: str, stream: object | None = None, **params: Any) -> tuple[Any, ...]:
        """As ``Connection.run``."""
        cursor = self.cursor()
        self._description = None
        try:
            arguments = params or None
            await cursor.run_call(execute, sql, arguments, "named", stream)
            self._description = cursor.description
            return () if cursor.description is None else tuple(await cursor.fetchall())
        finally:
            self._messages[:] = cursor.messages
            await cursor.close()

    async def stream(
        self,
        sql: str,
        args: Any = None,
        *,
        row_factory: RowFactory[Any] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Any]:
        """As ``Connection.stream``: ``async for row in connection.stream(sql)``. The statement
        runs when the first row is asked for."""
        self._messages.clear()
        cursor = AsyncCursor(self, row_factory=row_factory, stream=True)
        async with cursor:
            await cursor.execute(sql, args, timeout=timeout)
            async for row in cursor:
                yield row

    async def execute(
        self, cursor: AsyncCursor[R], operation: str, vals: Any = None
    ) -> AsyncCursor[R]:
        """As ``Connection.execute``."""
        own: object = cursor
        if not (isinstance(own, AsyncCursor) and own.connection is self):
            raise InterfaceError(
                "execute(cursor, operation, vals) takes a cursor of this connection; "
                "for a statement alone there are run(sql) and cursor().execute(sql)"
            )
        return await cursor.execute(operation, vals)

    async def is_alive(self, timeout: float = 5.0) -> bool:
        """As ``Connection.is_alive``."""
        asking = fence if checked_timeout(timeout) else heed
        if self.closed or self._link.inherited:
            return False
        if self._state.core.rest is None:
            with suppress(Error):
                await self.run_operation(asking(self._state.core), timeout)
        return not self.closed

    async def last_query_id(self) -> int | None:
        """As ``Connection.last_query_id``."""
        return await self._run(last_query_id(self._state))

    def transaction(self) -> AsyncTransaction:
        """As ``Connection.transaction``, for ``async with``."""
        return AsyncTransaction(self)

    async def run_transaction(
        self, function: Callable[[Self], Awaitable[T]], *, retries: int = RETRIES
    ) -> T:
        """As ``Connection.run_transaction``; what ``function`` gives is awaited."""
        for attempt in range(1, retries + 1):
            block = self.transaction()
            try:
                async with block:
                    return await function(self)
            except Error as error:
                if self.closed or not kept_nothing(error, block):
                    raise
            await asyncio.sleep(pause_after(attempt))
        async with self.transaction():
            return await function(self)

    async def reset(self, timeout: float | None = None) -> bool:
        """As ``Connection.reset``."""
        self._link.check()
        self._let_go()
        sql = "ROLLBACK" if self.in_transaction else None
        return await self._run(reset(self._state), sql, checked_timeout(timeout))

    async def tpc_begin(self, xid: Xid | str) -> None:
        """As ``Connection.tpc_begin``."""
        await self._run(two_phase.begin(self._state, xid))

    async def tpc_prepare(self) -> None:
        """As ``Connection.tpc_prepare``."""
        await self._run(two_phase.prepare(self._state), "PREPARE TRANSACTION")

    async def tpc_commit(self, xid: Xid | str | None = None) -> None:
        """As ``Connection.tpc_commit``."""
        await self._run(two_phase.commit(self._state, xid), "COMMIT")

    async def tpc_rollback(self, xid: Xid | str | None = None) -> None:
        """As ``Connection.tpc_rollback``."""
        await self._run(two_phase.rollback(self._state, xid), "ROLLBACK")

    async def tpc_recover(self) -> list[Xid]:
        """As ``Connection.tpc_recover``."""
        return await self._run(two_phase.recover(self._state))

    async def _run(
        self, operation: Operation[T], sql: str | None = None, timeout: float | None = None
    ) -> T:
        """Drive one of the connection's own operations, and hear what the server says."""
        with Listener(self._state, self._messages), self._watched(sql):
            return await self.run_operation(operation, timeout)

    async def run_operation(self, operation: Operation[T], timeout: float | None = None) -> T:
        """Drive one of the domain's operations: for the shells and for extensions."""
        return await self._link.run(operation, self._link.deadline(timeout))

    async def finish(self, rest: Rest) -> None:
        """As ``Connection.finish``."""
        with suppress(Error):
            await self._link.run(rest.finish())

    async def read_on(self, rows: Rows, count: int) -> None:
        """Read until ``rows`` has ``count`` of them, or to the end of the result."""
        if (rest := rows.rest) is not None:
            await self._link.run(
                rest.read(lambda: not rows.lacks(count)), goes_on=rest.holds_connection
            )

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
            await self.conclude(error)
        finally:
            await self.close()

    async def conclude(self, error: BaseException | None) -> None:
        """As ``Connection.conclude``."""
        try:
            if not (self._link.closed or self._lost_nothing or self._awaits_second_phase):
                self._let_go()
                await (self.commit() if error is None else self.rollback())
        except Error:
            if error is None:
                raise


class AsyncCursor(CursorBase[AsyncConnection, R]):
    """Runs statements and holds their rows, for asyncio. See ``Cursor``."""

    async def execute(
        self,
        operation: str,
        args: Any = None,
        stream: object | None = None,
        *,
        timeout: float | None = None,
    ) -> Self:
        """As ``Cursor.execute``. The methods of ``stream`` may be coroutine functions, too, and
        what it iterates over may be asynchronous."""
        return await self.run_call(execute, operation, args, self.paramstyle, stream, timeout)

    async def executemany(
        self,
        operation: str,
        seq_of_args: Iterable[Any],
        *,
        exact_errors: bool = False,
        timeout: float | None = None,
    ) -> Self:
        """As ``Cursor.executemany``."""
        self._forget()
        rows = argument_rows(seq_of_args)
        start = executemany_exactly if exact_errors else executemany
        return await self.run_call(start, operation, rows, self.paramstyle, None, timeout)

    async def callproc(self, procname: str, parameters: Sequence[Any] | None = None) -> list[Any]:
        """As ``Cursor.callproc``."""
        self._forget()
        values = call_parameters(parameters)
        text = call_statement(procname, values)
        await self.run_call(execute, text, values, "numeric")
        return self._returned(values)

    async def run_call(
        self,
        start: Start,
        operation: str,
        args: Any,
        style: str,
        stream: object | None = None,
        timeout: float | None = None,
    ) -> Self:
        """Run something of ``operations.execute``: for the shells and for extensions."""
        state, connection = self._state, self._connection
        with Listener(connection.state, self._messages):
            call = self._call(operation, args, style, stream)
            within = self._within(timeout)
            running = start(connection.state, call)
            try:
                if (observer := connection.observer) is None:
                    state.show(await connection.run_operation(running, within))
                    return self
                with observer.call(connection.state, call, batch=start is not execute) as watch:
                    state.show(watch.shows(await connection.run_operation(running, within)))
            except BaseException:  # whatever it is, a signal's exception among others
                state.forsake()
                raise
        return self

    async def fetchone(self) -> R | None:
        """The next row, or None at the end."""
        state = self._ready()
        if state.lacks(1):
            await self._connection.read_on(state.rows, 1)
        return state.one(None)

    async def fetchmany(self, size: int | None = None) -> list[R]:
        """The next ``size`` rows (``arraysize`` by default), fewer at the end."""
        state = self._ready()
        count = checked_count(self.arraysize if size is None else size)
        if state.lacks(count):
            await self._connection.read_on(state.rows, count)
        return state.take(count)

    async def fetchall(self) -> list[R]:
        """Every row that is left."""
        state = self._ready()
        return await self._all(state) if state.lacks(ALL) else state.take(ALL)

    async def _all(self, state: CursorState[R]) -> list[R]:
        """Every row, decoded while the server sends the next ones."""
        with state.rows.kept():
            found = state.all()
            while state.lacks(1):
                await self._connection.read_on(state.rows, 1)
                found += state.all()
        return found

    async def fetch_arrow_table(self, num: int | None = None, *, nested: bool = False) -> Any:
        """As ``Cursor.fetch_arrow_table``."""
        columns = Columns(self._ready(), self._connection.faces)
        with self._ready().rows.kept():
            return columns.table(await self._columns(num), nested=nested)

    async def fetch_record_batches(self) -> AsyncIterator[Any]:
        """As ``Cursor.fetch_record_batches``."""
        columns = Columns(self._ready(), self._connection.faces)
        while True:
            rows = self._ready().rows
            if rows.lacks(1):
                await self._connection.read_on(rows, 1)
            if not (batch := rows.next_columns()):
                return
            for made in columns.record_batches([batch]):
                yield made

    async def fetch_record_batch(self) -> Any:
        """As ``Cursor.fetch_record_batch``; all rows are read before it is given."""
        return Columns(self._ready(), self._connection.faces).reader(await self._columns(None))

    async def fetch_dataframe(
        self, num: int | None = None, dtype_backend: DtypeBackend = None
    ) -> Any:
        """As ``Cursor.fetch_dataframe``."""
        checked_backend(dtype_backend)
        state, faces = self._ready(), self._connection.faces
        with state.rows.kept():
            if dtype_backend == "plain":
                names = [name.lower() for name in state.names]
                return faces.pandas_of_rows(names, await self._tuples(num))
            return Columns(state, faces).dataframe(await self._columns(num), dtype_backend)

    async def fetch_polars(self, num: int | None = None, *, nested: bool = False) -> Any:
        """As ``Cursor.fetch_polars``."""
        columns = Columns(self._ready(), self._connection.faces)
        with self._ready().rows.kept():
            return columns.polars(await self._columns(num), nested=nested)

    async def fetch_numpy_array(self, num: int | None = None, *, structured: bool = False) -> Any:
        """As ``Cursor.fetch_numpy_array``."""
        state, faces = self._ready(), self._connection.faces
        with state.rows.kept():
            if not structured:
                return faces.numpy_of_rows(await self._tuples(num))
            types = state.rows.types
            return faces.numpy_structured(state.names, types, await self._tuples(num))

    async def _columns(self, num: int | None) -> Batches:
        rows, left = self._ready().rows, at_most(num)
        first = rows.position
        found = rows.columns(left)
        while rows.lacks(1) and rows.position - first < left:
            await self._connection.read_on(rows, 1)
            found += rows.columns(left if num is None else left - (rows.position - first))
        return found

    async def _tuples(self, num: int | None) -> list[tuple[Any, ...]]:
        rows = self._ready().rows
        await self._connection.read_on(rows, at_most(num))
        return rows.take(at_most(num))

    async def scroll(self, value: int, mode: str = "relative") -> None:
        """As ``Cursor.scroll``."""
        self._messages.clear()
        state = self._ready()
        if state.rows.rest is not None:
            count = value if mode == "relative" else value - state.rows.position
            await self._connection.read_on(state.rows, count + 1)
        state.scroll(value, mode)

    async def nextset(self) -> bool | None:
        """Go on to the next statement's result; None where there is none (PEP 249).
        ProgrammingError before anything was executed."""
        state = self._ready()
        state.check_executed()
        self._messages.clear()
        return state.next_outcome() or None

    async def close(self) -> None:
        """As ``Cursor.close``."""
        self._messages.clear()
        rest = self._state.rest
        self._state.close()
        if rest is not None and (self._streams or not rest.holds_connection):
            await self._connection.finish(rest)

    def __aiter__(self) -> AsyncIterator[R]:
        return self

    async def __anext__(self) -> R:
        state = self._ready()
        if state.lacks(1):
            await self._connection.read_on(state.rows, 1)
        row = state.one(End.END)
        if row is End.END:
            raise StopAsyncIteration
        return row

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()


async def _run_apart(connection: AsyncConnection, sql: str) -> None:
    """Run one text such that no transaction is left open by it."""
    begun = connection.in_transaction
    await connection.run(sql)
    if not begun:
        await connection.rollback()
