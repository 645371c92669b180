"""A pool of connections for threads. Which of them is whose, ``domain.pool`` knows."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from rs_driver.domain.pool import PoolClock, PoolLimits, PoolStats, Slot, Slots, Waiter
from rs_driver.errors import Error
from rs_driver.shells.base import checked_timeout
from rs_driver.shells.sync import Connection
from rs_driver.shells.transactions import RETRIES, kept_nothing, pause_after

if TYPE_CHECKING:
    from typing_extensions import Self

RESET_TIMEOUT = 30.0
"""Seconds for bringing a connection back into shape; what takes longer is closed."""
CHECK = 5.0
"""Seconds in which a connection has to answer."""
GRACE = 5.0
"""Seconds that ``close`` waits for connections that are lent."""

_log = logging.getLogger("rs_driver.pool")

C = TypeVar("C", bound=Connection)
T = TypeVar("T")


class Pool(Generic[C]):
    """Connections that are opened when they are needed, lent, and kept for the next who asks.

    Any thread may use it. It starts none: connections that are old are closed by whoever
    borrows or gives back next. A child process, after a fork, begins with an empty one.
    """

    def __init__(
        self, connect: Callable[[], C], limits: PoolLimits, clock: PoolClock = time
    ) -> None:
        self._connect = connect
        self._limits = limits
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()  # a signal's handler may borrow, too
        self._returned = threading.Condition(self._lock)
        self._slots: Slots[C] = Slots(self._limits, self._clock)

    def _own(self) -> None:
        """After a fork: what the parent had is the parent's, and nothing is written to it."""
        if self._process != os.getpid():
            inherited = self._slots.close()
            self._begin()
            for connection in inherited:
                connection.close()

    def open(self) -> Self:
        """Open ``min_size`` connections now. Without that, each is opened when it is needed."""
        self._own()
        while True:
            with self._lock:
                slot = self._slots.room()
            if slot is None:
                return self
            self._settle(slot, self._ready(slot), fit=True)

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[C]:
        """A connection for a block, for ``with``: committed at its end, rolled back after an
        exception, and given back. ``timeout`` as for ``acquire``."""
        connection = self.acquire(timeout)
        try:
            yield connection
            connection.conclude(None)
        finally:
            self.release(connection)  # which rolls back what is open

    def acquire(self, timeout: float | None = None) -> C:
        """Borrow a connection, to be given to ``release`` in the end.

        ``timeout``: seconds to wait until one is free, in place of ``acquire_timeout``; 0 for
        not at all. OperationalError where none is by then; what ``connect`` raises, where it
        has to be opened.
        """
        self._own()
        within = self._limits.acquire_timeout if timeout is None else checked_timeout(timeout)
        with self._lock:
            due = self._slots.due()
        for connection in due:
            connection.close()
        slot = self._slot(within)
        connection = self._ready(slot)
        with self._lock:
            self._slots.lend(slot, connection)
        return connection

    def _slot(self, within: float | None) -> Slot[C]:
        """A slot that is ours now, after having waited for it if need be."""
        awake = threading.Event()
        waiter: Waiter[C] = Waiter(awake.set)
        with self._lock:
            if (slot := self._slots.take()) is not None:
                return slot
            if within == 0:
                raise self._slots.timed_out(0)
            self._slots.wait(waiter)
        try:
            awake.wait(within)
        except BaseException:  # whatever it is, what was given meanwhile is for somebody else
            with self._lock:
                slot = self._slots.leave(waiter)
                if slot is not None:
                    self._slots.settle(slot, fit=slot.connection is not None)
            raise
        with self._lock:
            slot = self._slots.leave(waiter)
            if slot is not None:
                return slot
            raise waiter.error or self._slots.timed_out(within or 0)

    def _ready(self, slot: Slot[C]) -> C:
        """The slot's connection, opened if there is none that is alive."""
        try:
            if (known := slot.connection) is not None:
                if self._is_alive(slot, known):
                    return known
                with self._lock:
                    self._slots.dead(slot)
                known.close()
            connection = self._connect()
            with self._lock:
                self._slots.opened(slot, connection)
        except BaseException:  # whatever it is, the place is for somebody else
            self._settle(slot, slot.connection, fit=False)
            raise
        return connection

    def _settle(self, slot: Slot[C], connection: C | None, *, fit: bool) -> None:
        """The slot is for the next, and the connection closed if that cannot use it."""
        with self._lock:
            kept = self._slots.settle(slot, fit=fit)
            self._returned.notify_all()
        if connection is not None and not kept:
            connection.close()

    def _is_alive(self, slot: Slot[C], connection: C) -> bool:
        """Asked by a turn where it was idle for long, else without one: whether the server has
        hung up is known here."""
        return connection.is_alive(CHECK if self._slots.is_due_for_a_check(slot) else 0)

    def release(self, connection: C) -> None:
        """Give back what ``acquire`` gave: rolled back and reset, or closed where that fails.
        InterfaceError for any other connection, and the second time."""
        self._own()
        with self._lock:
            slot = self._slots.recall(connection)
        fit = False
        try:
            fit = self._reset(connection)
        finally:
            self._settle(slot, connection, fit=fit)

    def _reset(self, connection: C) -> bool:
        try:
            return not connection.closed and connection.reset(RESET_TIMEOUT)
        except Error as error:
            _log.debug("%r cannot be lent again: %s", connection, error)
            return False

    def run_transaction(self, function: Callable[[C], T], *, retries: int = RETRIES) -> T:
        """Call ``function(connection)`` in a transaction, and give what it gives.

        Again, up to ``retries`` times and after a growing pause, where the server refused it
        because of another transaction, and, on another connection, where the connection was
        lost before the server was told to commit: nothing of it was kept then. What
        ``function`` does besides is done again, too; one that ends the transaction itself is not
        run again.
        """
        attempt = 0
        while True:
            attempt += 1
            connection = self.acquire()
            block = connection.transaction()
            try:
                with block:
                    return function(connection)
            except Error as error:
                if attempt > retries or not kept_nothing(error, block):
                    raise
            finally:
                self.release(connection)
            time.sleep(pause_after(attempt))

    def __repr__(self) -> str:
        return f"<rs_driver.Pool: {self._slots.stats().summary(self._limits.max_size)}>"

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._slots.closed

    def stats(self) -> PoolStats:
        """How it is now, and what it has done."""
        with self._lock:
            return self._slots.stats()

    def close(self, timeout: float = GRACE) -> None:
        """Lend nothing any more, close what is idle, and wait up to ``timeout`` seconds for what
        is lent. What is given back later is closed then. May be called twice."""
        self._own()
        with self._lock:
            idle = self._slots.close()
        for connection in idle:
            connection.close()
        with self._lock:
            self._returned.wait_for(lambda: not self._slots.out, timeout)

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
