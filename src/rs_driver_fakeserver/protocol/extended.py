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
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.protocol.copy import copy
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.portals import Portal, Portals
from rs_driver_fakeserver.protocol.prepared import (
    Describer,
    Plans,
    Statement,
    Statements,
    check_types,
)
from rs_driver_fakeserver.protocol.replies import protocol_violation
from rs_driver_fakeserver.protocol.results import Shape, shape, spread
from rs_driver_fakeserver.protocol.wants import Talk
from rs_driver_fakeserver.sql.runner import leaves
from rs_driver_fakeserver.sql.text import split
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.values.decode import parameter


class Extended:
    """Answers Parse, Bind, Describe, Execute and Close; every method may raise SqlError."""

    def __init__(
        self,
        client: Client,
        statements: Statements,
        portals: Portals,
        runner: Describer,
        transaction: Transaction,
    ) -> None:
        self._client = client
        self._statements = statements
        self._portals = portals
        self._runner = runner
        self._plans = Plans(client, runner)
        self._transaction = transaction

    def parse(self, message: Parse) -> None:
        """Prepare a statement."""
        self.check_sequence("P")
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
        if not leaves(statement.sql):
            self._transaction.check()
        if message.portal and self._portals.find(message.portal) is not None:
            raise SqlError("42P03", f'cursor "{message.portal}" already exists')
        parameters = self._parameters(message, statement)
        self._plans.revalidate(statement, parameters)
        found = self._plans.shape_now(statement)
        portal = Portal(
            statement,
            parameters,
            found.formats(message.result_formats) if found else (),
            self._transaction.number,
            found,
            lambda: self._run(statement, parameters, found),
        )
        self._portals.add(message.portal, portal)
        self._client.outbox.send(BindComplete())

    def _parameters(self, message: Bind, statement: Statement) -> tuple[object, ...]:
        codes = spread(message.parameter_formats, len(message.parameters))
        return tuple(
            None if data is None else parameter(data, oid, code, self._client.dialect)
            for data, oid, code in zip(
                message.parameters, statement.parameter_oids, codes, strict=True
            )
        )

    def describe(self, message: Describe) -> None:
        """Tell the columns of a statement or a portal."""
        send, dialect = self._client.outbox.send, self._client.dialect
        if message.kind == b"P":
            portal = self._portals.open(message.name)
            found, formats = portal.shape, portal.formats
        else:
            statement = self._statements.get(message.name)
            found = statement.shape
            formats = (0,) * (len(found.names) if found else 0)
        if found is not None:
            self._transaction.check()
        if message.kind == b"S":
            send(ParameterDescription(statement.parameter_oids))
            if found is not None:
                self._plans.revalidate(statement, None)
        send(NoData() if found is None else found.row_description(formats, dialect))

    def execute(self, message: Execute) -> Talk:
        """Run a portal, or go on with one that was suspended."""
        self._check_suspended(message.portal)
        portal = self._portals.open(message.portal)
        sql, client = portal.statement.sql, self._client
        if not sql:
            client.outbox.send(EmptyQueryResponse())
            return
        if portal.cursor is None:
            try:
                yield from pause(client, self._runner.delay(sql, portal.parameters))
            except SqlError:
                self._runner.give_up()
                raise
        elif portal.shape is None:
            raise SqlError("55000", f'portal "{message.portal}" cannot be run')
        cursor = portal.opened(client)
        if cursor.result.copy is not None:
            tag = yield from copy(client, cursor.result.copy)
            client.outbox.send(CommandComplete(tag))
            return
        limit = self._limit(message)
        count = cursor.send(limit)
        # As on a real server: as many rows as asked for mean that there may be more.
        portal.suspended = limit > 0 and count == limit and portal.shape is not None
        if portal.suspended:
            client.outbox.send(PortalSuspended())
        else:
            client.outbox.send(CommandComplete(cursor.tag(count)))

    def _limit(self, message: Execute) -> int:
        """How many rows at most. Redshift heeds the limit for portals with names only."""
        if self._client.dialect.redshift and not message.portal:
            return 0
        return max(message.max_rows, 0)

    def _check_suspended(self, portal: str) -> None:
        """While one portal is suspended, Redshift runs no other one."""
        suspended = self._portals.suspended if self._client.dialect.redshift else None
        if suspended not in (None, portal):
            raise SqlError(
                "XX000",
                f"Received protocol request 'E' for portal '{portal}' while in "
                f"PortalSuspended state for portal '{suspended}'.",
                routine="pg_throw",
            )

    def check_sequence(self, tag: str) -> None:
        """While a portal is suspended, Redshift takes no Parse and no Query."""
        if self._client.dialect.redshift and self._portals.suspended is not None:
            raise SqlError(
                "XX000",
                f"Invalid protocol sequence '{tag}' while in PortalSuspended state.",
                routine="pg_throw",
            )

    def _run(
        self, statement: Statement, parameters: tuple[object, ...], expected: Shape | None
    ) -> Result:
        result = self._runner.execute(statement.sql, parameters, statement.parameter_oids)
        columns = result.columns
        found = None if columns is None else shape(columns, self._client.dialect)
        check_types(expected, found)
        return result

    def close(self, message: Close) -> None:
        """Forget a statement or a portal, whether it exists or not."""
        (self._statements if message.kind == b"S" else self._portals).close(message.name)
        self._client.outbox.send(CloseComplete())

    def forget_unnamed(self) -> None:
        """A simple Query does away with the unnamed statement and portal."""
        self._statements.close("")
        self._portals.close("")

    def end_group(self) -> None:
        """Let go of the portals whose transaction is over."""
        self._portals.end_group()


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
