"""One statement to its result: transaction control, rules, session commands, engine.

The order of those who answer: a scripted rule, then the session's own commands, then
the engine; where there is none, the script says which rules were nearest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, EngineSession, Result, SqlError
from rs_driver_fakeserver.rules.script import ScriptSession
from rs_driver_fakeserver.sql.commands import Commands
from rs_driver_fakeserver.sql.epoch import Epoch, Watch, changes_tables
from rs_driver_fakeserver.sql.refusals import refusal
from rs_driver_fakeserver.sql.text import first_words, normalise
from rs_driver_fakeserver.sql.transaction import Transaction

_BEGIN = re.compile(r"(?:begin|start transaction)(?: .*)?", re.DOTALL)
_COMMIT = re.compile(r"(?:commit|end)(?: work| transaction)?")
_ROLLBACK = re.compile(r"(?:rollback|abort)(?: work| transaction)?")
_CONTROL_WORDS = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})
_T = TypeVar("_T")
_LONGEST = 1000
"""A longer text is no transaction control."""


def control(sql: str) -> str | None:
    """``BEGIN``, ``COMMIT`` or ``ROLLBACK`` where that is what a statement does."""
    if len(sql) > _LONGEST or not _CONTROL_WORDS & set(first_words(sql, 1)):
        return None
    text = normalise(sql)
    for pattern, kind in ((_BEGIN, "BEGIN"), (_COMMIT, "COMMIT"), (_ROLLBACK, "ROLLBACK")):
        if pattern.fullmatch(text):
            return kind
    return None


class Runner:
    """Describes and runs statements for one client."""

    def __init__(
        self,
        client: Client,
        transaction: Transaction,
        commands: Commands,
        script: ScriptSession,
        watch: Watch,
    ) -> None:
        self._client = client
        self._transaction = transaction
        self._commands = commands
        self._script = script
        self._watch = watch

    @property
    def epoch(self) -> Epoch:
        """The present one."""
        return Epoch(self._watch.now, self._client.instance.script.version)

    @property
    def seen(self) -> Epoch:
        """The epoch that a description made now belongs to."""
        return Epoch(self._watch.seen, self._client.instance.script.version)

    def scripted(self, sql: str) -> bool:
        """Whether a rule is about ``sql``."""
        return self._script.knows(sql)

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """The scripted result that running it would give, if there is one."""
        return self._script.expects(sql, parameters)

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What a statement takes and gives. SqlError, 25P02 in a failed transaction too."""
        kind = control(sql)
        if kind not in ("COMMIT", "ROLLBACK"):
            self._transaction.check()
        if kind:
            return Description((), None)
        scripted = self._script.knows(sql)
        if not scripted and self._commands.knows(sql):
            return self._commands.describe(sql)
        answerer = self._script if scripted else self._engine(sql) or self._script
        return _guarded(lambda: answerer.describe(sql, parameter_oids))

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        """Seconds that pass before it runs: a rule may say so; none in a failed transaction."""
        if self._transaction.status == "E" and control(sql) not in ("COMMIT", "ROLLBACK"):
            return 0.0
        return self._script.delay(sql, parameters)

    def execute(
        self,
        sql: str,
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),
        *,
        alone: bool = False,
    ) -> Result:
        """Run a statement, with parameters that were decoded by ``parameter_oids``.

        ``alone``: it is a transaction of its own if no block is open, so the engine need
        not be told; otherwise it joins the implicit transaction.
        """
        self._client.check_cancelled()
        if kind := control(sql):
            return self._control(kind, sql, parameters)
        self._transaction.check()
        if not alone or self._transaction.status == "T":
            _guarded(self._transaction.join)
        try:
            scripted = _guarded(lambda: self._script.respond(sql, parameters))
            if scripted is not None:
                return scripted
            if self._commands.knows(sql):
                return self._commands.execute(sql)
            engine = self._engine(sql)
            if engine is None:
                raise self._script.unmatched(sql)
            result = _guarded(lambda: engine.execute(sql, parameters, parameter_oids))
            if changes_tables(first_words(sql, 1)):
                self._watch.changed()
            return result
        except SqlError as error:
            if error.sqlstate == "57014":
                self._client.check_cancelled()  # says it as the server does
            raise

    def _engine(self, sql: str) -> EngineSession | None:
        """The engine, for SQL that no rule answers; SqlError where the server has not got it."""
        if error := refusal(sql, self._client.dialect):
            raise error
        return self._client.engine

    def _control(self, kind: str, sql: str, parameters: Sequence[object]) -> Result:
        if kind == "BEGIN":
            self._transaction.check()
        self._script.respond(sql, parameters)  # so that a rule can make it fail
        tag = _guarded(lambda: self._switch(kind))
        started = tag == "BEGIN" and first_words(sql, 1) == ["start"]
        return Result(None, (), "START TRANSACTION" if started else tag)

    def _switch(self, kind: str) -> str:
        """Change the transaction's status; the command tag."""
        transaction = self._transaction
        if kind == "BEGIN":
            if not transaction.begin():
                self._client.warn("25001", "there is already a transaction in progress")
            return "BEGIN"
        if transaction.status == "I":
            self._client.warn("25P01", "there is no transaction in progress")
        if kind == "COMMIT":
            return "COMMIT" if transaction.commit() else "ROLLBACK"
        transaction.rollback()
        return "ROLLBACK"


def _guarded(ask: Callable[[], _T]) -> _T:
    """What an engine answers; a bug in it becomes an error of the statement."""
    try:
        return ask()
    except SqlError:
        raise
    except Exception as error:  # the client gets an answer whatever a foreign engine raises
        raise SqlError("XX000", f"the engine failed: {type(error).__name__}: {error}") from error
