"""Exceptions thrown into a connection at random moments: by a signal, or by cancelling a task.

Every statement carries a mark of its own, and so do its rows: another statement's rows are
seen for what they are.
"""

from __future__ import annotations

import asyncio
import gc
import io
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any

import rs_driver

LATEST = 1e-2
"""Seconds after which an interrupt comes, at most."""
SETTLED = 30.0
"""Seconds in which a connection has to say what has become of it, on however slow a machine."""

MARKED = "select i, %s || '' from generate_series(1, %s) i"
TABLE = "create temp table if not exists copied (a int)"


class Interrupted(BaseException):
    """What the signal handler throws. Like KeyboardInterrupt, no ``Exception``."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


class _Trial:
    """What both trials share.

    ``outcomes`` counts what became of the connections: ``right`` (the next SELECT gave
    its own answer), ``broken`` (the connection said so), ``missed`` (the statement was
    done before the interrupt came).
    """

    def __init__(self, seed: int) -> None:
        self.outcomes: Counter[str] = Counter()
        self.random = random.Random(seed)
        self._marks = 0

    @property
    def struck(self) -> int:
        return self.outcomes["right"] + self.outcomes["broken"]

    def mark(self) -> str:
        self._marks += 1
        return f"mark {self._marks}"

    def soon(self) -> float:
        return self.random.uniform(1e-5, LATEST)

    def check(self, rows: list[Any], mark: str, count: int) -> None:
        assert rows == [(n + 1, mark) for n in range(count)]


class InterruptTrial(_Trial):
    """Runs statements under a timer, and after each interrupt asks for something known."""

    def __init__(self, connect: Callable[[], rs_driver.Connection], seed: int) -> None:
        super().__init__(seed)
        self._connect = connect
        self._connection = connect()
        self._work()

    def run(self, interrupts: int) -> None:
        """Go on until the signal has struck ``interrupts`` times."""
        before = signal.signal(signal.SIGALRM, _interrupt)
        gc.disable()  # an exception inside of a finalizer is lost, whoever threw it
        try:
            while self.struck < interrupts:
                self._once()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            gc.enable()
            self._connection.close()

    def _once(self) -> None:
        struck = self._interrupted()
        gc.collect(0 if self.struck % 100 else 2)
        if not struck:
            self.outcomes["missed"] += 1
            return
        before = time.monotonic()
        self.outcomes[self._ask()] += 1  # when the exception is gone, which holds the cursor
        assert time.monotonic() - before < SETTLED

    def _interrupted(self) -> bool:
        try:
            signal.setitimer(signal.ITIMER_REAL, self.soon())
            self._work()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Interrupted:
            return True
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return False

    def _work(self) -> None:
        """Statements of every kind: both protocols, a transaction, many rows, a batch, COPY."""
        size, mark = self.random.choice((1, 100, 5000)), self.mark()
        cursor = self._connection.cursor(stream=self.random.random() < 0.3)
        cursor.execute(MARKED, (mark, size))
        self.check(cursor.fetchall(), mark, size)
        self._connection.cursor().executemany("select %s", [(n,) for n in range(20)])
        if self.random.random() < 0.3:
            cursor.execute(TABLE)
            cursor.execute("copy copied from stdin", stream=io.BytesIO(b"1\n2\n3\n"))
            cursor.execute("copy copied to stdout", stream=(copy := io.BytesIO()))
            assert copy.getvalue() == b"1\n2\n3\n"
        self._connection.rollback()

    def _ask(self) -> str:
        """What the connection says now: its own answer, or that it is broken."""
        mark = self.mark()
        try:
            self._connection.rollback()  # what was cancelled has failed
            cursor = self._connection.cursor()
            cursor.execute(MARKED, (mark, 3))
            self.check(cursor.fetchall(), mark, 3)
            self._connection.rollback()
        except rs_driver.OperationalError as error:
            if not (error.is_disconnect and self._connection.broken and self._connection.closed):
                raise
            self._connection.close()
            self._connection = self._connect()
            return "broken"
        return "right"


class CancelTrial(_Trial):
    """The same in asyncio: the task that runs the statements is cancelled."""

    def __init__(
        self, connect: Callable[[], Coroutine[Any, Any, rs_driver.AsyncConnection]], seed: int
    ) -> None:
        super().__init__(seed)
        self._connect = connect

    async def run(self, cancels: int) -> None:
        """Go on until so many tasks were cancelled in the middle of their work."""
        self._connection = await self._connect()
        while self.struck < cancels:
            task = asyncio.create_task(self._work())
            await asyncio.wait({task}, timeout=self.soon())
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                self.outcomes[await asyncio.wait_for(self._ask(), SETTLED)] += 1
            else:
                self.outcomes["missed"] += 1
        await self._connection.close()

    async def _work(self) -> None:
        size, mark = self.random.choice((1, 100, 5000)), self.mark()
        cursor = self._connection.cursor(stream=self.random.random() < 0.3)
        await cursor.execute(MARKED, (mark, size))
        self.check(await cursor.fetchall(), mark, size)
        await self._connection.cursor().executemany("select %s", [(n,) for n in range(20)])
        if self.random.random() < 0.3:
            await cursor.execute(TABLE)
            await cursor.execute("copy copied from stdin", stream=io.BytesIO(b"1\n2\n3\n"))
            await cursor.execute("copy copied to stdout", stream=(copy := io.BytesIO()))
            assert copy.getvalue() == b"1\n2\n3\n"
        await self._connection.rollback()

    async def _ask(self) -> str:
        mark = self.mark()
        try:
            await self._connection.rollback()
            cursor = self._connection.cursor()
            await cursor.execute(MARKED, (mark, 3))
            self.check(await cursor.fetchall(), mark, 3)
            await self._connection.rollback()
        except rs_driver.OperationalError as error:
            if not (error.is_disconnect and self._connection.broken and self._connection.closed):
                raise
            await self._connection.close()
            self._connection = await self._connect()
            return "broken"
        return "right"
