"""Statements that are given up in every way, in both shells behind one face."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import suppress
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer

SLOW, MANY = "select slow", "select many"
NEW = "select new; select new"
"""Two, which go in one turn: a cancel strikes them in the first turn after it, or never."""
LONG, SHORT = 0.3, 0.1
"""Seconds that the slow one takes, if nobody cancels it, and those until it is given up."""
WAYS = ("cancel", "interrupt", "time_out", "leave")
"""How: by ``cancel()``, an exception, a timeout, a streaming cursor that is closed early."""


def script(server: FakeServer) -> None:
    """What the statements are answered. Each looks whether it was cancelled."""
    server.when(SLOW).delays(LONG).returns({"a": "varchar"}, [("slow",)])
    server.when("select new").delays(0.01).returns({"a": "varchar"}, [("new",)])
    server.when(MANY).returns({"a": "varchar"}, [("x" * 1000,)] * 3000)


class Interrupted(BaseException):
    """What the signal handler throws."""


def _interrupt(*_: object) -> None:
    raise Interrupted


class SyncGiver:
    """Gives statements up on a connection of its own."""

    def __init__(self, **options: Any) -> None:
        self.connection = rs_driver.connect(**options, autocommit=True)

    def ask(self, sql: str = NEW) -> Any:
        """The first value."""
        return self.connection.run(sql)[0][0]

    def cancel(self) -> None:
        """From another thread. The statement goes on to its end where the request is held back,
        and ``cancel`` may fail."""

        def ask() -> None:
            with suppress(rs_driver.OperationalError):
                self.connection.cancel()

        thread = threading.Timer(SHORT, ask)
        thread.start()
        with suppress(rs_driver.QueryCanceled):
            assert self.ask(SLOW) == "slow"
        thread.join()

    def interrupt(self) -> None:
        """A signal handler raises."""
        before = signal.signal(signal.SIGALRM, _interrupt)
        try:
            signal.setitimer(signal.ITIMER_REAL, SHORT)
            with pytest.raises(Interrupted):
                self.ask(SLOW)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def time_out(self) -> None:
        """A limit passes."""
        with pytest.raises(rs_driver.OperationalError, match="timed out"):
            self.connection.cursor().execute(SLOW, timeout=SHORT)

    def leave(self) -> None:
        """A stream is closed early."""
        with self.connection.cursor(stream=True) as cursor:
            cursor.execute(MANY)
            assert len(cursor.fetchmany(1)) == 1

    def close(self) -> None:
        self.connection.close()


class AsyncGiver:
    """The same with asyncio, in an event loop of its own."""

    def __init__(self, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        connecting = rs_driver.AsyncConnection.connect(**options, autocommit=True)
        self.connection = self._loop.run_until_complete(connecting)

    def ask(self, sql: str = NEW) -> Any:
        return self._loop.run_until_complete(self.connection.run(sql))[0][0]

    def cancel(self) -> None:
        """From another task."""
        self._loop.run_until_complete(self._cancel())

    async def _cancel(self) -> None:
        task = asyncio.ensure_future(self.connection.run(SLOW))
        await asyncio.sleep(SHORT)
        with suppress(rs_driver.OperationalError):
            await self.connection.cancel()
        with suppress(rs_driver.QueryCanceled):
            assert await task == (("slow",),)

    def interrupt(self) -> None:
        """The task is cancelled."""
        self._loop.run_until_complete(self._interrupt())

    async def _interrupt(self) -> None:
        task = asyncio.ensure_future(self.connection.run(SLOW))
        await asyncio.sleep(SHORT)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    def time_out(self) -> None:
        cursor = self.connection.cursor()
        with pytest.raises(rs_driver.OperationalError, match="timed out"):
            self._loop.run_until_complete(cursor.execute(SLOW, timeout=SHORT))

    def leave(self) -> None:
        self._loop.run_until_complete(self._leave())

    async def _leave(self) -> None:
        async with self.connection.cursor(stream=True) as cursor:
            await cursor.execute(MANY)
            assert len(await cursor.fetchmany(1)) == 1

    def close(self) -> None:
        self._loop.run_until_complete(self.connection.close())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


Giver = SyncGiver | AsyncGiver
