"""Transactions as blocks of code, and as functions that are run again after a conflict."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.retry import backoff
from rs_driver.errors import Error, ProgrammingError

if TYPE_CHECKING:
    from rs_driver.shells.aio import AsyncConnection
    from rs_driver.shells.sync import Connection

RETRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


def pause_after(attempt: int) -> float:
    """Seconds to wait after so many attempts, from 1, before the next."""
    return backoff(attempt, _FIRST_PAUSE, _LONGEST_PAUSE)


def kept_nothing(error: Error, block: Block) -> bool:
    """Whether nothing of a transaction that ended so has taken effect, for certain."""
    if block.ended_inside:
        return False
    lost = error.is_disconnect and (error.retry_safe or not block.committing)
    return error.is_conflict or lost


class Block:
    """What both shells share: autocommit is off inside, and as it was afterwards.
    ``committing``: the server may have been told to commit. ``ended_inside``: what ran in it
    has ended a transaction itself, so that something may have been kept."""

    def __init__(self, state: ConnectionState) -> None:
        self.committing = self.ended_inside = False
        self._ended = 0
        self._state = state
        self._autocommit = False

    def _open(self) -> None:
        if self._state.in_transaction:
            raise ProgrammingError(
                "a transaction is open already, and Redshift has none inside of another: commit "
                "or roll back first"
            )
        self._ended = self._state.core.ended
        self._autocommit = self._state.autocommit
        self._state.autocommit = False

    def _ending(self, error: BaseException | None) -> None:
        """Take note of how things stand before the block commits or rolls back."""
        self.ended_inside = self._state.core.ended != self._ended
        self.committing = error is None

    def _settle(self) -> None:
        if not self._state.in_transaction:
            self._state.autocommit = self._autocommit


class Transaction(Block):
    """What ``Connection.transaction`` gives: one block."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.state)
        self._connection = connection

    def __enter__(self) -> Connection:
        self._connection.check()
        self._open()
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending(error)
        try:
            if error is None:
                self._connection.commit()
            else:
                self._connection.rollback()
        except Error:
            if error is None:
                raise
        finally:
            self._settle()


class AsyncTransaction(Block):
    """What ``AsyncConnection.transaction`` gives."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection.state)
        self._connection = connection

    async def __aenter__(self) -> AsyncConnection:
        self._connection.check()
        self._open()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending(error)
        try:
            if error is None:
                await self._connection.commit()
            else:
                await self._connection.rollback()
        except Error:
            if error is None:
                raise
        finally:
            self._settle()
