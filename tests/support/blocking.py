"""The asynchronous driver with the synchronous one's face: one suite tests both.

``Blocking`` stands for an AsyncConnection or AsyncCursor. What a method gives to be awaited
is awaited in a loop of the test's own; an asynchronous iterator becomes a plain one, an
asynchronous context manager too. Everything else goes through untouched.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

from rs_driver.asyncapi import AsyncConnection, AsyncCursor


class Blocking:
    """See the module."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        object.__setattr__(self, "inner", inner)
        object.__setattr__(self, "loop", loop)

    def _wrapped(self, value: Any) -> Any:
        if value is self.inner:
            return self
        return Blocking(value, self.loop) if isinstance(value, _KINDS) else value

    def _waited(self, value: Any) -> Any:
        if inspect.isawaitable(value):

            async def waiting() -> Any:
                return await value

            value = self.loop.run_until_complete(waiting())
        return self._wrapped(value)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not inspect.ismethod(value):
            return self._wrapped(value)

        def call(*args: Any, **kwargs: Any) -> Any:
            args = tuple(arg.inner if isinstance(arg, Blocking) else arg for arg in args)
            return self._waited(value(*args, **kwargs))

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.inner, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blocking) and other.inner is self.inner

    def __hash__(self) -> int:
        return id(self.inner)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return self._waited(self.inner.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __enter__(self) -> Any:
        return self._waited(self.inner.__aenter__())

    def __exit__(self, *exc_info: object) -> Any:
        return self._waited(self.inner.__aexit__(*exc_info))


_KINDS = (AsyncConnection, AsyncCursor)


def connect(loop: asyncio.AbstractEventLoop, **options: Any) -> Blocking:
    """``AsyncConnection.connect``, and what it gives, behind that face."""
    return Blocking(loop.run_until_complete(AsyncConnection.connect(**options)), loop)
