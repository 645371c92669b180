"""Transaction status as ReadyForQuery tells it, and who must hear of begin and end.

Besides the explicit transactions there are the implicit ones: what runs up to a Sync, or
in one simple Query, succeeds or fails together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.replies import failed_transaction


class Participant(Protocol):
    """Something that a rollback undoes: the engine's session, the settings."""

    def begin(self) -> None:
        """A transaction begins."""

    def commit(self) -> None:
        """It is kept; SqlError if that cannot be, and then it is undone."""

    def rollback(self) -> None:
        """It is undone."""


class Transaction:
    """``status``: I outside, T inside a transaction block, E inside a failed one.

    ``number`` grows with every end of a transaction; a portal is of its transaction.
    ``grouped``: the statement that runs has neighbours in its Query. ``savepoints``: how
    many there are; with one, a failure leaves the transaction to be rolled back to it.
    """

    def __init__(self, participants: Iterable[Participant] = ()) -> None:
        self._participants = list(participants)
        self._open = False
        self.status = "I"
        self.number = 0
        self.grouped = False
        self.savepoints = 0

    def add(self, participant: Participant) -> None:
        """One more takes part. It hears of a commit before those that were there."""
        self._participants.insert(0, participant)

    @property
    def open(self) -> bool:
        """Whether something ran that is not committed yet, in a block or not."""
        return self._open

    def check(self) -> None:
        """SqlError 25P02 in a failed transaction."""
        if self.status == "E":
            raise failed_transaction()

    def join(self) -> None:
        """A statement runs: it is in the block, or opens the implicit transaction."""
        if not self._open:
            for participant in self._participants:
                participant.begin()
            self._open = True

    def begin(self) -> bool:
        """BEGIN; False where a block is open already."""
        self.check()
        if self.status == "T":
            return False
        self.join()  # the statements before it in its group become part of the block
        self.status = "T"
        return True

    def commit(self) -> bool:
        """COMMIT; False where it rolled back because the transaction had failed."""
        failed = self.status == "E"
        self.status = "I"
        if failed:
            self._undo()
            self._end()
        else:
            self._commit()
        return not failed

    def rollback(self) -> None:
        """ROLLBACK."""
        self.status = "I"
        self._undo()
        self._end()

    def fail(self) -> None:
        """A statement failed: the block is failed, an implicit transaction is undone."""
        if self.status == "I":
            self._undo()
            self._end()
            return
        if not self.savepoints:
            self._undo()
        self.status = "E"

    def recover(self) -> None:
        """ROLLBACK TO SAVEPOINT: the block is not failed any more."""
        self.status = "T"

    def park(self, park: Callable[[], None]) -> None:
        """PREPARE TRANSACTION: ``park`` takes what the engine has in the transaction.

        The block is over, and rolled back if ``park`` raises.
        """
        self.status = "I"
        try:
            park()
        except SqlError:
            self._undo()
            self._end()
            raise
        self._commit()

    def end_group(self) -> None:
        """Sync, or the end of a simple Query: an implicit transaction is committed."""
        if self.status == "I":
            self._commit()

    def _commit(self) -> None:
        participants = list(self._participants) if self._open else []
        self._end()
        try:
            while participants:
                participants.pop(0).commit()
        except SqlError:
            for participant in participants:
                participant.rollback()
            raise

    def _undo(self) -> None:
        if self._open:
            self._open = False
            for participant in self._participants:
                participant.rollback()

    def _end(self) -> None:
        self._open = False
        self.savepoints = 0
        self.number += 1
