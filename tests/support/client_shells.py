"""Both shells behind one face, for tests that call whatever the public API has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import rs_driver
from rs_driver.errors import Error
from support.traps import Way

_TURNS = 10
"""After so many of the loop each task knows what befell the one that it waits for."""


class Alarm(Exception):
    """What a signal handler might raise."""


class SyncClient:
    """The synchronous shell: a call is a call."""

    kinds = ("interrupt", "alarm", "cancel")
    cancels = 0
    """How many cancels have begun: each may strike what runs then, and nothing later."""

    def connect(self, way: Way, options: dict[str, Any]) -> Any:
        """To be called in ``run``."""
        return rs_driver.connect(transport=way.connector(), **options)

    def run(self, call: Callable[[], Any]) -> Any:
        """What ``call`` gives."""
        return call()

    def mischief(self, kind: str, connection: Any) -> Callable[[str], None]:
        """What a trap does: one of ``kinds``."""

        def interrupt(where: str) -> None:
            raise KeyboardInterrupt(where)

        def alarm(where: str) -> None:
            raise Alarm(where)

        def cancel(_where: str) -> None:
            with suppress(Error):
                connection().cancel()

        return {"interrupt": interrupt, "alarm": alarm, "cancel": cancel}[kind]

    @staticmethod
    def recovers(connection: Any) -> bool:
        """Whether the connection is being brought in step again."""
        return False

    def finish(self) -> None:
        """Nothing to release."""


class AsyncClient:
    """The asyncio shell, in an event loop of its own: what is awaitable is awaited, as a task.

    ``kinds``: ``task`` cancels it.
    """

    kinds = ("interrupt", "alarm", "cancel", "task")

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self.cancels = 0

    def connect(self, way: Way, options: dict[str, Any]) -> Any:
        return rs_driver.AsyncConnection.connect(transport=way.async_connector(), **options)

    def run(self, call: Callable[[], Any]) -> Any:
        """What ``call`` gives. A task that was cancelled when it had just ended has ended."""
        given: list[Any] = []

        async def doing() -> None:
            found = call()
            given.append(await found if hasattr(found, "__await__") else found)

        self._task = task = self._loop.create_task(doing())
        try:
            self._loop.run_until_complete(task)
        except BaseException:  # whatever it is: it may have struck another task
            self._flush()
            if not task.done():  # as asyncio.run does it
                task.cancel()
                with suppress(BaseException):
                    self._loop.run_until_complete(task)
                self._flush()
            if not given:
                raise
        finally:
            self._task = None
        return given[0]

    def _flush(self) -> None:
        """Run what is scheduled, or it would stop a later run. A KeyboardInterrupt leaves each
        task that waits for the one that it struck, one after the other."""
        for _ in range(_TURNS):
            with suppress(KeyboardInterrupt):
                self._loop.call_soon(self._loop.stop)
                self._loop.run_forever()

    def mischief(self, kind: str, connection: Any) -> Callable[[str], None]:
        async def cancelling() -> None:
            self.cancels += 1
            with suppress(Error):
                await connection().cancel()

        def cancel(_where: str) -> None:
            task = self._loop.create_task(cancelling())
            self._others.add(task)
            task.add_done_callback(self._others.discard)

        def cancel_task(_where: str) -> None:
            if self._task is not None:
                self._task.cancel()

        if kind in ("cancel", "task"):
            return cancel if kind == "cancel" else cancel_task
        return SyncClient().mischief(kind, connection)

    @staticmethod
    def recovers(connection: Any) -> bool:
        recovering: bool = connection._link.recovering
        return recovering

    def finish(self) -> None:
        """Let the tasks end, and close the loop."""
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        if left:
            self._loop.run_until_complete(asyncio.wait(left))
        for task in left:
            if not task.cancelled():
                task.exception()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


Client = SyncClient | AsyncClient
