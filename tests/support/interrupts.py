"""Exceptions thrown into a connection at random moments, by a signal."""

from __future__ import annotations

import gc
import random
import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType

import rs_driver


class Interrupted(BaseException):
    """What the signal handler throws. Like KeyboardInterrupt, no ``Exception``."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


class InterruptTrial:
    """Runs statements under a timer, and after each interrupt asks for something known.

    ``outcomes`` counts what became of the connections: ``right`` (the next SELECT gave
    its own answer), ``broken`` (the connection said so), ``missed`` (the statement was
    done before the signal came).
    """

    def __init__(self, connect: Callable[[], rs_driver.Connection], seed: int) -> None:
        self._question = 0
        self.outcomes: Counter[str] = Counter()
        self._connect = connect
        self._random = random.Random(seed)
        self._connection = connect()
        self._work()

    def run(self, interrupts: int) -> None:
        """Go on until the signal has struck ``interrupts`` times."""
        before = signal.signal(signal.SIGALRM, _interrupt)
        gc.disable()  # an exception inside of a finalizer is lost, whoever threw it
        try:
            while self.outcomes["right"] + self.outcomes["broken"] < interrupts:
                self._once()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            gc.enable()
            self._connection.close()

    def _once(self) -> None:
        try:
            signal.setitimer(signal.ITIMER_REAL, self._random.uniform(1e-5, 1e-2))
            self._work()
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.outcomes["missed"] += 1
        except Interrupted:
            self.outcomes[self._ask()] += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            gc.collect(0)

    def _work(self) -> None:
        """Statements of every kind: both protocols, a transaction, many rows, a batch."""
        cursor = self._connection.cursor()
        size = self._random.choice((1, 100, 5000))
        cursor.execute("select i, 'old' || i from generate_series(1, %s) i", (size,))
        cursor.fetchall()
        cursor.executemany("select %s", [(n,) for n in range(20)])
        self._connection.rollback()

    def _ask(self) -> str:
        """What the connection says now: its own answer, or that it is broken."""
        self._question += 1
        try:
            self._connection.rollback()  # what was cancelled has failed
            cursor = self._connection.cursor()
            cursor.execute("select %s, 'new'", (self._question,))
            assert cursor.fetchall() == [(self._question, "new")]
            self._connection.rollback()
        except rs_driver.OperationalError as error:
            if not (error.is_disconnect and self._connection.broken and self._connection.closed):
                raise
            self._connection.close()
            self._connection = self._connect()
            return "broken"
        return "right"
