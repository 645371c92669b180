"""Who answers SQL: a scripted rule, the session's own commands, the engine.

In this order; where there is none, the script says which rules were nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, EngineSession, Result, SqlError
from rs_driver_fakeserver.rules.session import ScriptSession
from rs_driver_fakeserver.sql.commands import Commands
from rs_driver_fakeserver.sql.epoch import Watch, changes_tables
from rs_driver_fakeserver.sql.refusals import refusal
from rs_driver_fakeserver.sql.text import first_words
from rs_driver_fakeserver.sql.transaction import Transaction

_T = TypeVar("_T")
_TEMPORARY = frozenset({"temp", "temporary"})


class Answerers:
    """Describes and runs statements, and inner queries of statements, for one client."""

    def __init__(
        self,
        client: Client,
        transaction: Transaction,
        script: ScriptSession,
        commands: Commands,
        watch: Watch,
    ) -> None:
        self._client = client
        self._transaction = transaction
        self._temporary = -1
        self._script = script
        self._commands = commands
        self._watch = watch

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What a statement takes and gives."""
        scripted = self._script.knows(sql)
        if not scripted and self._commands.knows(sql):
            return self._commands.describe(sql)
        answerer = self._script if scripted else self._engine(sql) or self._script
        return guarded(lambda: answerer.describe(sql, parameter_oids))

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        """Seconds that pass before it runs: a rule may say so."""
        return self._script.delay(sql, parameters)

    def give_up(self) -> None:
        """The run that ``delay`` was asked about does not take place."""
        self._script.give_up()

    def scripted(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """What the rules answer to this run, which counts for them; None: nothing."""
        with self._cancelled():
            return guarded(lambda: self._script.respond(sql, parameters))

    def execute(
        self, sql: str, parameters: Sequence[object], parameter_oids: Sequence[int]
    ) -> Result:
        """Run it."""
        found = self.scripted(sql, parameters)
        return self.unscripted(sql, parameters, parameter_oids) if found is None else found

    def unscripted(
        self, sql: str, parameters: Sequence[object], parameter_oids: Sequence[int]
    ) -> Result:
        """Run what no rule answers."""
        if self._commands.knows(sql):
            return self._commands.execute(sql)
        engine = self._engine(sql)
        if engine is None:
            raise self._script.unmatched(sql)
        with self._cancelled():
            result = guarded(lambda: engine.execute(sql, parameters, parameter_oids))
        words = first_words(sql, 3)
        if changes_tables(words):
            self._watch.changed()
            if not _TEMPORARY.isdisjoint(words):
                self._temporary = self._transaction.number
        return result

    @contextmanager
    def _cancelled(self) -> Iterator[None]:
        """The error of a cancelled statement, in the server's words instead of the engine's."""
        try:
            yield
        except SqlError as error:
            if error.sqlstate == "57014":
                self._client.check_cancelled()
            raise

    @property
    def made_temporary(self) -> bool:
        """Whether the engine made a temporary object in this transaction."""
        return self._temporary == self._transaction.number

    def _engine(self, sql: str) -> EngineSession | None:
        """The engine, for SQL that no rule answers; SqlError where the server has not got it."""
        if error := refusal(sql, self._client.config):
            raise error
        return self._client.engine


class EngineFailed(SqlError):
    """An engine raised what it must not raise: the client gets XX000, the test a problem."""

    def __init__(self, text: str) -> None:
        super().__init__("XX000", text)


def guarded(ask: Callable[[], _T]) -> _T:
    """What an engine answers; a bug in it becomes an error of the statement."""
    try:
        return ask()
    except SqlError:
        raise
    except Exception as error:  # the client gets an answer whatever a foreign engine raises
        raise EngineFailed(f"the engine failed: {type(error).__name__}: {error}") from error
