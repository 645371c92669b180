"""The extended query protocol: prepared statements and portals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from rs_driver_fakeserver.decode import parameter
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.replies import protocol_violation
from rs_driver_fakeserver.results import Cursor, Shape, shape, spread
from rs_driver_fakeserver.runner import Runner, control
from rs_driver_fakeserver.sqltext import split
from rs_driver_fakeserver.transaction import Transaction


@dataclass(frozen=True)
class Statement:
    """A prepared statement. ``sql`` is empty for an empty query, ``shape`` None without rows."""

    sql: str
    parameter_oids: tuple[int, ...]
    shape: Shape | None


@dataclass
class Portal:
    """A statement with its parameters, of one transaction; ``cursor`` from the first Execute."""

    statement: Statement
    parameters: tuple[object, ...]
    formats: tuple[int, ...]
    transaction: int
    cursor: Cursor | None = None


class Statements:
    """Prepared statements by name; the unnamed one is the name ``""``."""

    def __init__(self) -> None:
        self._known: dict[str, Statement] = {}

    def add(self, name: str, statement: Statement) -> None:
        """Keep a statement; only the unnamed one may be replaced."""
        if name and name in self._known:
            raise SqlError("42P05", f'prepared statement "{name}" already exists')
        self._known[name] = statement

    def get(self, name: str) -> Statement:
        """A statement; SqlError 26000 if there is none of this name."""
        try:
            return self._known[name]
        except KeyError:
            raise _no_statement(name) from None

    def close(self, name: str) -> None:
        """Forget a statement, if there is one."""
        self._known.pop(name, None)

    def deallocate(self, name: str | None) -> None:
        """DEALLOCATE: see ``commands.NamedStatements``."""
        if name is None:
            self._known.clear()
        elif self._known.pop(name, None) is None:
            raise _no_statement(name)


def _no_statement(name: str) -> SqlError:
    if not name:
        return SqlError("26000", "unnamed prepared statement does not exist")
    return SqlError("26000", f'prepared statement "{name}" does not exist')


class Extended:
    """Answers Parse, Bind, Describe, Execute and Close; every method may raise SqlError."""

    def __init__(
        self, client: Client, statements: Statements, runner: Runner, transaction: Transaction
    ) -> None:
        self._client = client
        self._statements = statements
        self._runner = runner
        self._transaction = transaction
        self._portals: dict[str, Portal] = {}

    def parse(self, message: Parse) -> None:
        """Prepare a statement."""
        if not message.statement:
            self._statements.close("")  # gone even if this Parse fails
        parts = split(message.sql, backslashes=self._client.dialect.redshift)
        if len(parts) > 1:
            raise SqlError("42601", "cannot insert multiple commands into a prepared statement")
        self._statements.add(message.statement, self._prepare(parts, message.parameter_oids))
        self._client.outbox.send(ParseComplete())

    def _prepare(self, parts: Sequence[str], parameter_oids: Sequence[int]) -> Statement:
        if not parts:
            return Statement("", tuple(parameter_oids), None)
        sql = parts[0]
        description = self._runner.describe(sql, parameter_oids)
        columns = description.columns
        described = None if columns is None else shape(columns, self._client.dialect)
        return Statement(sql, description.parameter_oids, described)

    def bind(self, message: Bind) -> None:
        """Make a portal."""
        statement = self._statements.get(message.statement)
        _check_counts(message, statement)
        if control(statement.sql) not in ("COMMIT", "ROLLBACK"):
            self._transaction.check()
        if message.portal and self._portal(message.portal) is not None:
            raise SqlError("42P03", f'cursor "{message.portal}" already exists')
        parameters = self._parameters(message, statement)
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
        if message.kind == b"S":
            statement = self._statements.get(message.name)
            formats: Sequence[int] = (0,) * (len(statement.shape.names) if statement.shape else 0)
        else:
            portal = self._open_portal(message.name)
            statement, formats = portal.statement, portal.formats
        if statement.shape is not None:
            self._transaction.check()
        if message.kind == b"S":
            send(ParameterDescription(statement.parameter_oids))
        if statement.shape is None:
            send(NoData())
        else:
            send(statement.shape.row_description(formats, dialect))

    def execute(self, message: Execute) -> None:
        """Run a portal, or go on with one that was suspended."""
        portal = self._open_portal(message.portal)
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
        result = self._runner.execute(statement.sql, portal.parameters)
        columns = result.columns
        found = None if columns is None else shape(columns, self._client.dialect)
        if (found and found.types) != (statement.shape and statement.shape.types):
            raise SqlError(
                "0A000",
                "cached plan must not change result type",
                f"It was prepared to return {_shown(statement.shape)}, now it is {_shown(found)}.",
            )
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


def _shown(described: Shape | None) -> str:
    """The types of a result, for messages."""
    if described is None:
        return "no rows"
    return f"({', '.join(wire_type.name for wire_type in described.types)})"


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
