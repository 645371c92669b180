"""The extended query protocol: prepared statements and portals."""

from __future__ import annotations

from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
)
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.prepared import (
    Describer,
    Plans,
    Portal,
    Statement,
    Statements,
    check_types,
)
from rs_driver_fakeserver.protocol.replies import protocol_violation
from rs_driver_fakeserver.protocol.results import Cursor, shape, spread
from rs_driver_fakeserver.protocol.wants import Talk
from rs_driver_fakeserver.sql.runner import control
from rs_driver_fakeserver.sql.text import split
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.values.decode import parameter


class Extended:
    """Answers Parse, Bind, Describe, Execute and Close; every method may raise SqlError."""

    def __init__(
        self, client: Client, statements: Statements, runner: Describer, transaction: Transaction
    ) -> None:
        self._client = client
        self._statements = statements
        self._runner = runner
        self._plans = Plans(client, runner)
        self._transaction = transaction
        self._portals: dict[str, Portal] = {}

    def parse(self, message: Parse) -> None:
        """Prepare a statement."""
        if not message.statement:
            self._statements.close("")  # gone even if this Parse fails
        parts = split(message.sql, backslashes=self._client.dialect.redshift)
        if len(parts) > 1:
            raise SqlError("42601", "cannot insert multiple commands into a prepared statement")
        sql = parts[0] if parts else ""
        statement = self._plans.prepare(sql, message.parameter_oids)
        self._statements.add(message.statement, statement)
        self._client.outbox.send(ParseComplete())

    def bind(self, message: Bind) -> None:
        """Make a portal."""
        statement = self._statements.get(message.statement)
        _check_counts(message, statement)
        if control(statement.sql) not in ("COMMIT", "ROLLBACK"):
            self._transaction.check()
        if message.portal and self._portal(message.portal) is not None:
            raise SqlError("42P03", f'cursor "{message.portal}" already exists')
        parameters = self._parameters(message, statement)
        self._plans.revalidate(statement, parameters)
        formats = statement.shape.formats(message.result_formats) if statement.shape else ()
        self._portals[message.portal] = Portal(
            statement, parameters, formats, self._transaction.number
        )
        self._client.outbox.send(BindComplete())

    def _parameters(self, message: Bind, statement: Statement) -> tuple[object, ...]:
        codes = spread(message.parameter_formats, len(message.parameters))
        return tuple(
            None if data is None else parameter(data, oid, code, self._client.dialect)
            for data, oid, code in zip(
                message.parameters, statement.parameter_oids, codes, strict=True
            )
        )

    def _portal(self, name: str) -> Portal | None:
        """A portal, unless its transaction is over."""
        portal = self._portals.get(name)
        if portal is not None and portal.transaction != self._transaction.number:
            del self._portals[name]
            return None
        return portal

    def _open_portal(self, name: str) -> Portal:
        portal = self._portal(name)
        if portal is None:
            raise SqlError("34000", f'portal "{name}" does not exist')
        return portal

    def describe(self, message: Describe) -> None:
        """Tell the columns of a statement or a portal."""
        send, dialect = self._client.outbox.send, self._client.dialect
        if message.kind == b"P":
            portal = self._open_portal(message.name)
            statement, formats = portal.statement, portal.formats
        else:
            statement = self._statements.get(message.name)
            formats = (0,) * (len(statement.shape.names) if statement.shape else 0)
        if statement.shape is not None:
            self._transaction.check()
        if message.kind == b"S":
            send(ParameterDescription(statement.parameter_oids))
            if statement.shape is not None:
                self._plans.revalidate(statement, None)
        if statement.shape is None:
            send(NoData())
        else:
            send(statement.shape.row_description(formats, dialect))

    def execute(self, message: Execute) -> Talk:
        """Run a portal, or go on with one that was suspended."""
        portal = self._open_portal(message.portal)
        statement = portal.statement
        if portal.cursor is None and statement.sql:
            yield from pause(self._client, self._runner.delay(statement.sql, portal.parameters))
        send = self._client.outbox.send
        if not portal.statement.sql:
            send(EmptyQueryResponse())
            return
        if portal.cursor is None:
            portal.cursor = self._run(portal)
        elif portal.statement.shape is None:
            raise SqlError("55000", f'portal "{message.portal}" cannot be run')
        count = portal.cursor.send(message.max_rows)
        # As on a real server: as many rows as asked for mean that there may be more.
        if message.max_rows > 0 and count == message.max_rows and portal.statement.shape:
            send(PortalSuspended())
        else:
            send(CommandComplete(portal.cursor.tag(count)))

    def _run(self, portal: Portal) -> Cursor:
        statement = portal.statement
        result = self._runner.execute(statement.sql, portal.parameters, statement.parameter_oids)
        columns = result.columns
        found = None if columns is None else shape(columns, self._client.dialect)
        check_types(statement.shape, found)
        return Cursor(result, portal.formats, self._client)

    def close(self, message: Close) -> None:
        """Forget a statement or a portal, whether it exists or not."""
        if message.kind == b"S":
            self._statements.close(message.name)
        else:
            self._portals.pop(message.name, None)
        self._client.outbox.send(CloseComplete())

    def forget_unnamed(self) -> None:
        """A simple Query does away with the unnamed statement and portal."""
        self._statements.close("")
        self._portals.pop("", None)

    def end_group(self) -> None:
        """Let go of the portals whose transaction is over."""
        for name in list(self._portals):
            self._portal(name)


def _check_counts(message: Bind, statement: Statement) -> None:
    codes, given, taken = (
        len(message.parameter_formats),
        len(message.parameters),
        len(statement.parameter_oids),
    )
    if codes > 1 and codes != given:
        raise protocol_violation(
            f"bind message has {codes} parameter formats but {given} parameters"
        )
    if given != taken:
        raise protocol_violation(
            f"bind message supplies {given} parameters, but prepared statement "
            f'"{message.statement}" requires {taken}'
        )
