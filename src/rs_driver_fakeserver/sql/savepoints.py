"""SAVEPOINT, RELEASE and ROLLBACK TO, where nothing but the status is to be rolled back.

A script has nothing that could be undone. An engine has, and cannot undo a part of it,
so with an engine savepoints are refused. Redshift has none at all: see ``refusals``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.sql.words import Phrase

Verb = Literal["SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT"]


class Savepoints:
    """The family of these statements, and the savepoints of a session's transaction."""

    first = frozenset({"savepoint", "release", "rollback", "abort"})

    def __init__(self, client: Client, transaction: Transaction) -> None:
        self._client = client
        self._transaction = transaction
        self._number = -1
        self._marks: list[tuple[str, dict[str, str]]] = []

    def parse(self, sql: str) -> Command | None:
        if self._client.dialect.redshift:
            return None
        phrase = Phrase(sql, backslashes=False)
        first = phrase.expect(*self.first)
        verb: Verb = "SAVEPOINT" if first == "savepoint" else "RELEASE SAVEPOINT"
        if first in ("rollback", "abort"):
            phrase.accept("work", "transaction")
            if first == "abort" or not phrase.accept("to"):
                return None
            verb = "ROLLBACK TO SAVEPOINT"
        if first != "savepoint" and phrase.left > 1:
            phrase.accept("savepoint")
        name = phrase.name()
        phrase.end()
        return _Command(self, verb, name)

    def run(self, verb: Verb, name: str) -> None:
        """Do it. SqlError 25P01 outside of a block, 3B001 for an unknown name."""
        if self._transaction.status == "I":
            raise SqlError("25P01", f"{verb} can only be used in transaction blocks")
        if self._client.engine is not None:
            raise SqlError(
                "0A000", f"{verb} is not supported: the engine cannot undo a part of a transaction"
            )
        if self._number != self._transaction.number:
            self._number = self._transaction.number
            self._marks.clear()
        if verb == "SAVEPOINT":
            self._marks.append((name, self._client.settings.mark()))
        else:
            self._cut(name, keep=verb == "ROLLBACK TO SAVEPOINT")
        self._transaction.savepoints = len(self._marks)

    def _cut(self, name: str, *, keep: bool) -> None:
        """Forget the newest savepoint of this name and those after it; or ``keep`` itself."""
        places = [at for at, (known, _) in enumerate(self._marks) if known == name]
        if not places:
            raise SqlError("3B001", f'savepoint "{name}" does not exist')
        if keep:
            self._client.settings.restore(self._marks[places[-1]][1])
            self._transaction.recover()
        del self._marks[places[-1] + keep :]


class _Command(Plain):
    def __init__(self, savepoints: Savepoints, verb: Verb, name: str) -> None:
        self._savepoints = savepoints
        self._verb = verb
        self._name = name
        self.joins = verb != "ROLLBACK TO SAVEPOINT"

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        self._savepoints.run(self._verb, self._name)
        return Result(None, (), self._verb.split(maxsplit=1)[0])
