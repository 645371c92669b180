"""Connecting again where the server cannot be reached or cannot take us now."""

from __future__ import annotations

import inspect
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from rs_driver.config.retry import Retry
from rs_driver.domain.retry import wait_after
from rs_driver.errors import Error, InterfaceError

T = TypeVar("T")


def retrying(connect: Callable[[], T], retry: Retry) -> T:
    """What ``connect`` gives, at the latest attempt that ``retry`` allows."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return connect()
        except Error as error:
            seconds = wait_after(error, attempt, retry, _chance)
            if seconds is None:
                raise
            if inspect.iscoroutine(given := _told(retry, error, attempt, seconds)):
                given.close()
                raise InterfaceError("an asynchronous on_wait needs an AsyncConnection") from error
        time.sleep(seconds)


async def retrying_async(connect: Callable[[], Awaitable[T]], retry: Retry) -> T:
    """The same for asyncio; ``on_wait`` may be asynchronous."""
    import asyncio

    attempt = 0
    while True:
        attempt += 1
        try:
            return await connect()
        except Error as error:
            seconds = wait_after(error, attempt, retry, _chance)
            if seconds is None:
                raise
            if inspect.isawaitable(given := _told(retry, error, attempt, seconds)):
                await given
        await asyncio.sleep(seconds)


def _told(retry: Retry, error: Error, attempt: int, seconds: float) -> object:
    """What ``on_wait`` gives. It is the user's, and so is what it raises."""
    return retry.on_wait(error, attempt, seconds) if retry.on_wait is not None else None


def _chance() -> float:
    return secrets.SystemRandom().random()
