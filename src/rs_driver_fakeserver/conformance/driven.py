"""The asynchronous side with a blocking face, so that one suite tests both shells."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any, TypeVar

from rs_driver.ports.transport import AsyncTransport, Channel

T = TypeVar("T")


def run(loop: asyncio.AbstractEventLoop, awaitable: Awaitable[T]) -> T:
    """What ``awaitable`` gives, in a task of ``loop``."""

    async def awaiting() -> T:
        return await awaitable

    return loop.run_until_complete(awaiting())


class DrivenTransport:
    """A ``Transport`` over an ``AsyncTransport`` and an event loop of its own."""

    def __init__(self, inner: AsyncTransport, loop: asyncio.AbstractEventLoop) -> None:
        self.inner = inner
        self.loop = loop

    def recv_into(self, view: memoryview) -> int | None:
        """As ``inner``."""
        return self.inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        """As ``inner``."""
        return self.inner.send(data)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``inner``, awaited."""
        return run(self.loop, self.inner.wait(read, write, deadline))

    def start_tls(self, hostname: str, deadline: float | None) -> DrivenTransport:
        """As ``inner``, awaited."""
        return DrivenTransport(run(self.loop, self.inner.start_tls(hostname, deadline)), self.loop)

    def channel(self) -> Channel:
        """As ``inner``."""
        return self.inner.channel()

    def close(self) -> None:
        """As ``inner``; the loop gets a turn, for what it had to forget."""
        self.inner.close()
        if not self.loop.is_closed():
            self.loop.run_until_complete(asyncio.sleep(0))


class Driven:
    """An ``AsyncConnection`` or ``AsyncCursor``: what a method gives is awaited."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = inner
        self._loop = loop

    def cursor(self) -> Driven:
        """The cursor, with the same face."""
        return Driven(self._inner.cursor(), self._loop)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not inspect.ismethod(value):
            return value

        def call(*args: Any) -> Any:
            given = value(*args)
            return run(self._loop, given) if inspect.isawaitable(given) else given

        return call
