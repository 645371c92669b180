"""Prepared statements by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.protocol.replies import result_type_changed
from rs_driver_fakeserver.protocol.results import Shape, shape
from rs_driver_fakeserver.sql.epoch import Epoch

_MOST = 10_000
_MOST_SQL = 64 * 1024 * 1024
"""Prepared statements of a client that are kept, and characters of SQL in them all."""


@dataclass
class Statement:
    """A prepared statement. ``sql`` is empty for an empty query, ``shape`` None without rows.

    ``given_oids``: the client's, before those that it left open were filled in.
    ``epoch``: when it was described last.
    """

    sql: str
    given_oids: tuple[int, ...]
    parameter_oids: tuple[int, ...]
    shape: Shape | None
    epoch: Epoch


class Statements:
    """Prepared statements by name; the unnamed one is the name ``""``.

    ``report`` is told of each name that is made (True) or gone (False).
    """

    def __init__(self, report: Callable[[str, bool], None] | None = None) -> None:
        self._known: dict[str, Statement] = {}
        self._size = 0
        self._report = report

    def add(self, name: str, statement: Statement) -> None:
        """Keep a statement; only the unnamed one may be replaced."""
        if name and name in self._known:
            raise SqlError("42P05", f'prepared statement "{name}" already exists')
        size = self._size + len(statement.sql)
        if name and (len(self._known) >= _MOST or size > _MOST_SQL):
            raise SqlError("53200", "out of memory", "There are too many prepared statements.")
        self._forget(name)
        self._known[name] = statement
        self._size += len(statement.sql)
        self._changed(name, there=True)

    def get(self, name: str) -> Statement:
        """A statement; SqlError 26000 if there is none of this name."""
        try:
            return self._known[name]
        except KeyError:
            raise _no_statement(name) from None

    def close(self, name: str) -> None:
        """Forget a statement, if there is one."""
        if self._forget(name):
            self._changed(name, there=False)

    def deallocate(self, name: str | None) -> None:
        """DEALLOCATE: see ``commands.NamedStatements``."""
        if name is not None:
            self.get(name)
            self.close(name)
            return
        for known in list(self._known):
            if known:  # the unnamed one stays, as on a real server
                self.close(known)

    def _forget(self, name: str) -> bool:
        statement = self._known.pop(name, None)
        if statement is not None:
            self._size -= len(statement.sql)
        return statement is not None

    def _changed(self, name: str, *, there: bool) -> None:
        if self._report is not None:
            self._report(name, there)


def _no_statement(name: str) -> SqlError:
    if not name:
        return SqlError("26000", "unnamed prepared statement does not exist")
    return SqlError("26000", f'prepared statement "{name}" does not exist')


class Describer(Protocol):
    """Who says what statements take and give, and runs them: ``runner.Runner``, for one."""

    @property
    def epoch(self) -> Epoch:
        """The present one."""

    @property
    def seen(self) -> Epoch:
        """The epoch that a description made now belongs to."""

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What a statement takes and gives."""

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """The scripted result that running it would give, if there is one."""

    def scripted(self, sql: str) -> bool:
        """Whether a rule is about it."""

    def volatile(self, sql: str) -> bool:
        """Whether its columns are those of the moment, such as a FETCH has."""

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        """Seconds that pass before it runs."""

    def give_up(self) -> None:
        """The run that ``delay`` was asked about does not take place."""

    def execute(
        self,
        sql: str,
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),
        *,
        alone: bool = False,
    ) -> Result:
        """Run a statement, with parameters that were decoded by ``parameter_oids``."""


class Plans:
    """Makes statements, and sees that they are still what they were."""

    def __init__(self, client: Client, describer: Describer) -> None:
        self._client = client
        self._describer = describer

    def prepare(self, sql: str, parameter_oids: Sequence[int]) -> Statement:
        """Describe a statement, or the empty one. SqlError where it cannot be prepared."""
        epoch = self._describer.seen
        if not sql:
            return Statement("", (), tuple(parameter_oids), None, epoch)
        found = self._describer.describe(sql, parameter_oids)
        given = tuple(parameter_oids)
        return Statement(sql, given, found.parameter_oids, self._shape(found), epoch)

    def shape_now(self, statement: Statement) -> Shape | None:
        """The columns that a portal of it has: of a FETCH those of the cursor as it is now."""
        if not statement.sql or not self._describer.volatile(statement.sql):
            return statement.shape
        return self._shape(self._describer.describe(statement.sql, statement.given_oids))

    def _shape(self, found: Description | Result) -> Shape | None:
        return None if found.columns is None else shape(found.columns, self._client.dialect)

    def revalidate(self, statement: Statement, parameters: Sequence[object] | None) -> None:
        """Describe it anew if tables or rules have changed since.

        SqlError 0A000 where its columns are others now (of a rule's only the types count, as
        rules for other parameters may name them otherwise), 42P01 and the like where it
        cannot be prepared any more. ``parameters``: those of a Bind, by which a rule is
        found; None where there are none yet.
        """
        if not statement.sql or statement.epoch == self._describer.epoch:
            return
        if self._describer.volatile(statement.sql):
            return
        if self._describer.scripted(statement.sql):
            self._check_rule(statement, parameters)
            return
        epoch = self._describer.seen
        now = self._shape(self._describer.describe(statement.sql, statement.given_oids))
        if now and statement.shape and now.names != statement.shape.names:
            raise result_type_changed(_shown(statement.shape), _shown(now))
        check_types(statement.shape, now)
        statement.epoch = epoch

    def _check_rule(self, statement: Statement, parameters: Sequence[object] | None) -> None:
        """Against the rule for these parameters; a rule that is an error says so later."""
        if parameters is not None:
            result = self._describer.expects(statement.sql, parameters)
            if result is not None:
                check_types(statement.shape, self._shape(result))


def check_types(before: Shape | None, now: Shape | None) -> None:
    """SqlError 0A000 where a statement's columns have other types than before."""
    if (before and before.types) != (now and now.types):
        raise result_type_changed(_shown(before), _shown(now))


def _shown(described: Shape | None) -> str:
    """The columns of a result, for messages."""
    if described is None:
        return "no rows"
    columns = zip(described.names, described.types, strict=True)
    return f"({', '.join(f'{name} {wire_type.name}' for name, wire_type in columns)})"
