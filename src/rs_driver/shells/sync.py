"""PEP 249's Connection and Cursor, over a link that blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
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
from rs_driver.ports.rows import ColumnBuffer
from rs_driver.rows import R, RowFactory
from rs_driver.shells.base import (
    ConnectionBase,
    CursorBase,
    End,
    Listener,
    argument_rows,
    checked_timeout,
)
from rs_driver.shells.columnar import Columns, DtypeBackend, at_most, checked_backend
from rs_driver.shells.sync_link import SyncLink
from rs_driver.shells.transactions import RETRIES, Transaction, kept_nothing, pause_after

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")


class Connection(ConnectionBase):
    """A session with the server (PEP 249)."""

    def __init__(self, link: SyncLink, state: ConnectionState) -> None:
        super().__init__(link, state)
        self._link: SyncLink = link

    @overload
    def cursor(self, *, stream: bool = False, fetch_size: int | None = None) -> Cursor[Any]: ...

    @overload
    def cursor(
        self, row_factory: RowFactory[R], *, stream: bool = False, fetch_size: int | None = None
    ) -> Cursor[R]: ...

    def cursor(
        self,
        row_factory: RowFactory[Any] | None = None,
        *,
        stream: bool = False,
        fetch_size: int | None = None,
    ) -> Cursor[Any]:
        """A new cursor. Cursors of one connection share its transaction.

        ``row_factory``: what its rows are, such as ``rs_driver.rows.dict_row``; as the
        connection's ``row_factory`` says (tuples at first) if not given. ``stream``: its rows
        stay on their way until they are fetched, and nothing else can run until then.
        ``fetch_size``: they are asked for so many at a time, through a portal, which lives as
        long as the transaction; other statements can run in between.
        """
        self._link.check()
        self._messages.clear()
        return Cursor(self, row_factory=row_factory, stream=stream, fetch_size=fetch_size)

    def commit(self) -> None:
        """Commit the transaction; nothing where none is open. InternalError where it had
        failed, as the server then rolls back."""
        self._run(transaction.commit(self._state), "COMMIT" if self.in_transaction else None)

    def rollback(self) -> None:
        """Roll the transaction back; nothing where none is open. A stream that has not been read
        to its end is lost with it."""
        sql = self._give_way()
        self._run(transaction.rollback(self._state), sql)

    def cancel(self, through: Connection | None = None, *, terminate: bool = False) -> None:
        """Have the server cancel what runs here, if anything does: it ends as a
        ``QueryCanceled`` where it was started. From any thread, and from signal handlers. The
        next statement is safe from it.

        ``through``: another connection, on which pg_cancel_backend does it: for servers that
        give no key to be asked by, where it is a NotSupportedError without. ``terminate``: by
        pg_terminate_backend, which ends this connection.
        """
        if through is None:
            self._link.cancel()
            return
        text = self._ending(Connection, through, terminate=terminate)
        self._link.cancel(partial(_run_apart, through, text))

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back. May be called twice."""
        self._link.close()

    def run(self, sql: str, stream: object | None = None, **params: Any) -> tuple[Any, ...]:
        """Run one text and give its rows, none for a statement without.

        ``params``: for placeholders of the style ``:name``; without any, the text is sent as
        it is. ``stream``: a file or an iterable for COPY, see ``Cursor.execute``.
        """
        cursor = self.cursor()
        self._description = None
        try:
            arguments = params or None
            cursor.run_call(execute, sql, arguments, "named", stream)
            self._description = cursor.description
            return () if cursor.description is None else tuple(cursor.fetchall())
        finally:
            self._messages[:] = cursor.messages
            cursor.close()

    def stream(
        self,
        sql: str,
        args: Any = None,
        *,
        row_factory: RowFactory[Any] | None = None,
        timeout: float | None = None,
    ) -> Iterator[Any]:
        """The rows of one statement as they arrive: ``for row in connection.stream(sql)``.

        However many they are, only a piece of them is in memory. Who leaves the loop ends the
        statement, on the server, too. Another statement on this connection has to wait until
        then: it is a ProgrammingError. The arguments are those of ``execute`` and ``cursor``.
        """
        self._messages.clear()
        cursor = Cursor(self, row_factory=row_factory, stream=True)
        return _rows_of(cursor.execute(sql, args, timeout=timeout))

    def execute(self, cursor: Cursor[R], operation: str, vals: Any = None) -> Cursor[R]:
        """Run ``operation`` on a cursor of this connection, as the cursor's own ``execute``."""
        own: object = cursor
        if not (isinstance(own, Cursor) and own.connection is self):
            raise InterfaceError(
                "execute(cursor, operation, vals) takes a cursor of this connection; "
                "for a statement alone there are run(sql) and cursor().execute(sql)"
            )
        return cursor.execute(operation, vals)

    def is_alive(self, timeout: float = 5.0) -> bool:
        """Whether the server answers within so many seconds, asked by one turn in which nothing
        runs. 0: it is not asked; that it has hung up, or said why, is known here. Nor is it
        while a result is being read: the rows will tell."""
        asking = fence if checked_timeout(timeout) else heed
        if self.closed or self._link.inherited:
            return False
        if self._state.core.rest is None:
            with suppress(Error):
                self.run_operation(asking(self._state.core), timeout)
        return not self.closed

    def last_query_id(self) -> int | None:
        """Redshift's number of the session's last query: the key to its system views. To be
        asked right after it, by one turn and outside of any transaction of its own.

        None where none has run. A query that the leader node answers alone has no number, and
        that of the one before it is given. NotSupportedError on PostgreSQL.
        """
        return self._run(last_query_id(self._state))

    def transaction(self) -> Transaction:
        """A block, for ``with``, that commits at its end and rolls back after an exception.

        Also with ``autocommit``, which is off inside. ProgrammingError where a transaction is
        open already: Redshift has none inside of another.
        """
        return Transaction(self)

    def run_transaction(self, function: Callable[[Self], T], *, retries: int = RETRIES) -> T:
        """Call ``function(connection)`` in a transaction, and give what it gives.

        Again, up to ``retries`` times and after a growing pause, where the server refused it
        because of another transaction (``Error.is_conflict``): nothing of it was kept then.
        What ``function`` does besides is done again, too; one that ends the transaction itself
        is not run again.
        """
        for attempt in range(1, retries + 1):
            block = self.transaction()
            try:
                with block:
                    return function(self)
            except Error as error:
                if self.closed or not kept_nothing(error, block):
                    raise
            time.sleep(pause_after(attempt))
        with self.transaction():
            return function(self)

    def reset(self, timeout: float | None = None) -> bool:
        """Make the session what it was when it was opened: for pools.

        Rolls back, and undoes what statements have set (RESET ALL, then the
        ``session_settings``) and what was set here, such as ``autocommit``. False where that is
        not possible, so that the connection is to be closed: a transaction in two phases, and
        on Redshift temporary tables and another role. ``timeout``: seconds for all of it.
        """
        self._link.check()
        self._let_go()
        sql = "ROLLBACK" if self.in_transaction else None
        return self._run(reset(self._state), sql, checked_timeout(timeout))

    def tpc_begin(self, xid: Xid | str) -> None:
        """Begin a transaction in two phases, outside of any other (PEP 249)."""
        self._run(two_phase.begin(self._state, xid))

    def tpc_prepare(self) -> None:
        """The first phase: the server keeps the transaction, whatever happens to us.

        NotSupportedError where it cannot (Redshift): nothing has happened then, and
        ``tpc_commit`` or ``tpc_rollback`` end the transaction in a single phase.
        """
        self._run(two_phase.prepare(self._state), "PREPARE TRANSACTION")

    def tpc_commit(self, xid: Xid | str | None = None) -> None:
        """Commit the transaction: the second phase, or the only one where it was not
        prepared. ``xid``: a prepared one of ``tpc_recover``'s, outside of any transaction."""
        self._run(two_phase.commit(self._state, xid), "COMMIT")

    def tpc_rollback(self, xid: Xid | str | None = None) -> None:
        """Roll the transaction back, prepared or not. ``xid``: as for ``tpc_commit``."""
        self._run(two_phase.rollback(self._state, xid), "ROLLBACK")

    def tpc_recover(self) -> list[Xid]:
        """The prepared transactions that wait for their second phase, in this database."""
        return self._run(two_phase.recover(self._state))

    def _run(
        self, operation: Operation[T], sql: str | None = None, timeout: float | None = None
    ) -> T:
        """Drive one of the connection's own operations, and hear what the server says."""
        with Listener(self._state, self._messages), self._watched(sql):
            return self.run_operation(operation, timeout)

    def run_operation(self, operation: Operation[T], timeout: float | None = None) -> T:
        """Drive one of the domain's operations: for the shells and for extensions."""
        return self._link.run(operation, self._link.deadline(timeout))

    def finish(self, rest: Rest) -> None:
        """Have done with the rest of a result that nobody wants. Never raises: what is wrong
        with the connection, its next operation tells."""
        with suppress(Error):
            self._link.run(rest.finish())

    def read_on(self, rows: Rows, count: int) -> None:
        """Read until ``rows`` has ``count`` of them, or to the end of the result."""
        if (rest := rows.rest) is not None:
            self._link.run(rest.read(lambda: not rows.lacks(count)), goes_on=rest.holds_connection)

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
            self.conclude(error)
        finally:
            self.close()

    def conclude(self, error: BaseException | None) -> None:
        """Commit, or roll back after an exception. What is prepared in two phases is left."""
        try:
            if not (self._link.closed or self._lost_nothing or self._awaits_second_phase):
                self._let_go()
                self.commit() if error is None else self.rollback()
        except Error:
            if error is None:
                raise


