"""One statement to its result: transaction control, the session's own commands, the rest.

A scripted rule comes before everything but the laws of transactions: what is refused in
a failed one, or in any block, is refused whatever the rules are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.rules.session import ScriptSession
from rs_driver_fakeserver.sql import alone as alone_
from rs_driver_fakeserver.sql.answerers import Answerers, guarded
from rs_driver_fakeserver.sql.epoch import Epoch, Watch
from rs_driver_fakeserver.sql.families import Command, Families
from rs_driver_fakeserver.sql.refusals import refusal
from rs_driver_fakeserver.sql.text import first_words, normalise
from rs_driver_fakeserver.sql.transaction import Transaction

_BEGIN = re.compile(r"(?:begin|start transaction)(?: .*)?", re.DOTALL)
_COMMIT = re.compile(r"(?:commit|end)(?: work| transaction)?")
_ROLLBACK = re.compile(r"(?:rollback|abort)(?: work| transaction)?")
_GOES_BACK = re.compile(r"(?:rollback|abort)(?: work| transaction)? to .+", re.DOTALL)
_PREPARE = re.compile(r"prepare transaction .+", re.DOTALL)
_CONTROL_WORDS = frozenset({"begin", "start", "commit", "end", "rollback", "abort"})
_EXIT_WORDS = frozenset({"commit", "end", "rollback", "abort", "prepare"})
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


def leaves(sql: str) -> bool:
    """Whether a statement is a way out of a failed transaction, and so is let in there."""
    if len(sql) > _LONGEST or not _EXIT_WORDS & set(first_words(sql, 1)):
        return False
    text = normalise(sql)
    return any(way.fullmatch(text) for way in (_COMMIT, _ROLLBACK, _GOES_BACK, _PREPARE))


class Runner:
    """Describes and runs statements for one client. A ``prepared.Describer``."""

    def __init__(
        self,
        client: Client,
        transaction: Transaction,
        script: ScriptSession,
        answerers: Answerers,
        families: Families,
        watch: Watch,
    ) -> None:
        self._client = client
        self._transaction = transaction
        self._script = script
        self._answerers = answerers
        self._families = families
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

    def volatile(self, sql: str) -> bool:
        """Whether its columns are those of the moment."""
        command = self._command(sql)
        return command is not None and command.volatile

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """The scripted result that running it would give, if there is one."""
        return self._script.expects(sql, parameters)

    def _command(self, sql: str) -> Command | None:
        return None if self._script.knows(sql) else self._families.find(sql)

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        """What a statement takes and gives. SqlError, 25P02 in a failed transaction too."""
        if not leaves(sql):
            self._transaction.check()
        if control(sql) or self._is_maintenance(sql):
            return Description((), None)
        command = self._command(sql)
        if command is not None:
            return command.describe(parameter_oids)
        return self._answerers.describe(sql, parameter_oids)

    def _is_maintenance(self, sql: str) -> bool:
        """Whether it is such as VACUUM, which has no rows, and fails only when it runs."""
        if alone_.wants_to_be_alone(sql, self._client.dialect) is None or self.scripted(sql):
            return False
        return self._command(sql) is None and refusal(sql, self._client.config) is None

    def delay(self, sql: str, parameters: Sequence[object]) -> float:
        """Seconds that pass before it runs: a rule may say so; none in a failed transaction."""
        if self._transaction.status == "E" and not leaves(sql):
            return 0.0
        seconds = self._answerers.delay(sql, parameters)
        command = self._command(sql)
        return seconds if seconds or command is None else command.delay(parameters)

    def give_up(self) -> None:
        """The run that ``delay`` was asked about does not take place."""
        self._answerers.give_up()

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
        if not leaves(sql):
            self._transaction.check()
        self._check_alone(sql)
        command = self._command(sql)
        needed = not alone or self._transaction.status == "T"
        if needed if command is None else command.joins:
            guarded(self._transaction.join)
        result = self._answerers.scripted(sql, parameters)
        if result is None and command is not None:
            result = guarded(lambda: command.execute(parameters, parameter_oids))
        if result is None:
            result = self._answerers.unscripted(sql, parameters, parameter_oids)
        if self._client.dialect.redshift and first_words(sql, 1) == ["truncate"]:
            guarded(self._transaction.commit)
        return result

    def _check_alone(self, sql: str) -> None:
        transaction = self._transaction
        in_block = transaction.status == "T" or transaction.grouped
        if in_block or transaction.open:
            what = alone_.wants_to_be_alone(sql, self._client.dialect)
            if what is not None and refusal(sql, self._client.config) is None:
                raise alone_.refused(what, in_block=in_block)

    def _control(self, kind: str, sql: str, parameters: Sequence[object]) -> Result:
        if kind == "BEGIN":
            self._transaction.check()
        try:
            self._script.respond(sql, parameters)  # so that a rule can make it fail
        except SqlError:
            if kind == "COMMIT":
                self._transaction.rollback()
            raise
        tag = guarded(lambda: self._switch(kind))
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
