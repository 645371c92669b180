"""The prepared statements and portals that the server holds for the client."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query
from rs_driver.wire.results import (
    CommandComplete,
    NoData,
    ParameterDescription,
    RowDescription,
)
from rs_driver_fakeserver.strict.findings import Findings, short
from rs_driver_fakeserver.strict.names import Names
from rs_driver_fakeserver.strict.sql_names import SqlNames, names_in

_SQL_SHOWN = 60
_NAMING = ("PREPARE", "DECLARE", "DEALLOCATE")
"""How the tags of commands begin that make or drop names."""


@dataclass
class Statement:
    """A prepared statement. ``identity`` is the same for the same SQL and parameter types.

    ``declared``: parameters whose types the Parse gave; ``parameters`` and ``columns``: how
    many there are, once the server has said so. ``group``: in which group it was made.
    ``used``: something was done with it, or an error kept the client from that.
    """

    sql: str
    identity: bytes
    names: SqlNames
    declared: int
    group: int
    parameters: int | None = None
    columns: int | None = None
    used: bool = False


@dataclass
class Portal:
    """A statement that was bound; ``statement`` None where it is not known which."""

    statement: Statement | None
    executed: bool = False


class Holdings:
    """Follows what the server answers to Parse, Bind, Describe, Execute and Close.

    ``group`` counts the groups that end with Sync.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.statements: Names[Statement] = Names()
        self.portals: Names[Portal] = Names()
        self.group = 0
        self._rolled_back = False

    def execute(self, name: str) -> None:
        """The client wants this portal to be run."""
        portal = self.portals.get(name)
        if portal is not None:
            portal.executed = True
            if portal.statement is not None:
                portal.statement.used = True

    def answered(self, message: FrontendMessage | None, answer: BackendMessage) -> None:
        """The server has done what ``message`` wanted, or a part of it."""
        match message, answer:
            case Parse(), _:
                self._parsed(message)
            case Bind(portal, statement), _:
                self.portals.add(portal, Portal(self.statements.get(statement)))
            case Describe(), _:
                self._described(message, answer)
            case Close(kind, name), _:
                self._closed(kind, name)
            case Execute(name), CommandComplete(command):
                self._completed(command, self._names_of(self.portals.get(name)))
            case Query(sql), CommandComplete(command) if command.startswith(_NAMING):
                self._completed(command, names_in(sql))
            case Query(), CommandComplete(command):
                self._completed(command, SqlNames())

    def _parsed(self, message: Parse) -> None:
        identity = hashlib.sha256(message.sql.encode("utf-8", "surrogatepass"))
        identity.update(repr(message.parameter_oids).encode())
        self.statements.add(
            message.statement,
            Statement(
                message.sql[:_SQL_SHOWN],
                identity.digest(),
                names_in(message.sql),
                len(message.parameter_oids),
                self.group,
            ),
        )

    def _described(self, message: Describe, answer: BackendMessage) -> None:
        if message.kind == b"S":
            statement = self.statements.get(message.name)
        else:
            portal = self.portals.get(message.name)
            statement = portal.statement if portal is not None else None
        if statement is None:
            return
        match answer:
            case ParameterDescription(oids):
                statement.parameters = len(oids)
            case RowDescription(fields):
                statement.columns = len(fields)
            case NoData():
                statement.columns = 0

    def _closed(self, kind: bytes, name: str) -> None:
        why = "the client has closed it"
        if kind == b"P":
            self.portals.remove(name, why)
            return
        statement = self.statements.remove(name, why)
        if statement is None:
            return
        # By the manual they are closed with it; servers keep them.
        for portal, bound in self.portals.all.items():
            if bound.statement is statement:
                self.portals.blur(portal)

    @staticmethod
    def _names_of(portal: Portal | None) -> SqlNames:
        if portal is None or portal.statement is None:
            return SqlNames(unclear=True)
        return portal.statement.names

    def _completed(self, command: str, names: SqlNames) -> None:
        """A command that may make or drop names; ``names`` are those in its SQL."""
        match command:
            case "PREPARE":
                self._blur(self.statements, names.prepared, names)
            case "DECLARE CURSOR" | "DECLARE":
                self._blur(self.portals, names.cursors, names)
            case "DEALLOCATE" | "DEALLOCATE ALL":
                self._deallocated(names, everything=command.endswith("ALL"))
            case "DISCARD ALL":
                self._deallocated(names, everything=True)
            case "COMMIT" | "PREPARE TRANSACTION":
                self.transaction_over()
            case "CLOSE" | "CLOSE CURSOR" | "CLOSE CURSOR ALL" | "CALL" | "DO":
                self._blur_portals()
            case "ROLLBACK":
                self._rolled_back = True
                for name in self.portals.all:
                    self.portals.doubt(name)

    def ready(self, status: str) -> None:
        """The server is ready for more, in this transaction status."""
        if status == "I":
            self.transaction_over()
        elif self._rolled_back:  # to a savepoint: some of them are gone, or all
            self._blur_portals()
        self._rolled_back = False
        self.group += 1

    def _blur_portals(self) -> None:
        for name in self.portals.all:
            self.portals.blur(name)

    @staticmethod
    def _blur(
        registry: Names[Statement] | Names[Portal], found: tuple[str, ...], names: SqlNames
    ) -> None:
        for name in found:
            registry.blur(name)
        if names.unclear or not found:
            registry.blur(None)

    def _deallocated(self, names: SqlNames, *, everything: bool) -> None:
        why = "SQL has deallocated it"
        if everything or "all" in names.deallocated:
            for name in self.statements.all:
                if name:
                    self.statements.remove(name, why)
        elif names.unclear or not names.deallocated:
            self.statements.blur(None)
        for name in names.deallocated:
            self.statements.remove(name, why)

    def failed(self, message: FrontendMessage | None) -> None:
        """The server refused the message."""
        if isinstance(message, Parse) and not message.statement:
            self.statements.remove("", "the last Parse without a name failed")
        self.skipped(message)

    def skipped(self, message: FrontendMessage | None) -> None:
        """The message has not taken place, and the client may not know that yet."""
        match message:
            case Parse(name):
                self.statements.doubt(name)
            case Bind(name, used):
                self.portals.doubt(name)
                statement = self.statements.get(used)
                if statement is not None:
                    statement.used = True
            case Close(b"S", name):
                self.statements.doubt(name)
            case Close(_, name):
                self.portals.doubt(name)
            case Execute(name):
                self.execute(name)

    def interrupted(self) -> None:
        """An error keeps the client from using what it made in this group."""
        for statement in self.statements.all.values():
            if statement.group == self.group:
                statement.used = True
        for portal in self.portals.all.values():
            portal.executed = True

    def query(self) -> None:
        """A simple Query does away with what has no name."""
        self.statements.remove("", "a simple Query has replaced it")
        self.portals.remove("", "a simple Query has replaced it")

    def transaction_over(self) -> None:
        """Portals end with their transaction; those that nobody ran or closed are leaks."""
        for name, portal in self.portals.all.items():
            if name and not portal.executed:
                self._findings.mild(
                    "statements",
                    f"the portal {short(name)} was neither executed nor closed before its "
                    "transaction ended; a client closes the named portals that it makes",
                )
        self.portals.clear("it ended with its transaction")

    def settle(self) -> None:
        """The client knows the answer to everything that it has sent."""
        self.statements.settle()
        self.portals.settle()