class Cursor(CursorBase[Connection, R]):
    """Runs statements and holds their rows (PEP 249)."""

    def execute(
        self,
        operation: str,
        args: Any = None,
        stream: object | None = None,
        *,
        timeout: float | None = None,
    ) -> Self:
        """Run ``operation`` and give the cursor itself.

        ``args``: a sequence, or a mapping for the named styles; None sends the text as
        it is. What the cursor held before is gone, also when this fails.
        ``stream``: for COPY on PostgreSQL, a file to read from or write to, or an iterable of
        bytes or str to send. Its own exceptions come out as they are.
        ``timeout``: seconds until this has to return, in place of the connection's
        ``statement_timeout``; 0 for any time. The statement is then cancelled on the server,
        and raises QueryCanceled; where that fails, the connection is lost, and an
        OperationalError says so.
        """
        return self.run_call(execute, operation, args, self.paramstyle, stream, timeout)

    def executemany(
        self,
        operation: str,
        seq_of_args: Iterable[Any],
        *,
        exact_errors: bool = False,
        timeout: float | None = None,
    ) -> Self:
        """Run ``operation`` once for each of ``seq_of_args``, pipelined, all or nothing.

        An INSERT of one row that holds nothing but placeholders, literals and casts becomes
        INSERTs of many rows, as long as Redshift takes them. Then an error of the server says
        in which ``rows`` it struck; with ``exact_errors`` each row is sent by itself, and it
        says the ``row``. Rows that it gives are dropped (PEP 249 leaves that open).
        ``timeout`` as for ``execute``.
        """
        self._forget()
        rows = argument_rows(seq_of_args)
        start = executemany_exactly if exact_errors else executemany
        return self.run_call(start, operation, rows, self.paramstyle, None, timeout)

    def callproc(self, procname: str, parameters: Sequence[Any] | None = None) -> list[Any]:
        """CALL a procedure and give its parameters as it left them (PEP 249).

        Only where all of them are INOUT or OUT, on PostgreSQL, is it known which is which;
        otherwise they are given as they were, and what the procedure has changed is the row
        to fetch.
        ``procname``: as SQL writes it, with double quotes where it needs them.
        """
        self._forget()
        values = call_parameters(parameters)
        text = call_statement(procname, values)
        self.run_call(execute, text, values, "numeric")
        return self._returned(values)

    def run_call(
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
                    state.show(connection.run_operation(running, within))
                    return self
                with observer.call(connection.state, call, batch=start is not execute) as watch:
                    state.show(watch.shows(connection.run_operation(running, within)))
            except BaseException:  # whatever it is, a signal's exception among others
                state.forsake()
                raise
        return self

    def fetchone(self) -> R | None:
        """The next row, or None at the end."""
        state = self._ready()
        if state.lacks(1):
            self._connection.read_on(state.rows, 1)
        return state.one(None)

    def fetchmany(self, size: int | None = None) -> list[R]:
        """The next ``size`` rows (``arraysize`` by default), fewer at the end."""
        state = self._ready()
        count = checked_count(self.arraysize if size is None else size)
        if state.lacks(count):
            self._connection.read_on(state.rows, count)
        return state.take(count)

    def fetchall(self) -> list[R]:
        """Every row that is left."""
        state = self._ready()
        return self._all(state) if state.lacks(ALL) else state.take(ALL)

    def _all(self, state: CursorState[R]) -> list[R]:
        """Every row, decoded while the server sends the next ones."""
        with state.rows.kept():
            found = state.all()
            while state.lacks(1):
                self._connection.read_on(state.rows, 1)
                found += state.all()
        return found

    def fetch_arrow_table(self, num: int | None = None, *, nested: bool = False) -> Any:
        """The next ``num`` rows, or every row that is left, as a ``pyarrow.Table``.

        ``nested``: SUPER and JSON become what they hold, structs, lists and numbers, by the
        types that pyarrow finds in all of the rows; DataError where there is none for them.
        NUMERIC becomes decimal128, SUPER its JSON text, an array a list, TIMESTAMPTZ a
        timestamp in UTC; ``docs/types.md`` has all of them. DataError for a value that has
        no form in Arrow, NotSupportedError for a type that has none.
        """
        columns = Columns(self._ready(), self._connection.faces)
        with self._ready().rows.kept():
            return columns.table(self._columns(num), nested=nested)

    def fetch_record_batches(self) -> Iterator[Any]:
        """The rows that are left as ``pyarrow.RecordBatch``es, as they are asked for."""
        columns = Columns(self._ready(), self._connection.faces)
        return iter(columns.record_batches(self._columns_by_batch()))

    def fetch_record_batch(self) -> Any:
        """The same as a ``pyarrow.RecordBatchReader``."""
        columns = Columns(self._ready(), self._connection.faces)
        return columns.reader(self._columns_by_batch())

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The same by the Arrow C stream interface: for ``pyarrow.table(cursor)``,
        ``polars.DataFrame(cursor)``, ``pandas.DataFrame.from_arrow(cursor)``, DuckDB ..."""
        return self.fetch_record_batch().__arrow_c_stream__(requested_schema)

    def fetch_dataframe(self, num: int | None = None, dtype_backend: DtypeBackend = None) -> Any:
        """The next ``num`` rows, or every row that is left, as a ``pandas.DataFrame``.

        ``dtype_backend``: "numpy_nullable" for pandas' nullable types, "pyarrow" for
        Arrow's; None for numpy's, and nullable ones where an integer or boolean is NULL;
        "plain" for what AWS's driver makes: pandas' guess at Python objects, under names in
        lower case.
        """
        checked_backend(dtype_backend)
        state, faces = self._ready(), self._connection.faces
        with state.rows.kept():
            if dtype_backend == "plain":
                names = [name.lower() for name in state.names]
                return faces.pandas_of_rows(names, self._tuples(num))
            return Columns(state, faces).dataframe(self._columns(num), dtype_backend)

    def fetch_polars(self, num: int | None = None, *, nested: bool = False) -> Any:
        """The next ``num`` rows, or every row that is left, as a ``polars.DataFrame``.
        ``nested`` as for ``fetch_arrow_table``."""
        columns = Columns(self._ready(), self._connection.faces)
        with self._ready().rows.kept():
            return columns.polars(self._columns(num), nested=nested)

    def fetch_numpy_array(self, num: int | None = None, *, structured: bool = False) -> Any:
        """The next ``num`` rows, or every row that is left, as a ``numpy.ndarray``.

        That is an array of two dimensions whose type numpy guesses from all values, as in
        AWS's driver. ``structured``: an array of one dimension with a field for each column,
        of the column's own type.
        """
        state, faces = self._ready(), self._connection.faces
        with state.rows.kept():
            if not structured:
                return faces.numpy_of_rows(self._tuples(num))
            types = state.rows.types
            return faces.numpy_structured(state.names, types, self._tuples(num))

    def _columns(self, num: int | None) -> Batches:
        rows, left = self._ready().rows, at_most(num)
        first = rows.position
        found = rows.columns(left)
        while rows.lacks(1) and rows.position - first < left:
            self._connection.read_on(rows, 1)
            found += rows.columns(left if num is None else left - (rows.position - first))
        return found

    def _columns_by_batch(self) -> Iterator[list[ColumnBuffer]]:
        while True:
            rows = self._ready().rows
            if rows.lacks(1):
                self._connection.read_on(rows, 1)
            if not (batch := rows.next_columns()):
                return
            yield batch

    def _tuples(self, num: int | None) -> list[tuple[Any, ...]]:
        """Rows as tuples, whatever the cursor's row factory says."""
        rows = self._ready().rows
        self._connection.read_on(rows, at_most(num))
        return rows.take(at_most(num))

    def scroll(self, value: int, mode: str = "relative") -> None:
        """Move to another row of the result: by so many rows, or in mode ``absolute`` to
        the row of that number, from 0. IndexError outside of it (PEP 249)."""
        self._messages.clear()
        state = self._ready()
        if state.rows.rest is not None:
            count = value if mode == "relative" else value - state.rows.position
            self._connection.read_on(state.rows, count + 1)
        state.scroll(value, mode)

    def nextset(self) -> bool | None:
        """Go on to the next statement's result; None where there is none (PEP 249).
        ProgrammingError before anything was executed."""
        state = self._ready()
        state.check_executed()
        self._messages.clear()
        return state.next_outcome() or None

    def close(self) -> None:
        """Forget the rows; the cursor cannot be used any more. A streaming one has the server
        send no more of them: many are cancelled, if the query is alone in its transaction."""
        self._messages.clear()
        rest = self._state.rest
        self._state.close()
        if rest is not None and (self._streams or not rest.holds_connection):
            self._connection.finish(rest)

    def __iter__(self) -> Iterator[R]:
        """The rows that are left. To take one from it is to fetch it."""
        return chain.from_iterable(self._parts())

    def _parts(self) -> Iterator[Iterator[R]]:
        while True:
            state = self._ready()
            if state.lacks(1):
                self._connection.read_on(state.rows, 1)
            if (part := state.left()) is None:
                return
            yield part

    def __next__(self) -> R:
        state = self._ready()
        if state.lacks(1):
            self._connection.read_on(state.rows, 1)
        row = state.one(End.END)
        if row is End.END:
            raise StopIteration
        return row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _run_apart(connection: Connection, sql: str) -> None:
    """Run one text such that no transaction is left open by it."""
    begun = connection.in_transaction
    connection.run(sql)
    if not begun:
        connection.rollback()


def _rows_of(cursor: Cursor[R]) -> Iterator[R]:
    """Its rows; it is closed when nobody wants more of them."""
    with cursor:
        yield from cursor
