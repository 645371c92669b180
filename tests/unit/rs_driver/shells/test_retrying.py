"""Attempts to connect, in both shells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from rs_driver.config.retry import Retry
from rs_driver.errors import Error, InterfaceError, OperationalError
from rs_driver.shells.retrying import retrying, retrying_async
from support.alarm import Interrupted, alarm, interrupt

Connect = Callable[[], object]


class Servers:
    """What each attempt comes to, in order."""

    def __init__(self, *outcomes: object) -> None:
        self._left: Iterator[object] = iter(outcomes)
        self.attempts = 0

    def __call__(self) -> object:
        self.attempts += 1
        found = next(self._left)
        if isinstance(found, Error):
            raise found
        return found


def in_asyncio(connect: Connect, retry: Retry) -> object:
    async def awaited() -> object:
        return connect()

    return asyncio.run(retrying_async(awaited, retry))


@pytest.fixture(params=[retrying, in_asyncio])
def persist(request: pytest.FixtureRequest) -> Callable[[Connect, Retry], object]:
    made: Callable[[Connect, Retry], object] = request.param
    return made


Persist = Callable[[Connect, Retry], object]


def away() -> Error:
    error = OperationalError("cannot be reached")
    error.is_disconnect = True
    return error


def test_until_it_succeeds(persist: Persist) -> None:
    told: list[Any] = []
    errors = [away(), away()]
    servers = Servers(*errors, "session")
    retry = Retry(5, 0.001, 0.01, 0.5, lambda *given: told.append(given))
    assert persist(servers, retry) == "session"
    assert [(error, attempt) for error, attempt, _ in told] == list(
        zip(errors, (1, 2), strict=True)
    )
    assert 0.0005 <= told[0][2] <= 0.001 <= told[1][2] <= 0.002


def test_the_last_error_leaves(persist: Persist) -> None:
    last = away()
    servers = Servers(away(), last)
    with pytest.raises(OperationalError) as caught:
        persist(servers, Retry(2, 0.0))
    assert caught.value is last
    assert servers.attempts == 2


def test_what_is_the_same_in_a_minute_is_not_tried_again(persist: Persist) -> None:
    servers = Servers(OperationalError("refused"))
    with pytest.raises(OperationalError, match="refused"):
        persist(servers, Retry(on_wait=print))
    assert servers.attempts == 1


def test_the_users_function_may_end_it(persist: Persist) -> None:
    def enough(error: Error, attempt: int, seconds: float) -> None:
        raise KeyError(attempt)

    with pytest.raises(KeyError) as caught:
        persist(Servers(away()), Retry(on_wait=enough))
    assert isinstance(caught.value.__context__, OperationalError)


def test_an_asynchronous_function() -> None:
    told: list[int] = []

    async def tell(error: Error, attempt: int, seconds: float) -> None:
        told.append(attempt)

    retry = Retry(2, 0.0, on_wait=tell)
    assert in_asyncio(Servers(away(), 1), retry) == 1
    assert told == [1]
    with pytest.raises(InterfaceError, match="AsyncConnection"):
        retrying(Servers(away(), 1), retry)


def test_an_interrupted_wait() -> None:
    servers = Servers(away())
    with pytest.raises(Interrupted), alarm(interrupt):
        retrying(servers, Retry(first=60.0, longest=60.0))
    assert servers.attempts == 1


def test_a_cancelled_wait() -> None:
    servers = Servers(away())

    async def connect() -> Awaitable[object]:
        return servers()  # type: ignore[return-value]  # it raises

    async def run() -> None:
        await asyncio.wait_for(retrying_async(connect, Retry(first=60.0, longest=60.0)), 0.02)

    begun = time.monotonic()
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(run())
    assert servers.attempts == 1
    assert time.monotonic() - begun < 30
